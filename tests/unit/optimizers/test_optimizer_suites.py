"""Every optimizer keeps the promises that all make."""

from synalinks.optimizers import GEPA, OutOfBagRacing, RandomFewShot
from synalinks.testing import OptimizerSuite


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
