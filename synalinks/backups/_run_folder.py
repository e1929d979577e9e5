"""`RunFolder`: the files of one run, held by one process at a time."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks._internal.files import AppendFile, make_private_folder, reserve
from synalinks._internal.journal import JOURNAL_PREFIX, Journal
from synalinks._internal.json import dumps
from synalinks._internal.snapshots import (
    is_snapshot,
    numbers_in,
    read_latest,
    remove_snapshot,
    write_snapshot,
)
from synalinks.backups._run_card import CARD_NAME, RunCard, read_card, write_card
from synalinks.errors import BackupLockedError, ConfigurationError, WriteError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks._internal.snapshots import Snapshot

LOCK_NAME = "lock"
STOP_NAME = "STOP"
_TORN_NAME = "torn"
_BALLAST_NAME = "ballast"
_REMOVED_NAME = f".{CARD_NAME}.removed"
_BALLAST_BYTES = 2**20
_OWN = frozenset({LOCK_NAME, STOP_NAME, _TORN_NAME, _BALLAST_NAME, CARD_NAME})
_JOURNAL = re.compile(rf"{JOURNAL_PREFIX}-\d{{6,}}\.jsonl")
_TORN = re.compile(rf"{JOURNAL_PREFIX}-\d{{6,}}-\d+\.bin")
# What a process leaves that dies while it replaces a file.
_HALF = re.compile(r"\.(run\.json|snap-\d{8}\.json)\..+")


class RunFolder:
    """The folder of one run: lock, card, journal and snapshots.

    All methods block; call them in a thread.

    Args:
        path: The folder, which need not be there yet.

    Attributes:
        path: The folder.
        card: Who the run is; None as long as nothing was saved.
    """

    def __init__(self, path: str | Path) -> None:
        self.path: Path = Path(path)
        self.card: RunCard | None = None
        self._lock: AppendFile | None = None
        self._snapshots: list[int] = []  # newest first

    # -- opening and closing -----------------------------------------------------------

    def open(self) -> None:
        """Take the folder for this run; what is in it stays as it is.

        Raises:
            ConfigurationError: There are files that are none of ours.
            BackupLockedError: Another run holds it.
            FileFormatError: The card of the run cannot be read.
            WriteError: The folder cannot be made or written to.
        """
        self.path = self.path.absolute()  # the process may change its folder
        self._check_place()
        make_private_folder(self.path)
        self._check_foreign()
        try:
            self._lock = AppendFile.lock(self.path / LOCK_NAME, n_tries=10)
        except OSError as error:
            msg = f"Cannot write to the folder `{self.path}`: {error.strerror}."
            raise WriteError(error.errno, msg) from error
        if self._lock is None:
            raise BackupLockedError(self._locked())
        try:
            self._finish_removal()
            self.card = read_card(self.path)
            self._snapshots = numbers_in(self.path)
        except BaseException:
            self.close()
            raise

    def sign(self) -> None:
        """Write into the lock who holds it, and take room for the end of the run.

        Raises:
            WriteError: The folder cannot be written to.
        """
        holder: JsonObject = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            if self._lock is not None:
                self._lock.cut(0)
                self._lock.append(f"{dumps(holder)}\n".encode())
        except OSError as error:
            msg = f"Cannot write to the folder `{self.path}`: {error.strerror}."
            raise WriteError(error.errno, msg) from error
        reserve(self.path / _BALLAST_NAME, _BALLAST_BYTES)

    def make_room(self) -> None:
        """Give back the room that was taken for the end of the run.

        What was paid for when the disk became full finds a place there, and so does
        the last snapshot.
        """
        with contextlib.suppress(OSError):
            (self.path / _BALLAST_NAME).unlink(missing_ok=True)

    def close(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def delete(self) -> None:
        """Remove the run's own files, and the folder if nothing else is in it."""
        with contextlib.suppress(OSError):
            # Without its card the rest is no run; whoever dies meanwhile leaves a sign
            # that it is to be removed.
            with contextlib.suppress(FileNotFoundError):
                (self.path / CARD_NAME).replace(self.path / _REMOVED_NAME)
            self._remove_own_files()
            # While it is held: whoever waits for it sees that it is gone.
            (self.path / LOCK_NAME).unlink(missing_ok=True)
            for folder in (self.path / _TORN_NAME, self.path):
                if folder.is_dir():
                    folder.rmdir()

    def _finish_removal(self) -> None:
        if not (self.path / _REMOVED_NAME).exists():
            return
        try:
            self._remove_own_files()
        except OSError as error:
            msg = f"Cannot write to the folder `{self.path}`: {error.strerror}."
            raise WriteError(error.errno, msg) from error

    def _remove_own_files(self) -> None:
        for path in [*self._torn(), *self._own_files(), self.path / _REMOVED_NAME]:
            path.unlink(missing_ok=True)

    def _own_files(self) -> list[Path]:
        kept = {LOCK_NAME, _REMOVED_NAME}
        return [
            path
            for path in self.path.iterdir()
            if _is_own(path.name) and path.name not in kept and path.is_file()
        ]

    def _torn(self) -> list[Path]:
        folder = self.path / _TORN_NAME
        if not folder.is_dir():
            return []
        return [path for path in folder.iterdir() if _TORN.fullmatch(path.name)]

    def _check_place(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            msg = f"`backup_dir` is a folder, `{self.path}` is a file."
            raise ConfigurationError(msg)

    def _check_foreign(self) -> None:
        foreign = sorted(
            path.name
            for path in self.path.iterdir()
            if not _is_own(path.name) and not path.name.startswith(".")
        )
        if foreign:
            msg = (
                f"`backup_dir` is for the files of one run, and `{self.path}` has "
                f"others in it: {show(foreign)}. Nothing was changed. Take a folder "
                "of its own for each run."
            )
            raise ConfigurationError(msg)

    def _locked(self) -> str:
        with contextlib.suppress(OSError):
            holder = (self.path / LOCK_NAME).read_text(encoding="utf-8").strip()
            return (
                f"Another run is using `{self.path}`: {holder or 'it just began'}. "
                "Wait for its end, stop it, or take another `backup_dir`."
            )
        return f"Another run is using `{self.path}`."

    # -- what is in it -----------------------------------------------------------------

    def write_card(self, card: RunCard) -> None:
        """Write who the run is.

        Args:
            card: The card.

        Raises:
            WriteError: It could not be written.
        """
        write_card(self.path, card)
        self.card = card

    def new_journal(self, *, pays_for_divergence: bool) -> Journal:
        """Return the journal, not opened yet.

        Args:
            pays_for_divergence: As for `Journal`.
        """
        return Journal(self.path, pays_for_divergence=pays_for_divergence)

    def write_snapshot(self, state: bytes, *, n_kept: int) -> None:
        """Write a snapshot, then remove those that are not needed any more.

        Args:
            state: The state of the run, as `encode_value` returned it.
            n_kept: How many snapshots to keep, this one included.

        Raises:
            WriteError: It could not be written; earlier ones are untouched.
        """
        number = max(self._snapshots, default=0) + 1
        try:
            write_snapshot(self.path, number, state)
        except WriteError:
            self.make_room()
            write_snapshot(self.path, number, state)
        self._snapshots.insert(0, number)
        while len(self._snapshots) > n_kept:
            remove_snapshot(self.path, self._snapshots.pop())

    def read_snapshot(self) -> tuple[Snapshot | None, list[str]]:
        """Return the latest snapshot, and what was wrong with newer ones."""
        return read_latest(self.path)

    def take_stop_file(self) -> bool:
        """Remove the file `STOP`.

        Returns:
            Whether it was there.
        """
        with contextlib.suppress(OSError):
            (self.path / STOP_NAME).unlink()
            return True
        return False


def _is_own(name: str) -> bool:
    patterns = (_JOURNAL, _HALF)
    return (
        name in _OWN
        or is_snapshot(name)
        or any(one.fullmatch(name) for one in patterns)
    )
