"""Training, evaluation and prediction: the loops and what they are made of."""

from synalinks._internal.public import publish
from synalinks.training._evaluator import Evaluator
from synalinks.training._trainer import Trainer

__all__ = ["Evaluator", "Trainer"]

publish(__name__)
