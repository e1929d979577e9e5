"""Rows of one file."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks.datasets._dataset import Dataset
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments


class FileDataset(Dataset):
    """A dataset that reads a file of one row per line or record.

    Args:
        path: The file.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file.
    """

    def __init__(self, path: str | Path, **arguments: Unpack[DatasetArguments]) -> None:
        super().__init__(**arguments)
        self.path: Path = existing_file(path)

    @abstractmethod
    def _read(self) -> Iterator[tuple[str, JsonObject]]:
        """Yield each row with where it stands, such as `data.csv:7`."""

    def _iter_rows(self) -> Iterator[JsonObject]:
        return (row for _, row in self._iter_located_rows())

    def _iter_located_rows(self) -> Iterator[tuple[str, JsonObject]]:
        try:
            yield from self._read()
        except UnicodeDecodeError as error:
            msg = f"`{self.path}` is not UTF-8 text: {error}. Convert it first."
            raise ConfigurationError(msg) from None
        except OSError as error:
            msg = f"`{self.path}` cannot be read: {error.strerror or error}."
            raise ConfigurationError(msg) from error

    @cached_property
    def _row_count(self) -> int:
        return sum(1 for _ in self._iter_located_rows())

    def _n_rows(self) -> int:
        return self._row_count


def existing_file(path: str | Path) -> Path:
    """Return the path of a file that is there.

    Args:
        path: Where it should be.

    Raises:
        ConfigurationError: There is no file at the path.
    """
    if not isinstance(path, (str, Path)):  # pyright: ignore[reportUnnecessaryIsInstance] - users
        msg = f"`path` is {show(path)}. Expected the path of a file."
        raise ConfigurationError(msg)
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        msg = f"`{path}` {what}. Expected a file (looked in `{path.parent.resolve()}`)."
        raise ConfigurationError(msg)
    return path
