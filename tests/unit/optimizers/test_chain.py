"""Optimizers that take turns."""

import pytest
from ask_tell import Driver, texts_of

from synalinks.callbacks import Linear
from synalinks.errors import ConfigurationError
from synalinks.optimizers import GEPA, MIPRO, BootstrapFewShot, Chain, RandomFewShot


def longer_is_better(candidate, sample_id):
    """Every word that was added to a prompt helps with some of the samples."""
    n_words = sum(len(one.split()) for one in texts_of(candidate))
    return float(int(sample_id.split(":")[1]) * 5 % 12 < 2 * n_words - 2)


async def test_each_part_counts_its_own_steps():
    """A part that does something every few steps does it in short turns as well."""
    searching = MIPRO(n_instructions=2, n_example_sets=0, full_evaluation_every=10)
    parts = [searching, GEPA()]
    driver = Driver(Chain(parts, steps_per_turn=5), longer_is_better)

    events = await driver.steps(15)

    kinds = {one.event for one in events if one.origin == "instruction"}
    assert kinds & {"accepted", "rejected"}, "nothing was evaluated in full"


async def test_modules_take_turns_whoever_comes_between():
    """The optimizer that rewrites one module at a time gets round to all of them."""
    chain = Chain([BootstrapFewShot(n_candidates=1), GEPA()], steps_per_turn=1)
    driver = Driver(chain, longer_is_better)

    await driver.steps(4)

    assert driver.asked == [["a"], ["b"]]


async def test_schedules_of_the_parts_are_followed():
    """A number of a part has the value of the step that the part takes."""
    part = RandomFewShot(reward_uncertainty=Linear(0.0, 1.0, 4))
    driver = Driver(Chain([part], steps_per_turn=1), longer_is_better)

    await driver.steps(4)

    assert part.reward_uncertainty == 0.75


def test_schedules_of_the_parts_are_checked_before_anything_is_paid():
    """A schedule that ends out of range is refused when training begins."""
    chain = Chain([RandomFewShot(sampling_temperature=Linear(0.3, -1.0, 10))])

    with pytest.raises(ConfigurationError, match="`sampling_temperature` is a number"):
        chain.check_schedules(10)


async def test_what_is_put_to_use_is_told_once():
    """The chain and the part whose turn it is have one log between them."""
    driver = Driver(Chain([GEPA()], steps_per_turn=1), longer_is_better)

    events = await driver.steps(6)

    best = [one.candidate for one in events if one.event == "best"]
    assert len(best) == len(set(best)) > 2
