"""Grade-school maths word problems with worked solutions and a number as answer.

GSM8K (MIT licence): Cobbe et al. 2021, "Training Verifiers to Solve Math Word
Problems", https://arxiv.org/abs/2110.14168; 7,473 problems to train with and 1,319 to
test with.

Example:
    ```python
    (x_train, y_train), (x_test, y_test) = synalinks.datasets.gsm8k.load_data()
    ```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import Field

from synalinks.data_models import DataModel
from synalinks.datasets._jsonl_dataset import JSONLDataset
from synalinks.datasets._source import Part, Source, SplitName, loaded
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments
    from synalinks.datasets._source import Split

__all__ = [
    "MathAnswer",
    "MathQuestion",
    "get_input_data_model",
    "get_output_data_model",
    "iterable_dataset",
    "load_data",
]

_SOURCE = Source(
    name="gsm8k",
    base_url=(
        "https://raw.githubusercontent.com/openai/grade-school-math/master/"
        "grade_school_math/data"
    ),
    suffix=".jsonl",
    starts_with=b'{"question"',
)
# Steps are annotated for a calculator, as in "48/2 = <<48/2=24>>24".
_ANNOTATION = re.compile(r"<<[^<>]*>>")
_SOLUTION = re.compile(r"\s*(.*?)\s*####\s*(-?[\d,]*\.?\d+)\s*", re.DOTALL)


class MathQuestion(DataModel):
    """A maths word problem."""

    question: str = Field(description="The maths word problem")


class MathAnswer(DataModel):
    """The solution of a maths word problem."""

    thinking: str = Field(description="The solution, step by step")
    answer: float = Field(description="The number that answers the question")


def get_input_data_model() -> type[DataModel]:
    """Return the data model of the questions: `question`."""
    return MathQuestion


def get_output_data_model() -> type[DataModel]:
    """Return the data model of the answers: `thinking` and `answer`, a number."""
    return MathAnswer


class _Problems(JSONLDataset):
    """Rows whose `answer` is a solution, `####` and a number."""

    def __init__(self, part: Part, **arguments: Unpack[DatasetArguments]) -> None:
        super().__init__(part.path, **arguments)
        self._part = part

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        for where, row in self._part.rows(super()._read()):
            yield where, _with_number(row, where)


def _with_number(row: JsonObject, where: str) -> JsonObject:
    match = _SOLUTION.fullmatch(_ANNOTATION.sub("", str(row.get("answer"))))
    if match is None:
        msg = (
            f"{where}: `answer` is {show(row.get('answer'))}. Expected a solution that "
            "ends in `#### ` and a number."
        )
        raise ConfigurationError(msg)
    number = float(match[2].replace(",", ""))
    return {**row, "thinking": match[1], "answer": number}


def iterable_dataset(
    repeat: int = 1,
    batch_size: int = 1,
    limit: int | None = None,
    split: SplitName = "train",
    path: str | Path | None = None,
    *,
    validation_split: float = 0.2,
    _base_url: str | None = None,
) -> JSONLDataset:
    """Return the problems as a dataset that is read when it is iterated over.

    Args:
        repeat: How many times in a row each problem is given.
        batch_size: Samples of a batch.
        limit: The greatest number of problems; None for all.
        split: `"train"` or `"test"`.
        path: A folder with `train.jsonl` and `test.jsonl`, or one file to be split;
            None to download them once.
        validation_split: The share at the end of one file that is for testing.
        _base_url: Another address to download from.
    """
    part = _SOURCE.part(split, path, _base_url, validation_split)
    return _Problems(
        part,
        input_data_model=MathQuestion,
        output_data_model=MathAnswer,
        repeat=repeat,
        batch_size=batch_size,
        limit=limit,
    )


def load_data(
    path: str | Path | None = None,
    *,
    validation_split: float = 0.2,
    _base_url: str | None = None,
) -> tuple[Split, Split]:
    """Return `(x_train, y_train), (x_test, y_test)`, numpy arrays of data models.

    Args:
        path: A folder with `train.jsonl` and `test.jsonl`, or one file to be split;
            None to download them once into `<synalinks home>/datasets/gsm8k`.
        validation_split: The share at the end of one file that is for testing.
        _base_url: Another address to download from.
    """

    def dataset(split: SplitName) -> JSONLDataset:
        return iterable_dataset(
            split=split,
            path=path,
            validation_split=validation_split,
            _base_url=_base_url,
        )

    return loaded(dataset("train"), dataset("test"))
