"""`CSVLogger`: one row per epoch in a file."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.files import write_atomic
from synalinks.callbacks._callback import Callback
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    SavingError,
    WriteError,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import ErrorPolicy, HookResult, Logs

_EPOCH = "epoch"
_MISSING = "NA"

Row = dict[str, str]


class CSVLogger(Callback):
    """Writes the logs of every epoch to a CSV file.

    The header is `epoch` and the names in the logs, sorted; epochs count from 0, `NA`
    stands where a value is missing, and a list is one quoted cell. The file is replaced
    as a whole at the end of each epoch, so it is complete and readable at any time, and
    the header always has every column: a value that first appears late, or in a later
    run, gets one, with `NA` in the rows before.

    A run that starts at a later epoch continues the file, whatever `append` says: rows
    of the epochs that are run again go, the others stay.

    Args:
        filepath: Where to write; parent folders are made.
        separator: The character between two cells.
        append: Whether to keep the rows that an existing file has.

    Raises:
        ConfigurationError: `separator` is not one character, or one that cells contain.
    """

    callback_order: float = 10
    on_hook_error: ErrorPolicy = "warn"

    def __init__(
        self,
        filepath: str | Path,
        separator: str = ",",
        append: bool = False,
    ) -> None:
        if len(separator) != 1 or separator.isalnum() or separator in '"\r\n.-+_':
            msg = (
                "`separator` is one character that values do not contain, such as a "
                f"comma or a tab, received: {show(separator)}."
            )
            raise ConfigurationError(msg)
        self.filepath: Path = Path(filepath)
        self.separator = separator
        self.append = append
        self._columns: set[str] = set()
        self._rows: list[Row] = []
        self._is_begun = False

    def on_train_begin(self, logs: Logs | None = None) -> HookResult:
        """Read what is there, and make sure that the file can be written.

        Args:
            logs: Empty.

        Returns:
            An awaitable if an event loop runs; its errors are these.

        Raises:
            WriteError: The file cannot be written.
            FileFormatError: Rows are to be added to a file that is no log of ours.
        """
        return _off_the_loop(self._open)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> HookResult:
        """Begin the file, when it is the first epoch of the run.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Empty.

        Returns:
            An awaitable if an event loop runs.
        """
        if self._is_begun:
            return None
        self._begin(epoch)
        return self._write()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> HookResult:
        """Write the row of the epoch.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.

        Returns:
            An awaitable if an event loop runs.
        """
        if not self._is_begun:
            self._begin(epoch)
        row = {str(name): _to_text(value) for name, value in (logs or {}).items()}
        row[_EPOCH] = str(epoch)
        self._columns.update(row)
        self._rows.append(row)
        return self._write()

    def state_dict(self) -> JsonObject:
        """Return how many rows there are, as JSON."""
        return {"n_rows": len(self._rows)}

    def load_state_dict(self, state: JsonObject) -> None:
        """Drop the rows that were written after `state_dict` was called.

        Args:
            state: What it returned.
        """
        del self._rows[state["n_rows"] :]

    def _open(self) -> None:
        self._is_begun = False
        self._columns, self._rows = {_EPOCH}, []
        path = self.filepath
        if path.exists() and not path.is_file():
            msg = f"Cannot write `{path}`: it is not a regular file."
            raise WriteError(msg)
        if path.exists() and not os.access(path, os.W_OK):
            msg = f"Cannot write `{path}`: it is read-only."
            raise WriteError(msg)
        try:
            self._read()
        except SavingError:
            if self.append:
                raise
        self._columns.update(self._announced())
        write_atomic(path, self._text())

    def _read(self) -> None:
        if not self.filepath.exists():
            return
        fault = None
        try:
            text = self.filepath.read_text(encoding="utf-8-sig")
            lines = csv.reader(io.StringIO(text), delimiter=self.separator)
            table = [line for line in lines if line]
            fault = next(_faults(table), None)
        except OSError as error:
            msg = f"Cannot read `{self.filepath}`: {error.strerror or error}."
            raise WriteError(msg) from error
        except (UnicodeDecodeError, csv.Error) as error:
            table, fault = [], f"it cannot be read ({error})"
        if fault:
            msg = (
                f"Cannot add rows to `{self.filepath}`: {fault}. Expected a file that "
                f"`CSVLogger(separator={self.separator!r})` wrote. The file is "
                "untouched: give another path, or `append=False` to replace it."
            )
            raise FileFormatError(msg)
        if table:
            header, *rows = table
            self._columns.update(header)
            self._rows = [dict(zip(header, line, strict=True)) for line in rows]

    def _begin(self, epoch: int) -> None:
        self._is_begun = True
        if epoch == 0 and not self.append:
            self._rows = []
        while epoch > 0 and self._rows and int(self._rows[-1][_EPOCH]) >= epoch:
            self._rows.pop()
        if not self.append:
            self._columns = {_EPOCH}.union(self._announced(), *self._rows)

    def _announced(self) -> set[str]:
        """Return the columns known before the first epoch, from the parameters."""
        names: Sequence[Any] = self.params.get("metrics") or ()
        announced = {f"{prefix}{name}" for name in names for prefix in ("", "val_")}
        for evaluator, values in self.params.get("evaluators", {}).items():
            announced.update(f"{evaluator}_{name}" for name in values)
        return announced

    def _write(self) -> HookResult:
        text = self._text()
        return _off_the_loop(lambda: write_atomic(self.filepath, text))

    def _text(self) -> str:
        columns = [_EPOCH, *sorted(self._columns - {_EPOCH})]
        lines = [columns]
        lines += [[row.get(name, _MISSING) for name in columns] for row in self._rows]
        return "".join(f"{self._join(line)}\n" for line in lines)

    def _join(self, cells: Sequence[str]) -> str:
        special = {self.separator, '"', "\r", "\n"}
        return self.separator.join(
            f'"{cell.replace(chr(34), chr(34) * 2)}"'
            if cell.startswith("[") or special.intersection(cell)
            else cell
            for cell in cells
        )


def _faults(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the reasons why a table is none of ours."""
    header = table[0] if table else [_EPOCH]
    if header[:1] != [_EPOCH]:
        yield f"its first column is not `{_EPOCH}`"
    if len(set(header)) < len(header):
        yield "two columns have the same name"
    for line in table[1:]:
        if len(line) != len(header):
            counts = f"{len(line)} values under a header of {len(header)}"
            yield f"a row has {counts}: {show(line)}"
        if not line[0].isdecimal():
            yield f"a row does not begin with an epoch: {show(line)}"


def _to_text(value: Any) -> str:
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(str, value))}]"  # pyright: ignore[reportUnknownArgumentType]
    return _MISSING if value is None else str(value)


def _off_the_loop(work: Callable[[], object]) -> HookResult:
    # Writing waits for the disk, which an event loop must not do.
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        work()
        return None

    def run() -> None:
        work()

    return loop.run_in_executor(None, run)
