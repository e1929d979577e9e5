"""Texts with one label each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, create_model

from synalinks._internal.rng import stream
from synalinks.data_models import DataModel
from synalinks.datasets._csv_dataset import CSVDataset
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments
    from synalinks.datasets._source import Part


class IntentDataset(CSVDataset):
    """Rows of a column `text` and a column with an intent, which becomes `intent`.

    Args:
        part: The file, and which of its rows.
        intents: Rows of other intents are left out; None for all rows.
        label_column: Name of the column with the intent.
        **arguments: As for `Dataset`.
    """

    def __init__(
        self,
        part: Part,
        intents: Sequence[str] | None,
        label_column: str,
        **arguments: Unpack[DatasetArguments],
    ) -> None:
        super().__init__(part.path, **arguments)
        self._part = part
        self._intents = None if intents is None else frozenset(intents)
        self._label_column = label_column

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        rows = ((where, self._renamed(row, where)) for where, row in super()._read())
        kept = (
            (where, row)
            for where, row in rows
            if self._intents is None or row["intent"] in self._intents
        )
        yield from self._part.rows(kept, label="intent")

    def _renamed(self, row: JsonObject, where: str) -> JsonObject:
        if self._label_column not in row:
            msg = (
                f"{where}: there is no column `{self._label_column}`. Columns: "
                f"{', '.join(f'`{column}`' for column in row)}."
            )
            raise ConfigurationError(msg)
        return {**row, "intent": row[self._label_column]}


def intent_model(name: str, doc: str, intents: Sequence[str]) -> type[DataModel]:
    """Return a data model with one field `intent`, one of some texts.

    Args:
        name: Name of the class.
        doc: Its docstring, which a language model may be shown.
        intents: The texts.
    """
    literal: Any = Literal
    field: Any = (literal[tuple(intents)], Field(description="What the writer wants"))
    return create_model(name, __base__=DataModel, __doc__=doc, intent=field)


def drawn(
    intents: Sequence[str], n_intents: int | None, seed: int, purpose: str
) -> tuple[str, ...]:
    """Return some of the intents, in their order, the same for the same seed.

    Args:
        intents: All intents.
        n_intents: How many; None for all.
        seed: Which ones.
        purpose: Name of the random stream.

    Raises:
        ConfigurationError: There are not as many.
    """
    if n_intents is None:
        return tuple(intents)
    is_count = isinstance(n_intents, int) and not isinstance(n_intents, bool)  # pyright: ignore[reportUnnecessaryIsInstance] - users
    if not is_count or not 1 < n_intents <= len(intents):
        msg = (
            f"`n_intents` is {show(n_intents)}. Expected a whole number from 2 to "
            f"{len(intents)}, or None for all."
        )
        raise ConfigurationError(msg)
    chosen = set(stream(seed, purpose).sample(list(intents), n_intents))
    return tuple(intent for intent in intents if intent in chosen)
