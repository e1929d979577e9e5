"""What could not be sent before everything ended, kept for the next time."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from synalinks._internal.files import write_atomic
from synalinks._internal.json import dumps
from synalinks.config import synalinks_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from synalinks._internal.json import JsonObject


class Spool:
    """Files of entries for one store.

    Args:
        uri: Address of the store.
    """

    def __init__(self, uri: str) -> None:
        name = hashlib.sha256(uri.encode()).hexdigest()[:16]
        self._folder = synalinks_home() / "unsent" / name
        self._taken: list[Path] = []

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
