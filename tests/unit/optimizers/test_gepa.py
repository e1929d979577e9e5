"""Reflective mutation and the front."""

import pytest
from ask_tell import PATHS, Driver, texts_of

from synalinks.contracts import Candidate
from synalinks.optimizers import GEPA


async def test_a_small_pool_keeps_what_is_in_use():
    """Children that do worse on the whole set push nobody better out of the pool."""

    def fooled(candidate, sample_id):
        is_first = texts_of(candidate) == ["x", "x"]
        return float(is_first == sample_id.startswith("val"))

    driver = Driver(GEPA(population_size=1), fooled)

    events = await driver.steps(4)

    assert sum(one.event == "accepted" for one in events) > 0
    assert driver.optimizer.incumbent == driver.seed


async def test_a_child_that_ties_is_not_accepted():
    """On its minibatch it has to be better than its parent, strictly."""
    driver = Driver(GEPA(), lambda candidate, sample_id: 0.5)

    events = await driver.steps(4)

    assert {one.event for one in events} == {"best", "proposed", "rejected"}
    on_the_set = {key for key, one in driver.cells if one.startswith("val")}
    assert on_the_set == {driver.seed.digest}


@pytest.mark.parametrize(("reward", "is_taken"), [(0.5, False), (0.8, True)])
async def test_a_merge_is_at_least_as_good_as_both(reward, is_taken):
    """Being better than one of the two that it was made from is not enough."""
    rewards = {"low": 0.2, "high": 0.8, "merged": reward, "x": 0.1}
    driver = Driver(GEPA(), lambda candidate, _: rewards[texts_of(candidate)[0]])
    low, high = (written(driver.seed, one) for one in ("low", "high"))
    parents = (low.digest, high.digest)
    merged = written(driver.seed, "merged", origin="merge", parents=parents)
    optimizer = driver.optimizer
    for one in (low, high):
        optimizer.enter(one)
        driver.measure(one, driver.validation)

    optimizer.proposals = [merged]
    async for trials in optimizer.judge(driver.view()):
        for trial in trials:
            driver.measure(trial.candidate, trial.sample_ids)

    assert (merged in optimizer.population) == is_taken


@pytest.mark.parametrize("unmeasured", [None, "val:3"])
async def test_who_is_not_measured_on_the_whole_set_does_not_win(unmeasured):
    """The provider turned one sample away: what it would have scored is not known."""

    def reward(candidate, sample_id):
        if candidate.digest == driver.seed.digest:
            return 0.2
        return None if sample_id == unmeasured else 0.9

    driver = Driver(GEPA(), reward)

    events = await driver.steps(1)

    assert [one.event for one in events if one.candidate != driver.seed.digest][:2] == [
        "proposed",
        "accepted",
    ]
    is_seed = driver.optimizer.incumbent.digest == driver.seed.digest
    assert is_seed == (unmeasured is not None)


def written(seed, text, **options):
    """Return the program with another text in its first module."""
    value = {"instructions": text, "examples": []}
    return Candidate(values={**seed.values, PATHS[0]: value}, **options)
