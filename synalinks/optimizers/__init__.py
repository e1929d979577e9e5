"""Optimizers: they propose better values for a program's trainable variables."""

from synalinks._internal.public import publish
from synalinks.contracts import Candidate, Trial
from synalinks.optimizers._bootstrap_few_shot import BootstrapFewShot
from synalinks.optimizers._chain import Chain
from synalinks.optimizers._evolutionary import EvolutionaryOptimizer
from synalinks.optimizers._gepa import GEPA
from synalinks.optimizers._greedy import GreedyOptimizer
from synalinks.optimizers._ledger import Ledger
from synalinks.optimizers._lookup import deserialize, get, serialize
from synalinks.optimizers._mipro import MIPRO
from synalinks.optimizers._omega import OMEGA
from synalinks.optimizers._optimizer import Optimizer
from synalinks.optimizers._out_of_bag import OutOfBagRacing
from synalinks.optimizers._random_few_shot import RandomFewShot
from synalinks.optimizers._reflective import ReflectiveOptimizer, RewriteRequest
from synalinks.optimizers._step_view import StepView

__all__ = [
    "GEPA",
    "MIPRO",
    "OMEGA",
    "BootstrapFewShot",
    "Candidate",
    "Chain",
    "EvolutionaryOptimizer",
    "GreedyOptimizer",
    "Ledger",
    "Optimizer",
    "OutOfBagRacing",
    "RandomFewShot",
    "ReflectiveOptimizer",
    "RewriteRequest",
    "StepView",
    "Trial",
    "deserialize",
    "get",
    "serialize",
]

publish(__name__)
