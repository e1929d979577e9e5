"""What processes that send to MLflow leave to others: entries, and their turn."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING

from synalinks._internal.files import AppendFile, make_private_folder, write_atomic
from synalinks._internal.json import dumps
from synalinks.config import synalinks_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from synalinks._internal.json import JsonObject


_LOOK_EVERY_S = 0.05


class Spool:
    """Files of entries for one store, and locks of its runs.

    Args:
        uri: Address of the store.
    """

    def __init__(self, uri: str) -> None:
        name = hashlib.sha256(uri.encode()).hexdigest()[:16]
        self._folder = synalinks_home() / "unsent" / name
        self._taken: list[Path] = []
        self._held: dict[str, AppendFile] = {}

    def hold(self, run: str) -> None:
        """Wait until no other process writes to a run, and keep others from it.

        A process that sends outlives its program, however that died: who goes on with
        a run must see all of what that process had to write.

        Args:
            run: Our key of the run.
        """
        make_private_folder(self._folder)
        while run not in self._held:
            file = AppendFile.lock(self._lock_of(run))
            if file is None:
                time.sleep(_LOOK_EVERY_S)
            else:
                self._held[run] = file

    def release(self, run: str) -> None:
        """Let other processes write to a run.

        Args:
            run: Our key of the run.
        """
        file = self._held.pop(run, None)
        if file is not None:
            self._lock_of(run).unlink(missing_ok=True)
            file.close()

    def _lock_of(self, run: str) -> Path:
        return self._folder / f"{run}.lock"

    def read(self) -> Iterator[JsonObject]:
        """Yield the entries that earlier processes left."""
        for path in sorted(self._folder.glob("*.jsonl")):
            taken = path.with_suffix(f".{os.getpid()}")
            try:
                # Whoever renames it has it: another process may look too.
                path.rename(taken)
            except OSError:
                continue
            self._taken.append(taken)
            for line in taken.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)

    def write(self, entries: Sequence[JsonObject]) -> None:
        """Keep entries; the numbers that they had here mean nothing later.

        Args:
            entries: What is left.
        """
        kept = [{key: one[key] for key in one if key != "n"} for one in entries]
        text = "".join(f"{dumps(one)}\n" for one in kept)
        write_atomic(self._folder / f"{os.getpid()}.jsonl", text, private=True)
        self.clear()

    def clear(self) -> None:
        """Forget the entries that were read."""
        for path in self._taken:
            path.unlink(missing_ok=True)
