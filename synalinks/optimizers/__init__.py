"""Optimizers: they propose better values for a program's trainable variables."""

from synalinks._internal.public import publish
from synalinks.contracts import Candidate
from synalinks.optimizers._greedy import GreedyOptimizer
from synalinks.optimizers._ledger import Ledger
from synalinks.optimizers._lookup import deserialize, get, serialize
from synalinks.optimizers._optimizer import Optimizer
from synalinks.optimizers._random_few_shot import RandomFewShot
from synalinks.optimizers._step_view import StepView

__all__ = [
    "Candidate",
    "GreedyOptimizer",
    "Ledger",
    "Optimizer",
    "RandomFewShot",
    "StepView",
    "deserialize",
    "get",
    "serialize",
]

publish(__name__)
