"""`SnapshotWriter`: writes the state of a run while the run goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from synalinks._internal.aio import finished
from synalinks._internal.records import encode_value
from synalinks.errors import WriteError, warn
from synalinks.tracking import hand_over_outboxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.training._growth import Growth
    from synalinks.training._opening import OpenedRun

_HAND_OVER_S = 5.0


class SnapshotWriter:
    """Writes snapshots of a run in a thread of its own, one after the other.

    Args:
        opened: The run.
        growth: What of the run only grows; saved before the snapshot that names it.
        n_kept: How many snapshots to keep.

    Attributes:
        has_stop_file: Whether a file asked for the end of the run.
    """

    def __init__(self, opened: OpenedRun, growth: Growth, *, n_kept: int) -> None:
        self._opened = opened
        self._growth = growth
        self._n_kept = n_kept
        self._thread = ThreadPoolExecutor(1, "synalinks-snapshots")
        self._writing: Future[None] | None = None
        self._has_warned = False
        self.has_stop_file = False

    async def take(self, state: JsonObject, *, is_first: bool) -> None:
        """Write a snapshot; returns when the state may change again.

        The run goes on meanwhile: as long as the snapshot is not there, the one before
        and the journal are worth as much.

        Args:
            state: The state of the run, without what only grows.
            is_first: Whether a snapshot that cannot be written ends the run.

        Raises:
            WriteError: The snapshot before this one could not be written.
        """
        encoding = self._thread.submit(self._encode, state)
        content = await finished(asyncio.wrap_future(encoding))
        before = self._writing
        self._writing = self._thread.submit(self._write, content, is_first=is_first)
        if before is not None:
            before.result()  # it is done: there is one thread

    async def written(self) -> None:
        """Wait for the snapshot that is being written.

        Raises:
            WriteError: The journal cannot be written to; or the first snapshot.
        """
        writing, self._writing = self._writing, None
        if writing is None:
            return
        if not writing.done():
            await finished(asyncio.wrap_future(writing))
        writing.result()

    async def look_for_stop_file(self) -> bool:
        """Return whether a file asks for the end of the run, now or before."""
        looking = self._thread.submit(self._look_for_stop_file)
        await finished(asyncio.wrap_future(looking))
        return self.has_stop_file

    async def close(self, last: Callable[[], None]) -> None:
        """End the thread.

        Args:
            last: What is done there at the end, whoever is cancelled.
        """
        closing = self._thread.submit(last)
        self._thread.shutdown(wait=False)
        await finished(asyncio.wrap_future(closing))

    # -- in the thread -----------------------------------------------------------------

    def _look_for_stop_file(self) -> None:
        if self._opened.folder.take_stop_file():
            self.has_stop_file = True

    def _encode(self, state: JsonObject) -> bytes:
        self._look_for_stop_file()
        state["grown"] = self._growth.save()
        return encode_value(state)

    def _write(self, content: bytes, *, is_first: bool) -> None:
        # What callbacks know to be logged must not be lost with this process.
        hand_over_outboxes(_HAND_OVER_S)
        self._opened.journal.flush()
        try:
            self._opened.folder.write_snapshot(content, n_kept=self._n_kept)
        except WriteError as error:
            if is_first:
                raise
            # The journal has all that was paid for.
            if not self._has_warned:
                self._has_warned = True
                warn(f"The run goes on, and is saved in its journal only: {error}")
