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


@pytest.mark.parametrize("turned_away", ["seed", "child"])
@pytest.mark.parametrize("lead", [-0.1, 0.1])
async def test_a_sample_that_was_turned_away_counts_for_nobody(turned_away, lead):
    """Whose it was neither wins nor loses by it: what both have decides."""

    def reward(candidate, sample_id):
        who = "seed" if candidate.digest == driver.seed.digest else "child"
        if sample_id == "val:3":
            return None if who == turned_away else 1.0
        if who == "seed":
            return 0.5
        return 0.5 + lead if sample_id.startswith("val") else 0.9

    driver = Driver(GEPA(), reward)

    events = await driver.steps(1)

    assert "accepted" in {one.event for one in events}
    is_seed = driver.optimizer.incumbent == driver.seed
    assert is_seed == (lead < 0)


async def test_who_was_not_run_on_the_whole_set_does_not_win():
    """A candidate that a callback once had in use is known on a few samples only."""
    driver = Driver(GEPA(), lambda candidate, _: float(texts_of(candidate)[0] == "few"))
    few = written(driver.seed, "few")
    driver.optimizer.enter(few)
    driver.measure(few, driver.validation[1:])
    driver.measure(driver.seed, driver.validation)

    async for _ in driver.optimizer.judge(driver.view()):
        pass

    assert driver.optimizer.leader() == driver.seed


def written(seed, text, **options):
    """Return the program with another text in its first module."""
    value = {"instructions": text, "examples": []}
    return Candidate(values={**seed.values, PATHS[0]: value}, **options)
