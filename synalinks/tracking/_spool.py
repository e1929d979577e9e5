"""What processes that send to MLflow leave to others: entries, and their turn."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from synalinks._internal.files import AppendFile, make_private_folder, write_atomic
from synalinks.config import synalinks_home
from synalinks.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Spool:
    """Files of entries for one store, and locks of its runs.

    Args:
        uri: Address of the store.
    """

    def __init__(self, uri: str) -> None:
        name = hashlib.sha256(uri.encode()).hexdigest()[:16]
        self._folder = synalinks_home() / "unsent" / name
        self._taken: list[AppendFile] = []
        self._held: dict[str, AppendFile] = {}
        self._aside: AppendFile | None = None

    def hold(self, run: str) -> bool:
        """Be the one that writes to a run, until `release` or the end of this process.

        Args:
            run: Our key of the run.

        Returns:
            Whether no other process on this machine is.
        """
        if run not in self._held:
            try:
                make_private_folder(self._folder)
                held = AppendFile.lock(self._folder / f"{run}.lock")
            except (OSError, WriteError):  # nothing can be kept here: so be it
                return True
            if held is None:
                return False
            self._held[run] = held
        return True

    def release(self, run: str) -> None:
        """Let other processes write to a run.

        Args:
            run: Our key of the run.
        """
        file = self._held.pop(run, None)
        if file is not None:
            file.path.unlink(missing_ok=True)
            file.close()

    def release_all(self) -> None:
        """Let other processes write to all runs."""
        for run in [*self._held]:
            self.release(run)

    def read(self) -> Iterator[str]:
        """Yield the entries, a line of JSON each, that earlier processes left.

        Their files stay until `clear`, so that nothing is lost if this process dies; no
        other process reads them meanwhile.
        """
        for path in sorted(self._folder.glob("*.jsonl")):
            taken = AppendFile.lock(path)
            if taken is not None:
                self._taken.append(taken)
                yield from path.read_text(encoding="utf-8").split("\n")[:-1]

    def write(self, lines: Sequence[str]) -> None:
        """Keep entries, those that were read included if they are left.

        Args:
            lines: What is left, a line of JSON each.
        """
        if lines:
            text = "".join(f"{line}\n" for line in lines)
            write_atomic(self._new_path(), text, private=True)
        self.clear()

    def append(self, lines: bytes) -> None:
        """Keep entries at once; nobody reads them while this process lives.

        Args:
            lines: A line of JSON each.

        Raises:
            OSError: They cannot be kept.
            WriteError: The same.
        """
        if self._aside is None:
            make_private_folder(self._folder)
            self._aside = AppendFile.create(self._new_path())
        self._aside.append(lines)

    def _new_path(self) -> Path:
        # Later files are read later; two processes never use the same name.
        return self._folder / f"{time.time_ns():020d}_{os.getpid()}.jsonl"

    def clear(self) -> None:
        """Forget the entries that were read, and let the runs go."""
        self.release_all()
        while self._taken:
            taken = self._taken.pop()
            taken.path.unlink(missing_ok=True)
            taken.close()
