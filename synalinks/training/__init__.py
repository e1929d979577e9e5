"""Training, evaluation and prediction: the loops and what they are made of."""

from synalinks._internal.public import publish
from synalinks.training._evaluator import Evaluator
from synalinks.training._scores import Scores
from synalinks.training._trainer import Trainer
from synalinks.training._usage import UsageMeter

__all__ = ["Evaluator", "Scores", "Trainer", "UsageMeter"]

publish(__name__)
