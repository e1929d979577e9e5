"""Messages to the support of a web shop, with one of 8 intents each.

The file comes with this package: nothing is downloaded. It has 360 made-up messages;
with `validation_split=0.2`, four of five of each intent are for training.

Example:
    ```python
    (x_train, y_train), (x_test, y_test) = (
        synalinks.datasets.support_messages.load_data()
    )
    ```
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from synalinks.data_models import DataModel
from synalinks.datasets._file_dataset import existing_file
from synalinks.datasets._intent_dataset import IntentDataset, intent_model
from synalinks.datasets._source import Part, SplitName, checked_split, loaded

if TYPE_CHECKING:
    from synalinks.datasets._source import Split

__all__ = [
    "SupportMessage",
    "get_input_data_model",
    "get_output_data_model",
    "iterable_dataset",
    "load_data",
]

_FILE = Path(__file__).parent / "data" / "support_messages.csv"


class SupportMessage(DataModel):
    """A customer's message to the support of a web shop."""

    text: str = Field(description="The customer's message")


def get_input_data_model() -> type[DataModel]:
    """Return the data model of the messages: `text`."""
    return SupportMessage


def get_output_data_model() -> type[DataModel]:
    """Return the data model of the answers: `intent`, one of the intents."""
    doc = "What a customer of a web shop wants."
    return intent_model("SupportIntent", doc, _intents())


@cache
def _intents() -> tuple[str, ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(sorted({row["intent"] for row in csv.DictReader(file)}))


def iterable_dataset(
    repeat: int = 1,
    batch_size: int = 1,
    limit: int | None = None,
    split: SplitName = "train",
    path: str | Path | None = None,
    *,
    validation_split: float = 0.2,
) -> IntentDataset:
    """Return the messages as a dataset that is read when it is iterated over.

    Args:
        repeat: How many times in a row each message is given.
        batch_size: Samples of a batch.
        limit: The greatest number of messages; None for all.
        split: `"train"` or `"test"`.
        path: Another CSV file with the same columns and intents; None for the one
            that comes with the package.
        validation_split: The share of each intent that is for testing.
    """
    part = Part(
        path=existing_file(_FILE if path is None else path),
        split=checked_split(split),
        validation_split=validation_split,
    )
    return IntentDataset(
        part,
        None,
        "intent",
        input_data_model=SupportMessage,
        output_data_model=get_output_data_model(),
        repeat=repeat,
        batch_size=batch_size,
        limit=limit,
    )


def load_data(
    path: str | Path | None = None, *, validation_split: float = 0.2
) -> tuple[Split, Split]:
    """Return `(x_train, y_train), (x_test, y_test)`, numpy arrays of data models.

    Args:
        path: Another CSV file with the same columns and intents; None for the one
            that comes with the package.
        validation_split: The share of each intent that is for testing.
    """

    def dataset(split: SplitName) -> IntentDataset:
        return iterable_dataset(
            split=split, path=path, validation_split=validation_split
        )

    return loaded(dataset("train"), dataset("test"))
