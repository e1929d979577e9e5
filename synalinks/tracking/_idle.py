"""Work that waits until the event loop has time for it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PAUSE_S = 0.002
_SLICE_S = 0.002
# A timer that is later than this tells that the loop has other things to do.
_LATE_S = 0.001
# More is not put off, however busy the loop is: it takes memory.
_MAX_WAITING = 256


class IdleWork(Generic[T]):
    """Does pieces of work one by one, while the event loop waits for something else.

    What is done between two answers of a model costs the run no time; what is done as
    soon as an answer is there holds up all the answers behind it.

    Args:
        do: Does one piece; takes much less than a millisecond.
    """

    def __init__(self, do: Callable[[T], None]) -> None:
        self._do = do
        self._waiting: deque[T] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        # From taking a piece to having done it: else `finish` would miss one.
        self._doing = threading.RLock()

    def add(self, piece: T) -> None:
        """Do a piece of work soon; at once where no event loop runs.

        Args:
            piece: What to do.
        """
        self._waiting.append(piece)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.finish()
            return
        if self._loop is not loop:  # none is planned, or on a loop of before
            self._loop = loop
            self._plan(loop)

    def finish(self) -> None:
        """Do all that waits, now; from any thread."""
        while self._do_one():
            pass

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(_PAUSE_S, self._go_on, loop, loop.time() + _PAUSE_S)

    def _go_on(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        began_s = loop.time()
        is_busy = began_s - due_s > _LATE_S
        if not is_busy or len(self._waiting) > _MAX_WAITING:
            while self._do_one() and loop.time() - began_s < _SLICE_S:
                pass
        if self._waiting:
            self._plan(loop)
        else:
            self._loop = None

    def _do_one(self) -> bool:
        with self._doing:
            if not self._waiting:
                return False
            self._do(self._waiting.popleft())
        return True
