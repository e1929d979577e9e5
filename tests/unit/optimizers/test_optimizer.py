"""What every optimizer has from its base."""

import math

from ask_tell import PATHS, Driver

from synalinks.contracts import Candidate
from synalinks.optimizers import OMEGA, Optimizer


class Counting(Optimizer):
    """Proposes another text at each step."""

    async def propose(self, step):
        """Return one candidate."""
        values = {**self.incumbent.values, PATHS[0]: {"instructions": f"{step.index}"}}
        return [Candidate(values=values, parents=(self.incumbent.digest,))]


async def test_each_race_begins_with_other_samples():
    """The few that come first would else decide the fate of every proposal."""
    driver = Driver(Counting(), lambda candidate, sample_id: 0.5, n_validation=40)

    await driver.steps(4)

    firsts = {}
    for key, sample_id in driver.cells:
        if key != driver.seed.digest:
            firsts.setdefault(key, []).append(sample_id)
    assert len(firsts) == 4
    assert len({tuple(one[:4]) for one in firsts.values()}) == 4


async def test_a_child_of_two_names_both():
    """The lineage of a crossover has the candidate that it took from, too."""

    def uneven(candidate, sample_id):
        return float(int(sample_id.split(":")[1]) % 2)

    driver = Driver(OMEGA(merging_rate=1.0), uneven)

    events = await driver.steps(6)

    crossed = [one for one in events if one.origin == "crossover"]
    assert crossed
    assert all(len(set(one.parents)) == 2 for one in crossed)


async def test_who_was_never_measured_is_believed_to_be_worst():
    """A score of nothing is no reason to survive, or to be a parent."""
    driver = Driver(OMEGA(), lambda candidate, sample_id: 0.5)

    assert driver.optimizer.candidate_score(driver.seed) == -math.inf
    driver.measure(driver.seed, driver.train[:4])
    assert driver.optimizer.candidate_score(driver.seed) == 0.5 - 0.25 / 2


async def test_who_was_never_measured_does_not_join_the_population():
    """A child whose every sample was turned away is rejected, not kept for later."""

    def reward(candidate, sample_id):
        is_seed = candidate.digest == driver.seed.digest
        return float(int(sample_id.split(":")[1]) % 2) if is_seed else None

    driver = Driver(OMEGA(), reward)

    events = await driver.steps(2)

    assert driver.optimizer.population == [driver.seed]
    assert {one.event for one in events} == {"best", "proposed", "rejected"}
