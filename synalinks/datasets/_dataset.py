"""The base class of datasets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict, cast

from synalinks.datasets._frames import object_array
from synalinks.datasets._side import Side
from synalinks.errors import ConfigurationError, show
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import JsonDataModel
    from synalinks.datasets._frames import ObjectArray


class DatasetArguments(TypedDict, total=False):
    """The arguments that all datasets have; see `Dataset`."""

    input_data_model: Any
    input_schema: JsonObject | None
    input_template: str | None
    output_data_model: Any
    output_schema: JsonObject | None
    output_template: str | None
    tools_template: str | None
    batch_size: int | None
    limit: int | None
    repeat: int


class Dataset(Configurable, ABC):
    """Rows from somewhere, as batches of data models.

    Subclass it and write `_iter_rows`. Iterating gives tuples `(x,)` or `(x, y)` of
    numpy object arrays of shape `(batch_size,)`, the last one maybe shorter; each
    iteration starts anew. Rows are read when they are needed.

    A template is a Jinja2 template of JSON text: `"{{ column }}"` in quotes is the
    value as text, `{{ column }}` without quotes is the value as JSON. No value of a row
    can change the structure of that JSON. Without a template, the fields of the data
    model are the columns of the same name.

    Args:
        **arguments: `input_data_model` or `input_schema` describes the inputs;
            `input_template` makes them of a row. `output_data_model`,
            `output_schema` and `output_template` do the same for the targets; without
            the first two there are none. `batch_size` is the number of samples of a
            batch (default 1), `limit` the greatest number of rows read (default all),
            `repeat` how many times in a row each sample is given (default 1; with
            `batch_size=k, repeat=k` a batch is one problem `k` times).
            `tools_template` is refused: give tools to the program instead.

    Raises:
        ConfigurationError: An argument is missing or does not fit the others.

    Example:
        ```python
        class Countries(synalinks.datasets.Dataset):
            def _iter_rows(self):
                yield {"country": "France", "capital": "Paris"}

        dataset = Countries(
            input_data_model=Question,
            input_template='{"question": "What is the capital of {{ country }}?"}',
            output_data_model=Answer,
            output_template='{"answer": "{{ capital }}"}',
        )
        ```
    """

    def __init__(self, **arguments: Unpack[DatasetArguments]) -> None:
        given = {name: value for name, value in arguments.items() if value is not None}
        if unknown := given.keys() - DatasetArguments.__annotations__.keys():
            msg = f"`{type(self).__name__}` has no argument {_quoted(unknown)}."
            raise TypeError(msg)
        if "tools_template" in given:
            msg = (
                "`tools_template` is not supported: a dataset holds inputs and targets."
                " Give tools to the modules of the program."
            )
            raise ConfigurationError(msg)
        self.batch_size: int = _checked_count("batch_size", given.get("batch_size", 1))
        self.repeat: int = _checked_count("repeat", given.get("repeat", 1))
        limit = given.get("limit")
        self.limit: int | None = (
            None if limit is None else _checked_count("limit", limit)
        )
        self._inputs = _side("input", given)
        has_outputs = any(name.startswith("output") for name in given)
        self._outputs = _side("output", given) if has_outputs else None

    @abstractmethod
    def _iter_rows(self) -> Iterator[JsonObject]:
        """Yield the rows, each a dict of values by column."""

    def _iter_located_rows(self) -> Iterator[tuple[str, JsonObject]]:
        """Yield the rows with where they come from, for messages."""
        for index, row in enumerate(self._iter_rows()):
            where = f"{type(self).__name__}, row {index}"
            yield where, checked_row(row, where)

    def _n_rows(self) -> int | None:
        """Return how many rows there are; None if that is not known beforehand."""
        return None

    def __iter__(self) -> Iterator[tuple[ObjectArray, ...]]:
        samples = self._iter_samples()
        while batch := list(islice(samples, self.batch_size)):
            yield tuple(object_array(side) for side in zip(*batch, strict=True))

    def __call__(self) -> Iterator[tuple[ObjectArray, ...]]:
        """Return a fresh iterator over the batches."""
        return iter(self)

    def __len__(self) -> int:
        """Return the number of batches.

        Raises:
            TypeError: The number of rows is not known beforehand.
        """
        n_rows = self._n_rows()
        if n_rows is None:
            msg = (
                f"The number of rows of `{type(self).__name__}` is not known before "
                "they are read. Iterate over it, or write `_n_rows`."
            )
            raise TypeError(msg)
        n_samples = min(n_rows, self.limit or n_rows) * self.repeat
        return -(-n_samples // self.batch_size)

    def materialize(self) -> tuple[ObjectArray, ObjectArray | None]:
        """Return all samples at once, as `fit(x=..., y=...)` takes them.

        Returns:
            Inputs and targets, arrays of shape `(n_samples,)`; None for the targets
            of a dataset that has none.
        """
        sides = [object_array(side) for side in zip(*self._iter_samples(), strict=True)]
        return sides[0], sides[1] if self._outputs else None

    def _iter_samples(self) -> Iterator[tuple[JsonDataModel, ...]]:
        where = ""
        for where, row in islice(self._iter_located_rows(), self.limit):
            for _ in range(self.repeat):
                sample = [self._inputs.make(row, where)]
                if self._outputs is not None:
                    sample.append(self._outputs.make(row, where))
                yield tuple(sample)
        if not where:
            msg = f"`{type(self).__name__}` has no rows. Expected one or more."
            raise ConfigurationError(msg)


def _side(side: str, given: dict[str, Any]) -> Side:
    parts = ("data_model", "schema", "template")
    return Side(side, *(given.get(f"{side}_{part}") for part in parts))


def _checked_count(argument: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"`{argument}` is {show(value)}. Expected a whole number, 1 or more."
        raise ConfigurationError(msg)
    return value


def _quoted(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def checked_row(row: object, where: str) -> JsonObject:
    """Return a row that is a JSON object.

    Args:
        row: A JSON value.
        where: Where it stands.

    Raises:
        ConfigurationError: It is not an object.
    """
    if not isinstance(row, dict):
        msg = f"{where}: the row is {show(row)}. Expected a JSON object."
        raise ConfigurationError(msg)
    return cast("JsonObject", row)
