"""A user's CSV file: how it is encoded, what separates its values, its rows."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# The second one is what spreadsheets write on many machines.
_ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252 (Latin-1)"}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CHUNK_CHARS = 1 << 20
_ADVICE = "Save it as CSV in UTF-8, with a first line of column names."


@dataclass(frozen=True, slots=True, kw_only=True)
class CSVFile:
    """A file that can be read as CSV."""

    path: Path
    """The file."""
    encoding: str
    """Name of its encoding for Python."""
    delimiter: str
    """The character between two values."""
    columns: list[str]
    """What its first line names."""

    def notes(self) -> list[str]:
        """Return what a user may not expect about how the file is read."""
        notes: list[str] = []
        if self.delimiter != ",":
            notes.append(f"{self.path} is read as separated by {self._separation}")
        if self.encoding == "cp1252":
            notes.append(
                f"{self.path} is not UTF-8 and read as {_ENCODINGS['cp1252']}: "
                "convert it if letters look wrong"
            )
        return notes

    def rows(self) -> Iterator[list[str]]:
        """Yield the values of each row; there may be too few or too many.

        Raises:
            ConfigurationError: A row is not CSV.
        """
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            try:
                next(reader)
                yield from filter(None, reader)
            except csv.Error as error:
                msg = (
                    f"`{self.path}`, line {reader.line_num}, is not CSV: {error}. It "
                    f"is read as separated by {self._separation}. Is a quote missing, "
                    "or not doubled within a quoted text?"
                )
                raise ConfigurationError(msg) from None

    @property
    def _separation(self) -> str:
        return _DELIMITERS[self.delimiter]


def open_csv(path: Path, label_column: str | None) -> CSVFile:
    """Find out how a file is to be read.

    Args:
        path: The file.
        label_column: A column that it is said to have: the separator that leads to
            such a column is the right one.

    Returns:
        The file, with the names of its columns.

    Raises:
        ConfigurationError: It cannot be read, or is no text, or is empty.
    """
    try:
        encoding = _encoding_of(path)
        headers = {
            delimiter: _header(path, encoding, delimiter) for delimiter in _DELIMITERS
        }
    except OSError as error:
        msg = (
            f"`--data {path}` cannot be read as a CSV file: {error.strerror or error} "
            f"(looked in `{path.parent.resolve()}`)."
        )
        raise ConfigurationError(msg) from error

    def fit(delimiter: str) -> tuple[bool, int]:
        return label_column in headers[delimiter], len(headers[delimiter])

    delimiter = max(headers, key=fit)
    columns = headers[delimiter]
    if not any(columns):
        msg = f"`{path}` has no first line of column names. {_ADVICE}"
        raise ConfigurationError(msg)
    return CSVFile(path=path, encoding=encoding, delimiter=delimiter, columns=columns)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(1024)
    if not start.strip():
        msg = f"`{path}` is empty. {_ADVICE}"
        raise ConfigurationError(msg)
    is_utf16 = start.startswith(_UTF16_MARKS)
    if b"\0" in start and not is_utf16:
        msg = f"`{path}` is no text: it begins with {show(start[:8])}. {_ADVICE}"
        raise ConfigurationError(msg)
    for encoding in ["utf-16"] if is_utf16 else _ENCODINGS:
        if _is_readable(path, encoding):
            return encoding
    msg = f"`{path}` is in no encoding known to this command. {_ADVICE}"
    raise ConfigurationError(msg)


def _is_readable(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            while file.read(_CHUNK_CHARS):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    with path.open(encoding=encoding, newline="") as file:
        try:
            names = next(csv.reader(file, delimiter=delimiter), list[str]())
        except (csv.Error, UnicodeDecodeError):
            return []
    return [name.strip() for name in names]
