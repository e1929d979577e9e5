"""Where the files of a published data set are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.datasets._download import fetch
from synalinks.datasets._file_dataset import existing_file
from synalinks.datasets._split import split_by_label
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.datasets._dataset import Dataset
    from synalinks.datasets._frames import ObjectArray

SplitName: TypeAlias = Literal["train", "test"]
Split: TypeAlias = "tuple[ObjectArray, ObjectArray | None]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file, and which of its rows to take."""

    path: Path
    """The file."""
    split: SplitName | None
    """Which share of its rows; None for all."""
    validation_split: float = 0.2
    """The share of the rows that are for testing."""

    def rows(
        self, rows: Iterable[tuple[str, JsonObject]], label: str | None = None
    ) -> Sequence[tuple[str, JsonObject]]:
        """Return the rows of the part, in order.

        Args:
            rows: All rows of the file with where they stand.
            label: The column whose values are to be shared out evenly, if any.
        """
        everything = list(rows)
        if self.split is None:
            return everything
        train, test = split_by_label(
            everything,
            lambda located: located[1].get(label) if label else None,
            self.validation_split,
        )
        return train if self.split == "train" else test


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A published data set of two files."""

    name: str
    """Name of its folder in `<synalinks home>/datasets`."""
    base_url: str
    """The address above the files."""
    suffix: str
    """Suffix of the files `train` and `test`."""
    starts_with: bytes
    """How the files begin."""

    def part(
        self,
        split: SplitName,
        path: str | Path | None,
        base_url: str | None,
        validation_split: float,
    ) -> Part:
        """Return where the rows for training or testing are, downloaded if need be.

        Args:
            split: Which rows.
            path: A folder with both files, or one file to be split; None to download.
            base_url: Another address above the files; None for the published one.
            validation_split: The share of one file that is for testing.

        Raises:
            ConfigurationError: There is no such split or no such file.
        """
        file_name = f"{checked_split(split)}{self.suffix}"
        if path is None:
            url = f"{base_url or self.base_url}/{file_name}"
            file = fetch(url, self.name, starts_with=self.starts_with)
            return Part(path=file, split=None)
        if Path(path).is_dir():
            return Part(path=existing_file(Path(path) / file_name), split=None)
        file = existing_file(path)
        return Part(path=file, split=split, validation_split=validation_split)


def checked_split(split: Any) -> SplitName:
    """Return a valid name of a split.

    Args:
        split: What the user gave.

    Raises:
        ConfigurationError: It is neither `"train"` nor `"test"`.
    """
    if split not in {"train", "test"}:
        msg = f"`split` is {show(split)}. Expected 'train' or 'test'."
        raise ConfigurationError(msg)
    return split


def loaded(train: Dataset, test: Dataset) -> tuple[Split, Split]:
    """Return both sides of a data set as arrays.

    Args:
        train: The samples for training.
        test: The samples for testing.
    """
    return train.materialize(), test.materialize()
