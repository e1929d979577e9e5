"""`SnapshotWriter`: writes the state of a run while the run goes on."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from synalinks._internal.aio import finished
from synalinks._internal.records import encode_value
from synalinks.errors import WriteError, warn
from synalinks.tracking import hand_over_outboxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.training._growth import Growth, New
    from synalinks.training._opening import OpenedRun

_HAND_OVER_S = 5.0
# What comes next is to be on its way to the models before a snapshot takes time.
_BEGIN_AFTER_S = 0.004
_LOOK_EVERY_S = 0.25


class SnapshotWriter:
    """Writes snapshots of a run in a thread of its own, one after the other.

    Args:
        opened: The run.
        growth: What of the run only grows; saved before the snapshot that names it.
        n_kept: How many snapshots to keep.
    """

    def __init__(self, opened: OpenedRun, growth: Growth, *, n_kept: int) -> None:
        self._opened = opened
        self._growth = growth
        self._n_kept = n_kept
        self._thread = ThreadPoolExecutor(1, "synalinks-snapshots")
        self._next: Callable[[], None] | None = None
        self._writing: Future[None] | None = None
        self._has_warned = False
        self._has_stop_file = False
        self._looked_s = float("-inf")

    def take(self, state: JsonObject, new: New, *, is_first: bool) -> None:
        """Have a snapshot written soon; the state may change when this returns.

        A thread would encode it no sooner: nothing else runs as long as that takes.

        Args:
            state: The state of the run, without what only grows.
            new: What is new of that.
            is_first: Whether a snapshot that cannot be written ends the run.
        """
        content = encode_value(state)
        self._next = partial(self._write, content, new, is_first=is_first)
        asyncio.get_running_loop().call_later(_BEGIN_AFTER_S, self._begin_to_write)

    async def written(self) -> None:
        """Wait for the snapshot that was taken.

        Raises:
            WriteError: The journal cannot be written to; or the first snapshot.
        """
        self._begin_to_write()
        writing, self._writing = self._writing, None
        if writing is None:
            return
        if not writing.done():
            await finished(asyncio.wrap_future(writing))
        writing.result()

    def _begin_to_write(self) -> None:
        if self._next is not None:
            self._writing = self._thread.submit(self._next)
            self._next = None

    async def look_for_stop_file(self) -> bool:
        """Return whether a file asks for the end of the run, now or a moment ago."""
        if monotonic() - self._looked_s > _LOOK_EVERY_S:
            await finished(
                asyncio.wrap_future(self._thread.submit(self._look_for_stop_file))
            )
        return self._has_stop_file

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
        self._looked_s = monotonic()
        if self._opened.folder.take_stop_file():
            self._has_stop_file = True

    def _write(self, content: bytes, new: New, *, is_first: bool) -> None:
        self._look_for_stop_file()
        grown = encode_value({"grown": self._growth.save(new)})
        content = b"%s,%s" % (grown[:-1], content[1:])
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
