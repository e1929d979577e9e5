"""Every optimizer keeps the promises that all make."""

from synalinks.optimizers import (
    GEPA,
    MIPRO,
    OMEGA,
    BootstrapFewShot,
    Chain,
    OutOfBagRacing,
    RandomFewShot,
)
from synalinks.testing import OptimizerSuite
from tests.redraws import Redraws


class TestRandomFewShot(OptimizerSuite):
    def make(self):
        return RandomFewShot(nb_min_examples=4, nb_max_examples=12)


class TestGEPA(OptimizerSuite):
    def make(self):
        return GEPA()


class TestGEPAWithMerge(OptimizerSuite):
    def make(self):
        return GEPA(use_merge=True, reflection_minibatch_size=6)


class TestOutOfBagRacing(OptimizerSuite):
    def make(self):
        return OutOfBagRacing()


class TestSeveralChildren(OptimizerSuite):
    def make(self):
        return OutOfBagRacing(n_children=3, pool="train+val")


class TestBootstrapFewShot(OptimizerSuite):
    def make(self):
        return BootstrapFewShot(n_candidates=3, nb_max_examples=16)


class TestOMEGA(OptimizerSuite):
    def make(self):
        return OMEGA(population_size=3, merging_rate=0.3)


class TestMIPRO(OptimizerSuite):
    def make(self):
        return MIPRO(n_instructions=3, n_example_sets=3, full_evaluation_every=2)


class TestChain(OptimizerSuite):
    def make(self):
        parts = [BootstrapFewShot(n_candidates=2), OutOfBagRacing(), GEPA()]
        return Chain(parts, steps_per_turn=2)


class TestRedraws(OptimizerSuite):
    def make(self):
        return Redraws(n_draws=3)

    def test_its_draws_differ(self):
        """Else the suite would say nothing of optimizers that use draws."""
        rewards = {}
        for key, cell in self._plain_run().optimizer.ledger.since(0):
            rewards.setdefault((key, cell.sample_id), set()).add(cell.reward)
        assert any(len(one) > 1 for one in rewards.values())
