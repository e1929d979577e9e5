"""Training, evaluation and prediction: the loops and what they are made of."""

from synalinks.training._trainer import Trainer

__all__ = ["Trainer"]
