"""Rows of a JSON file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from synalinks.datasets._dataset import checked_row
from synalinks.datasets._file_dataset import FileDataset
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


class JSONDataset(FileDataset):
    """The rows of a file that is one JSON list of objects.

    Args:
        path: The file, UTF-8.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or an argument does not fit.
    """

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        try:
            rows: object = json.loads(self.path.read_text(encoding="utf-8-sig"))
        except json.JSONDecodeError as error:
            msg = (
                f"{self.path}:{error.lineno}: not JSON: {error.msg}. A file with one "
                "object per line is read with `JSONLDataset`."
            )
            raise ConfigurationError(msg) from None
        if not isinstance(rows, list):
            msg = f"{self.path}: found {show(rows)}. Expected a list of JSON objects."
            raise ConfigurationError(msg)
        for index, row in enumerate(cast("list[object]", rows)):
            where = f"{self.path}, row {index}"
            yield where, checked_row(row, where)
