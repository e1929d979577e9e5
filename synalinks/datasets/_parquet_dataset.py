"""Rows of a Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.datasets._file_dataset import FileDataset
from synalinks.datasets._frames import parquet_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


class ParquetDataset(FileDataset):
    """The rows of a Parquet file, of which a part is in memory at a time.

    Args:
        path: The file.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or an argument does not fit.
    """

    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        for index, row in enumerate(parquet_rows(self.path)):
            yield f"{self.path}, row {index}", row
