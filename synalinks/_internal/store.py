"""JSON values by key, in a folder, for good: appended, checked, shared by processes.

One mechanism for two uses: a cache of answers by what was asked, and the journal of a
run by where in the run it was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal import writer
from synalinks._internal.records import decode_value, encode, encode_value
from synalinks._internal.segments import Segments
from synalinks.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synalinks._internal.files import AppendFile
    from synalinks._internal.records import Place
    from synalinks._internal.segments import Segment

_SEGMENT_BYTES = 64 * 2**20
_LOOK_EVERY_S = 0.05
_OFFSET_BITS = 40
_KEY_BYTES = 16


class _Line(NamedTuple):
    kind: str
    key: str
    value: bytes
    hashed: bytes | None
    """What it is found by; None if it is not."""


class Store:
    """Values by key, in files of one folder that are only appended to.

    Each process appends to a file of its own, and reads those of others when it opens
    the store and when it misses a key. The first value of a key stays its value. The
    folder is made with the first value.

    Args:
        folder: Where the files are, or will be.
        prefix: First part of their names.
        on_found: Called with each record that is read when the store is opened; tells
            whether it is to be found by its key.

    Attributes:
        reports: What was found damaged by `open`, in words.
        error: Why nothing can be written any more, or None.
    """

    def __init__(
        self,
        folder: str | Path,
        prefix: str = "answers-v1",
        on_found: Callable[[Place], bool] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._on_found = on_found
        self._prefix = prefix
        self._segments = Segments(self.folder, prefix)
        # 16 bytes and a number per record: a key is found without reading any file.
        self._index: dict[bytes, int] = {}
        self._pending: dict[bytes, bytes] = {}
        self._lock = threading.Lock()  # between the writer and threads that look
        self._segment: Segment | None = None
        self._file: AppendFile | None = None
        self._n_written = 0
        self._left_over: list[_Line] = []
        self._looked_s = float("-inf")
        self.reports: list[str] = []
        self.error: WriteError | None = None

    def __len__(self) -> int:
        return len(self._index) + len(self._pending)

    def open(self) -> None:
        """Read what is there, once. It takes a second for 50,000 answers."""
        with self._lock:
            if self._looked_s == float("-inf"):
                self._look()
                self.reports = self._segments.repair()

    def get(self, key: str) -> Any:
        """Return the value of a key, or None. What was put is found at once.

        Args:
            key: Any text.
        """
        hashed = _hash(key)
        pending = self._pending.get(hashed)
        if pending is not None:
            return decode_value(pending)
        at = self._index.get(hashed)
        if at is None:
            return None
        segment = self._segments[at >> _OFFSET_BITS]
        return segment.value_at(at & ((1 << _OFFSET_BITS) - 1))

    def keys(self, kind: str) -> list[str]:
        """Return the keys of the records of a kind that are on disk; blocks.

        Args:
            kind: What the records are about.
        """
        found = Segments(self.folder, self._prefix).look()
        return [place.key for _, place in found if place.kind == kind]

    def look_again(self) -> None:
        """Read what other processes have appended meanwhile; for a thread."""
        if monotonic() - self._looked_s > _LOOK_EVERY_S:
            with self._lock:
                self._look()

    def put(
        self,
        key: str,
        value: Any,
        *,
        kind: str = "call",
        waiter: asyncio.Future[None] | None = None,
    ) -> None:
        """Add a value. It is found at once, and durable soon.

        Args:
            key: Any text; ignored for all but the first value of a key.
            value: JSON.
            kind: What the record is about, in small letters.
            waiter: Settled when the value is durable, or cannot be made so.
        """
        content, hashed = encode_value(value), _hash(key)
        self._pending.setdefault(hashed, content)
        writer.hand_over(self, [_Line(kind, key, content, hashed)], waiter)

    def note(self, key: str, value: Callable[[], Any], *, kind: str) -> None:
        """Add a record that is read by going through all of them, not by its key.

        It is written soon, and before any value that is added later.

        Args:
            key: Any text; there may be many of one key.
            value: Returns JSON; called in the thread that writes.
            kind: What the record is about, in small letters.
        """
        writer.hand_over(self, [lambda: _Line(kind, key, encode_value(value()), None)])

    async def append(self, key: str, value: Any, *, kind: str = "call") -> None:
        """Add a value, and return when it is durable.

        Args:
            key: Any text.
            value: JSON.
            kind: What the record is about, in small letters.

        Raises:
            WriteError: It could not be made durable. It is still found by this
                process, and written together with the next value.
        """
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.put(key, value, kind=kind, waiter=waiter)
        await waiter

    def flush(self) -> None:
        """Return when everything that was added is durable; blocks.

        Raises:
            WriteError: Something could not be made durable.
        """
        writer.flush()
        if self.error is not None:
            self.write([])  # what is left over

    def close(self) -> None:
        """Write what is left, and let others append to the file; blocks."""
        with contextlib.suppress(WriteError):
            self.flush()
        with self._lock:
            self._close_file()

    # -- in the writer's thread --------------------------------------------------------

    def write(self, records: list[_Line | Callable[[], _Line]]) -> None:
        """Make records durable: called by the writer.

        Args:
            records: What `put` and `note` handed over.

        Raises:
            WriteError: They are not durable.
        """
        with self._lock:
            made = (one if isinstance(one, _Line) else one() for one in records)
            lines = [*self._left_over, *made]
            try:
                self._append(lines)
            except OSError as error:
                self._left_over = lines
                n_bytes = sum(len(line.value) for line in lines)
                msg = (
                    f"Cannot append {n_bytes} bytes in `{self.folder}`: "
                    f"{error.strerror or error}. The answers are still in memory."
                )
                self.error = WriteError(error.errno, msg)
                raise self.error from error
            self._left_over = []
            self.error = None

    def _append(self, records: list[_Line]) -> None:
        if self._file is None or not self._file.is_open:
            self._look()
            self._segment, self._file = self._segments.claim(_SEGMENT_BYTES)
        try:
            self._append_to_file(records)
        except OSError:
            # What a failed write or sync left behind nobody knows. The file is never
            # appended to again.
            self._close_file()
            self._segment, self._file = self._segments.create()
            self._append_to_file(records)
        if self._file.size >= _SEGMENT_BYTES:
            self._close_file()

    def _append_to_file(self, records: list[_Line]) -> None:
        segment, file = self._segment, self._file
        if segment is None or file is None:
            return
        lines: list[bytes] = []
        at, places = file.size, list[int]()
        for line in records:
            self._n_written += 1
            lines.append(encode(self._n_written, line.kind, line.key, line.value))
            places.append(at)
            at += len(lines[-1])
        try:
            file.append(b"".join(lines))
        except OSError:
            # Else whole records of it would be there twice, as if asked for twice.
            file.take_back()
            self._close_file()
            raise
        segment.read_to = file.size
        for line, offset in zip(records, places, strict=True):
            if line.hashed is not None:
                self._found(line.hashed, segment, offset)
                self._pending.pop(line.hashed, None)

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._segment = self._file = None

    def _look(self) -> None:
        for segment, place in self._segments.look():
            if self._on_found is None or self._on_found(place):
                self._found(_hash(place.key), segment, place.offset)
        self._looked_s = monotonic()

    def _found(self, hashed: bytes, segment: Segment, offset: int) -> None:
        self._index.setdefault(hashed, segment.number << _OFFSET_BITS | offset)


def _hash(key: str) -> bytes:
    content = key.encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=_KEY_BYTES).digest()


def read_records(
    folder: str | Path, prefix: str, kinds: frozenset[str]
) -> Iterator[tuple[str, str, Any]]:
    """Yield the records of some kinds, oldest first, whoever writes at the time.

    Args:
        folder: Where the files are.
        prefix: First part of their names.
        kinds: What the records are about.

    Yields:
        The kind, the key and the value of each.
    """
    for segment, place in Segments(Path(folder), prefix).look():
        if place.kind in kinds:
            yield place.kind, place.key, segment.value_at(place.offset)


_stores: weakref.WeakValueDictionary[Path, Store] = weakref.WeakValueDictionary()
_finding = threading.Lock()  # between threads that open stores


def shared_store(folder: str | Path) -> Store:
    """Return the open store of a folder, the same one as long as anybody uses it.

    For a thread: it reads what is there.

    Args:
        folder: Where it is; links and relative paths are followed.
    """
    path = Path(folder).resolve()
    with _finding:
        store = _stores.get(path)
        if store is None:
            store = _stores[path] = Store(path)
    store.open()
    return store
