"""The program that the demo trains: one text in, one label out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import create_model

from synalinks import metrics, optimizers, rewards
from synalinks.data_models import DataModel, Field
from synalinks.modules import Generator, Input
from synalinks.programs import Program

if TYPE_CHECKING:
    from synalinks.cli._labelled_texts import Rows
    from synalinks.language_models import LanguageModel

_MIN_EXAMPLES = 24
_MAX_EXAMPLES = 48


class Message(DataModel):
    """A text to classify."""

    text: str = Field(description="The message")


def answer_model(labels: list[str]) -> Any:
    """Return a data model with one field `label`.

    Args:
        labels: What the field may be.
    """
    # `Literal` of labels that are only known now.
    choice: Any = Literal[tuple(labels)]
    return create_model("Answer", __base__=DataModel, label=(choice, ...))


async def make_classifier(answer: Any, model: LanguageModel, label: str) -> Program:
    """Return a compiled program.

    Args:
        answer: The data model of its answers.
        model: Who answers.
        label: What the label is called.
    """
    inputs = Input(data_model=Message)
    outputs = await Generator(
        data_model=answer,
        language_model=model,
        instructions=f"Classify the message by its {label}.",
        name="classifier",
    )(inputs)
    program = Program(
        inputs=inputs,
        outputs=outputs,
        name="demo",
        description=f"Classifies a message by its {label}.",
    )
    program.compile(
        optimizer=optimizers.RandomFewShot(
            nb_min_examples=_MIN_EXAMPLES, nb_max_examples=_MAX_EXAMPLES
        ),
        reward=rewards.ExactMatch(in_mask=["label"]),
        metrics=[
            metrics.CategoricalF1Score(average="macro", in_mask=["label"], name="f1")
        ],
    )
    return program


def to_models(rows: Rows, answer: Any) -> tuple[list[Message], list[Any]]:
    """Return inputs and targets.

    Args:
        rows: Texts and labels.
        answer: The data model of the targets.
    """
    inputs = [Message(text=text) for text, _ in rows]
    return inputs, [answer(label=label) for _, label in rows]
