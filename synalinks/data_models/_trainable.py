"""What a variable carries so that optimizers can improve it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from synalinks.data_models._data_model import DataModel
from synalinks.data_models._generic import GenericIO


class Prediction(GenericIO):
    """What a module was given, what it answered, and how good that was."""

    reward: float | None = Field(
        default=None, description="The reward of the prediction, if it was scored"
    )


class Trainable(DataModel):
    """The bookkeeping of a variable that optimizers improve.

    Derive from it, and add the fields that are to be learned; they need defaults.
    """

    examples: list[Prediction] = Field(
        default=[], description="The examples that are shown in the prompt"
    )
    current_predictions: list[Prediction] = Field(
        default=[], description="The predictions of the current step"
    )
    predictions: list[Prediction] = Field(
        default=[], description="The scored predictions of the current epoch"
    )
    seed_candidates: list[Any] = Field(
        default=[], description="The values that the search starts from"
    )
    candidates: list[Any] = Field(
        default=[], description="The values proposed in the current epoch"
    )
    best_candidates: list[Any] = Field(default=[], description="The best values so far")
    history: list[Any] = Field(
        default=[], description="The value kept at the end of each epoch"
    )
    nb_visit: int = Field(
        default=0, description="The number of predictions scored in the last batch"
    )
    cumulative_reward: float = Field(
        default=0.0, description="The sum of the rewards of these predictions"
    )


class Instructions(Trainable):
    """What a language model is told to do."""

    instructions: str | None = Field(
        description="The instructions for the language model"
    )
