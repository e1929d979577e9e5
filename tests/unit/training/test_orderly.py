"""What is set for the length of a run is as it was after it, however it ends."""

import gc

import pytest
from parity import data, make_task, parity_answer

from synalinks._internal.collecting import YOUNG

BEFORE = (700, 11, 12)


@pytest.fixture(autouse=True)
def thresholds():
    """Have the collector set as Python sets it, and leave it as it was."""
    before = gc.get_threshold()
    gc.set_threshold(*BEFORE)
    yield
    gc.set_threshold(*before)


async def run(program, method, **options):
    x, y = data(0, 8)
    arguments = (x,) if method == "predict" else (x, y)
    await getattr(program, method)(*arguments, batch_size=4, verbose=0, **options)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
async def test_garbage_is_looked_for_less_often_while_calls_are_in_flight(method):
    """Every call of a run sees the longer wait; after it, the user's is back."""
    seen = []

    def answer(request):
        seen.append(gc.get_threshold())
        return parity_answer(request)

    task = await make_task(answer)

    await run(task.program, method)

    assert seen
    assert set(seen) == {(YOUNG, *BEFORE[1:])}
    assert gc.get_threshold() == BEFORE


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
async def test_a_run_that_fails_restores_the_collector(method):
    """The error comes out as it is."""
    seen = []

    def answer(_):
        seen.append(gc.get_threshold())
        raise ZeroDivisionError("mine")

    task = await make_task(answer)

    with pytest.raises(ZeroDivisionError, match="mine"):
        await run(task.program, method, on_sample_error="raise")

    assert set(seen) == {(YOUNG, *BEFORE[1:])}
    assert gc.get_threshold() == BEFORE
