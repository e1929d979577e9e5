"""Rows of a CSV file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from synalinks.datasets._file_dataset import FileDataset
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments


class CSVDataset(FileDataset):
    """The rows of a CSV file whose first line names the columns.

    Values are texts. Where a data model wants a number, the text is read as one.

    Args:
        path: The file, UTF-8, with or without a byte-order mark.
        delimiter: The character between values.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or an argument does not fit.
    """

    def __init__(
        self,
        path: str | Path,
        delimiter: str = ",",
        **arguments: Unpack[DatasetArguments],
    ) -> None:
        super().__init__(path, **arguments)
        if not isinstance(delimiter, str) or len(delimiter) != 1:  # pyright: ignore[reportUnnecessaryIsInstance] - users
            msg = f"`delimiter` is {show(delimiter)}. Expected one character."
            raise ConfigurationError(msg)
        self.delimiter = delimiter

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            try:
                header = self._checked_header(next(reader, list[str]()))
                # The reader gives an empty list for an empty line.
                for cells in filter(None, reader):
                    where = f"{self.path}:{reader.line_num}"
                    yield where, _row(header, cells, where)
            except csv.Error as error:
                msg = f"{self.path}:{reader.line_num}: not CSV: {error}."
                raise ConfigurationError(msg) from None

    def _checked_header(self, header: list[str]) -> list[str]:
        names = [name.strip() for name in header]
        if not all(names) or len(set(names)) != len(names) or not names:
            msg = (
                f"{self.path}:1: the header is {show(header)}. Expected a line of "
                "different column names."
            )
            raise ConfigurationError(msg)
        return names


def _row(header: list[str], cells: list[str], where: str) -> JsonObject:
    if len(cells) != len(header):
        msg = (
            f"{where}: the row has {len(cells)} values for {len(header)} columns: "
            f"{show(cells)}. Expected one value for each of "
            f"{', '.join(f'`{name}`' for name in header)}."
        )
        raise ConfigurationError(msg)
    return dict(zip(header, cells, strict=True))
