"""The files of a store: which there are, what is new in them, and what is damaged."""

from __future__ import annotations

import os
import re
import weakref
from typing import TYPE_CHECKING, Any

from synalinks._internal import files
from synalinks._internal.records import Damage, decode, line_length, scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synalinks._internal.files import AppendFile
    from synalinks._internal.records import Place

_READ_BYTES = 4096
_TORN = "torn"


class ReadFile:
    """A file that is read at any place, while another process may append to it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        # A bare descriptor: a file object that is freed before it is closed, in a cycle
        # or at the end of the process, warns of itself.
        self._descriptor = os.open(path, os.O_RDONLY)
        # Not at the exit of the process: what is left is written then.
        weakref.finalize(self, os.close, self._descriptor).atexit = False

    def size(self) -> int:
        """Return the length in bytes now."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Return bytes of the file, fewer at its end.

        Args:
            offset: Where to begin.
            n_bytes: How many.
        """
        pieces: list[bytes] = []
        while n_bytes > 0:
            piece = os.pread(self._descriptor, n_bytes, offset)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            n_bytes -= len(piece)
        return b"".join(pieces)


class Segment:
    """One file, as far as it was read.

    Args:
        path: The file.
        number: Its number in the folder.
    """

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.number = number
        self.read_to = 0
        self._damages: list[Damage] = []
        self._file = ReadFile(path)

    def new_places(self) -> list[Place]:
        """Return where the records are that were appended since the last time."""
        size = self._file.size()
        if size <= self.read_to:
            return []
        found = scan(self._file.read(self.read_to, size - self.read_to), self.read_to)
        self.read_to = found.end
        self._damages += found.damages
        return found.places

    def is_damaged(self) -> bool:
        """Return whether there is more in the file than whole records."""
        return bool(self._damages) or self._file.size() > self.read_to

    def value_at(self, offset: int) -> Any:
        """Return the value of a record, or None if it is damaged.

        Args:
            offset: Where its line begins.
        """
        content = self._file.read(offset, _READ_BYTES)
        n_bytes = line_length(content)
        if n_bytes > len(content):
            content += self._file.read(offset + len(content), n_bytes - len(content))
        return decode(content)

    def repair(self, file: AppendFile) -> list[str]:
        """Keep aside what is no whole record, and cut a torn end off.

        A torn end is what a process leaves that dies while it writes. Nothing is lost
        with it: nobody has been told that it was written.

        Args:
            file: The file, which nobody else appends to.

        Returns:
            What was found damaged, in words; nothing that was found before.
        """
        torn = Damage(self.read_to, file.size - self.read_to)
        reports = [self._keep_aside(damage) for damage in self._damages]
        if torn.n_bytes:
            self._keep_aside(torn)
            file.cut(torn.offset)
        self._damages.clear()
        return [report for report in reports if report]

    def _keep_aside(self, damage: Damage) -> str:
        folder = self.path.parent / _TORN
        kept = folder / f"{self.path.stem}-{damage.offset}.bin"
        if kept.exists():
            return ""
        files.make_private_folder(folder)
        content = self._file.read(damage.offset, damage.n_bytes)
        files.write_atomic_bytes(kept, content, private=True)
        return (
            f"`{self.path}`, byte {damage.offset}: {damage.n_bytes} bytes are damaged; "
            f"they are kept in `{kept}`."
        )


class Segments:
    """All files of a store, in order.

    Args:
        folder: Where they are.
        prefix: First part of their names.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        self._name = re.compile(rf"{re.escape(prefix)}-(\d{{6,}})\.jsonl")
        self._by_number: dict[int, Segment] = {}

    def __getitem__(self, number: int) -> Segment:
        return self._by_number[number]

    def __iter__(self) -> Iterator[Segment]:
        return iter([one for _, one in sorted(self._by_number.items())])

    def look(self) -> list[tuple[Segment, Place]]:
        """Return the records that are new since the last time, oldest first."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                match = self._name.fullmatch(path.name)
                if match and int(match[1]) not in self._by_number:
                    self._by_number[int(match[1])] = Segment(path, int(match[1]))
        return [(one, place) for one in self for place in one.new_places()]

    def repair(self) -> list[str]:
        """Keep aside what is damaged, in files that nobody appends to.

        Returns:
            What was found, in words; nothing that was found before.
        """
        reports: list[str] = []
        for segment in self:
            file = (
                files.AppendFile.claim(segment.path) if segment.is_damaged() else None
            )
            if file is not None:
                reports += segment.repair(file)
                file.close()
        return reports

    def claim(self, max_bytes: int) -> tuple[Segment, AppendFile]:
        """Return a file to append to: one that nobody writes to, or a new one.

        Args:
            max_bytes: How long a file may become.

        Raises:
            OSError: There is none and none can be made.
        """
        for segment in reversed(list(self)):
            file = files.AppendFile.claim(segment.path)
            if file is None:
                continue
            # Not one where another process left something since the last look.
            if segment.read_to == file.size < max_bytes:
                return segment, file
            file.close()
        return self.create()

    def create(self) -> tuple[Segment, AppendFile]:
        """Return a new file.

        Raises:
            OSError: It cannot be made.
        """
        files.make_private_folder(self._folder)
        number = max(self._by_number, default=0)
        while True:
            number += 1
            path = self._folder / f"{self._prefix}-{number:06d}.jsonl"
            try:
                file = files.AppendFile.create(path)
            except FileExistsError:
                continue
            segment = self._by_number[number] = Segment(path, number)
            return segment, file
