"""A program of one prompt that needs no provider, for tests of callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import DataModel
from synalinks.language_models import LanguageModel
from synalinks.modules import Generator, Input
from synalinks.optimizers import RandomFewShot
from synalinks.programs import Program
from synalinks.rewards import ExactMatch
from synalinks.testing._scripted import ScriptedTransport

if TYPE_CHECKING:
    from synalinks.language_models import LMRequest


class Question(DataModel):
    """A question."""

    text: str
    """What is asked."""


class Answer(DataModel):
    """An answer."""

    answer: str
    """What is answered."""


def toy_data(start: int, stop: int) -> tuple[list[Any], list[Any]]:
    """Return questions and their right answers.

    Args:
        start: Number of the first question.
        stop: Number after the last one.
    """
    numbers = range(start, stop)
    return (
        [Question(text=f"number {number}") for number in numbers],
        [Answer(answer=_parity(number)) for number in numbers],
    )


async def make_toy_program() -> Program:
    """Return a compiled program over a scripted language model.

    Odd numbers are answered as soon as the prompt shows an example.
    """
    language_model = LanguageModel(
        "openai/scripted", transport=ScriptedTransport(_answer)
    )
    inputs = Input(data_model=Question)
    outputs = await Generator(
        data_model=Answer, language_model=language_model, name="generator"
    )(inputs)
    program = Program(inputs=inputs, outputs=outputs, name="toy")
    program.compile(optimizer=RandomFewShot(), reward=ExactMatch())
    return program


def _answer(request: LMRequest) -> dict[str, str]:
    prompt, question = (str(one["content"]) for one in request.messages)
    number = int(question.partition("number ")[2].partition('"')[0])
    knows = number % 2 == 0 or "<example>" in prompt
    return {"answer": _parity(number) if knows else "unknown"}


def _parity(number: int) -> str:
    return "odd" if number % 2 else "even"
