"""What a run will take, before it begins."""

import pytest
from parity import data, make_task

from synalinks import Evaluator
from synalinks.errors import ConfigurationError, NotCompiledError, RewardError

OPTIONS = {"validation_data": data(24, 40), "batch_size": 4, "epochs": 3, "verbose": 0}


async def test_the_calls_of_a_run_are_within_the_bounds():
    """The bounds hold what `fit` then takes; the estimate costs one sample."""
    task = await make_task()

    estimate = await task.program.estimate(*data(0, 24), **OPTIONS)
    assert task.n_calls == 1
    await task.program.fit(*data(0, 24), **OPTIONS)

    assert estimate.calls.low <= task.n_calls - 1 <= estimate.calls.high
    assert estimate.calls.low < estimate.calls.expected < estimate.calls.high
    assert estimate.tokens.expected > estimate.calls.expected
    assert "calls" in str(estimate)
    assert "minutes" in str(estimate)


async def test_without_proposals_the_figure_is_exact():
    """When nothing can be learned, each sample is run once."""
    task = await make_task(lambda request: {"answer": "wrong"})

    estimate = await task.program.estimate(*data(0, 24), **OPTIONS)
    n_before = task.n_calls
    await task.program.fit(*data(0, 24), **OPTIONS)

    assert task.n_calls - n_before == estimate.calls.low == 24 + 16


async def test_evaluators_are_in_it():
    """Each run of an evaluator is counted as often as its cadence says."""
    task = await make_task(lambda request: {"answer": "wrong"})
    plain = await task.program.estimate(*data(0, 24), **OPTIONS)

    for every, added in {
        "1ep": (8, 24, 24),
        "2ba": (8, 72, 72),  # 18 batches
        "$1": (0, 24, 144),
        None: (0, 0, 144),
    }.items():
        evaluator = Evaluator("hard", *data(40, 48), every=every)
        whole = await task.program.estimate(
            *data(0, 24), evaluators=evaluator, **OPTIONS
        )
        found = [
            getattr(whole.calls, side) - getattr(plain.calls, side)
            for side in ("low", "expected", "high")
        ]
        assert found == list(added), every


async def test_the_price_is_in_it():
    """A model with a known price gives dollars, an unknown one says so."""
    free = await make_task()
    estimate = await free.program.estimate(*data(0, 24), n_samples=3, **OPTIONS)

    assert free.n_calls == 3
    assert estimate.cost_usd is None or estimate.cost_usd.expected == 0.0


async def test_mistakes_are_found_for_free():
    """Bad arguments are refused before a sample is run."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match="`batch_size`"):
        await task.program.estimate(*data(0, 24), batch_size=0)
    with pytest.raises(ConfigurationError, match=r"no argument `epoch`\. Did you mean"):
        await task.program.estimate(*data(0, 24), epoch=3)
    with pytest.raises(ConfigurationError, match="`n_samples`"):
        await task.program.estimate(*data(0, 24), n_samples=0)
    assert task.n_calls == 0
    task = await make_task(optimizer=None)
    with pytest.raises(NotCompiledError, match="without an optimizer"):
        await task.program.estimate(*data(0, 24))


async def test_sanity_batches_find_a_broken_reward_and_cost_nothing_more():
    """What is broken shows before training; what is fine is not paid for again."""

    async def broken(y_true, y_pred):
        return float("nan")

    task = await make_task(reward=broken)
    with pytest.raises(RewardError):
        await task.program.fit(*data(0, 24), sanity_batches=1, **OPTIONS)
    assert task.n_calls == 4

    plain, checked = await make_task(), await make_task()
    await plain.program.fit(*data(0, 24), **OPTIONS)
    await checked.program.fit(*data(0, 24), sanity_batches=1, **OPTIONS)
    assert sorted(zip(checked.prompts(), checked.inputs(), strict=True)) == sorted(
        zip(plain.prompts(), plain.inputs(), strict=True)
    )
