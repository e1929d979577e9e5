"""Reflective mutation and the front."""

from ask_tell import Driver, texts_of

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
