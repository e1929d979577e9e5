"""Work that slides."""

import asyncio

import pytest
from parity import data, make_task

import synalinks
from synalinks.callbacks import Callback
from synalinks.contracts import Rollout
from synalinks.testing import ScriptedTransport
from synalinks.training._samples import Sample
from synalinks.training._sliding import sliding


def samples(n):
    return [Sample(id=str(i), x=None, y=None) for i in range(n)]


async def test_a_straggler_delays_its_own_batch_only():
    """Later samples start and end while an early one is still running."""
    ended = []
    release = asyncio.Event()

    async def roll_out(sample):
        if sample.id == "0":
            await release.wait()
        await asyncio.sleep(0)
        ended.append(sample.id)
        if len(ended) == 7:
            release.set()
        return Rollout(sample_id=sample.id, inputs=None)

    async with sliding(samples(8), 2, roll_out) as ahead:
        first = await ahead.take(["0", "1"])

    assert [one.sample_id for one in first] == ["0", "1"]
    assert ended[-1] == "0"
    assert len(ended) == 8


async def test_no_more_run_at_once_than_the_window():
    """The window bounds what is in flight."""
    running, most = 0, 0

    async def roll_out(sample):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Rollout(sample_id=sample.id, inputs=None)

    async with sliding(samples(20), 3, roll_out) as ahead:
        await ahead.take([str(i) for i in range(20)])

    assert most == 3


async def test_a_batch_may_be_cancelled_as_a_sample_of_it_ends():
    """Who cancels a run meets the cancellation, whatever ends at the same moment."""
    all_may_end = asyncio.Event()

    async def roll_out(sample):
        await all_may_end.wait()
        return Rollout(sample_id=sample.id, inputs=None)

    async def take_all():
        async with sliding(samples(4), 2, roll_out) as ahead:
            await ahead.take(["0", "1", "2", "3"])

    taking = asyncio.create_task(take_all())
    for _ in range(10):
        await asyncio.sleep(0)
    all_may_end.set()
    taking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await taking


async def test_requests_of_a_full_window_leave_one_by_one():
    """No burst: the first request is out long before the last sample starts."""
    n_turns = 10  # of the event loop, from the start of a sample to its request
    preparing, most, n_sent = 0, 0, 0
    is_full = asyncio.Event()

    async def roll_out(sample):
        nonlocal preparing, most, n_sent
        preparing += 1
        most = max(most, preparing)
        for _ in range(n_turns):
            await asyncio.sleep(0)
        preparing -= 1
        n_sent += 1
        if n_sent == 64:
            is_full.set()
        await is_full.wait()  # no sample of a second wave yet
        return Rollout(sample_id=sample.id, inputs=None)

    async with sliding(samples(64), 64, roll_out) as ahead:
        await ahead.take([str(i) for i in range(64)])

    assert most == n_turns


async def test_finished_work_waits_within_bounds():
    """Workers stop when too many results wait to be taken: memory is bounded."""
    started = []

    async def roll_out(sample):
        started.append(sample.id)
        await asyncio.sleep(0)
        return Rollout(sample_id=sample.id, inputs=None)

    async with sliding(samples(100), 1, roll_out) as ahead:
        for _ in range(200):
            await asyncio.sleep(0)
        n_ahead = len(started)
        await ahead.take([str(i) for i in range(100)])

    assert n_ahead <= 17
    assert len(started) == 100


async def test_leaving_early_cancels_what_runs():
    """Nothing is left running after the block."""
    cancelled = []

    async def roll_out(sample):
        try:
            await asyncio.sleep(0 if sample.id == "0" else 60)
        except asyncio.CancelledError:
            cancelled.append(sample.id)
            raise
        return Rollout(sample_id=sample.id, inputs=None)

    async with sliding(samples(9), 3, roll_out) as ahead:
        await ahead.take(["0"])

    assert sorted(cancelled) == ["1", "2", "3"]
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("where", ["work", "block"])
async def test_an_error_ends_everything_and_comes_out_as_it_is(where):
    """The first error is raised, not a group, and the rest is cancelled."""

    async def roll_out(sample):
        if where == "work" and sample.id == "1":
            raise KeyError("mine")
        await asyncio.sleep(60)

    with pytest.raises(KeyError, match="mine"):
        async with sliding(samples(4), 4, roll_out) as ahead:
            if where == "block":
                raise KeyError("mine")
            await ahead.take(["0"])

    assert len(asyncio.all_tasks()) == 1


async def test_evaluation_slides_over_its_batches():
    """A slow sample of the first batch does not hold up the calls of later ones."""
    order = []
    slow = asyncio.Event()

    async def answers(request):
        text = request.messages[-1]["content"]
        if '"n0"' in text:
            await slow.wait()
        order.append(text)
        if len(order) == 7:
            slow.set()
        return {"answer": "even"}

    task = await make_task(answers)
    logs = await task.program.evaluate(*data(0, 8), batch_size=2, verbose=0)

    assert '"n0"' in order[-1]
    assert logs["reward"] == 0.5


async def test_calls_are_made_in_the_order_of_the_samples():
    """Also the first ones, which wait until the model is ready: budgets need it."""
    task = await make_task()

    await task.program.evaluate(*data(0, 100), verbose=0)

    assert task.inputs() == [f"n{k}" for k in range(100)]


async def test_a_slow_judge_does_not_keep_the_model_waiting():
    """While a sample is with the judge, the model gets another one."""
    is_judging = False
    overlaps = 0

    async def judge_answers(request):
        nonlocal is_judging
        is_judging = True
        for _ in range(50):  # turns of the event loop: time enough for another sample
            await asyncio.sleep(0)
        is_judging = False
        return "yes"

    async def answers(request):
        nonlocal overlaps
        for _ in range(10):
            await asyncio.sleep(0)
        overlaps += is_judging
        return {"answer": "even"}

    judge = synalinks.LanguageModel(
        "openai/judge", transport=ScriptedTransport(judge_answers), max_concurrency=1
    )

    async def reward(y_true, y_pred):
        verdict = await judge.complete([{"role": "user", "content": "Well?"}])
        return float(verdict.value["content"] == "yes")

    task = await make_task(answers, reward=reward)
    task.program.get_module("gen").language_model.max_concurrency = 1

    logs = await task.program.evaluate(*data(0, 6), batch_size=1, verbose=0)

    assert logs["reward"] == 1.0
    assert overlaps == 4  # all but the first two, which start together


async def test_stopping_early_starts_no_more_than_the_window():
    """After a stop nothing new is sent, and what runs is cancelled."""

    class Stopper(Callback):
        def on_predict_batch_end(self, batch, logs=None):
            self.program.stop_predicting = True

    task = await make_task()
    model = synalinks.LanguageModel(
        "openai/test", transport=task.transport, max_concurrency=2
    )
    task.program.get_module("gen").language_model = model

    await task.program.predict(
        data(0, 200)[0], batch_size=2, callbacks=Stopper(), verbose=0
    )

    assert task.n_calls < 60
    assert len(asyncio.all_tasks()) == 1


async def test_cancelling_an_evaluation_leaves_nothing_running():
    """A cancelled run sends nothing more."""

    async def never(request):
        await asyncio.sleep(60)

    task = await make_task(never)
    run = asyncio.create_task(task.program.evaluate(*data(0, 20), verbose=0))
    while task.n_calls < 16:  # calls in flight to begin with
        await asyncio.sleep(0)

    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert len(asyncio.all_tasks()) == 1
