"""Rows of all texts in a folder."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from synalinks.datasets._dataset import Dataset
from synalinks.datasets._file_dataset import existing_file
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import DatasetArguments


class FolderDataset(Dataset):
    """A dataset that reads the texts of a folder, in the order of their paths.

    Args:
        path: The folder, whose folders are searched, too; or one file.
        pattern: What the names of the files look like; None for the usual suffix.
        **arguments: As for `Dataset`.

    Raises:
        ConfigurationError: There is no such file, or none in the folder.
    """

    usual_pattern: ClassVar[str]

    def __init__(
        self,
        path: str | Path,
        pattern: str | None = None,
        **arguments: Unpack[DatasetArguments],
    ) -> None:
        super().__init__(**arguments)
        self.path: Path = Path(path)
        self.pattern: str = pattern or self.usual_pattern
        self.files: list[Path] = self._found()

    def _found(self) -> list[Path]:
        if not self.path.is_dir():
            return [existing_file(self.path)]
        found = sorted(file for file in self.path.rglob(self.pattern) if file.is_file())
        if not found:
            msg = (
                f"`{self.path}` has no files `{self.pattern}`. Pass another `pattern`."
            )
            raise ConfigurationError(msg)
        return found

    @abstractmethod
    def _rows_of(self, file: Path, text: str) -> Iterator[tuple[str, JsonObject]]:
        """Yield the rows of a file with where each stands."""

    def _iter_rows(self) -> Iterator[JsonObject]:
        return (row for _, row in self._iter_located_rows())

    def _iter_located_rows(self) -> Iterator[tuple[str, JsonObject]]:
        for file in self.files:
            yield from self._rows_of(file, _text_of(file))

    @cached_property
    def _row_count(self) -> int:
        return sum(1 for _ in self._iter_located_rows())

    def _n_rows(self) -> int:
        return self._row_count


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"`{file}` is not UTF-8 text: {error}. Convert it first."
        raise ConfigurationError(msg) from None
    except OSError as error:
        msg = f"`{file}` cannot be read: {error.strerror or error}."
        raise ConfigurationError(msg) from error
