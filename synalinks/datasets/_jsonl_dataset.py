"""Rows of a JSON Lines file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from synalinks.datasets._dataset import checked_row
from synalinks.datasets._file_dataset import FileDataset
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


class JSONLDataset(FileDataset):
    """The rows of a file with one JSON object per line; empty lines are skipped.

    Args:
        path: The file, UTF-8.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or an argument does not fit.
    """

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        with self.path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                where = f"{self.path}:{number}"
                if line.strip():
                    yield where, checked_row(_parsed(line, where), where)


def _parsed(line: str, where: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        msg = f"{where}: not JSON: {error}. Got {show(line.strip())}."
        raise ConfigurationError(msg) from None
