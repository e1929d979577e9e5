"""Signals: the first one ends a run with nothing lost, the second one at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from synalinks._internal import context

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from types import FrameType

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_EXIT_OF_SIGTERM = 128 + signal.SIGTERM
_LAST_S = 0.01


class Interruption:
    """Watches for signals while a run goes on that can be gone on with.

    After the first one nothing more is sent: whoever wants to send waits. What is in
    flight may arrive, which the journal keeps; then the run is cancelled, and ends with
    the exception that the signal stands for. Nothing is cut off before that, not even
    what runs beside a call that has to wait.

    A run that is part of another one has that one's: they end together.

    Args:
        grace_s: Seconds that calls in flight have.

    Attributes:
        received: The signal that came; None as long as none has.
    """

    def __init__(self, grace_s: float) -> None:
        self.received: signal.Signals | None = None
        self._grace_s = grace_s
        self._n_in_flight = 0
        self._has_arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._run: asyncio.Task[Any] | None = None
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def here(cls, grace_s: float) -> Interruption:
        """Return that of the run that the current task is in, or a new one.

        Args:
            grace_s: Seconds that calls in flight have, if it is a new one.
        """
        outer = context.sending.get()
        loop = asyncio.get_running_loop()
        if isinstance(outer, cls) and outer._loop is loop:  # noqa: SLF001 - of this class
            return outer
        return cls(grace_s)

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Take signals in a `with` block, unless they are taken already.

        Yields:
            None.

        Raises:
            CancelledError: The task was cancelled by others.
        """
        is_outermost = self._loop is None
        if is_outermost:
            self._loop = asyncio.get_running_loop()
            self._run = asyncio.current_task()
            self._install()
        try:
            self.check()
            with context.bound(context.sending, self):
                yield
            self.check()
        except asyncio.CancelledError:
            self.check()
            raise
        finally:
            if is_outermost:
                self._uninstall()
                if self._ending is not None:
                    self._ending.cancel()

    def check(self) -> None:
        """Let nothing pass after a signal.

        Raises:
            KeyboardInterrupt: It was SIGINT.
            SystemExit: It was SIGTERM.
        """
        if self.received == signal.SIGINT:
            raise KeyboardInterrupt
        if self.received is not None:
            raise SystemExit(_EXIT_OF_SIGTERM)

    async def pass_through(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send something, unless a signal has come.

        Args:
            send: Sends it.

        Returns:
            What `send` returned, if ever.
        """
        if self.received is not None:
            await asyncio.Event().wait()  # until it is cancelled
        self._n_in_flight += 1
        try:
            return await send()
        finally:
            self._n_in_flight -= 1
            if self.received is not None and not self._n_in_flight:
                self._has_arrived.set()

    async def _end(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._grace_s):
                if self._n_in_flight:
                    await self._has_arrived.wait()
                # What has arrived is on its way into the journal.
                await asyncio.sleep(_LAST_S)
        if self._run is not None:
            self._run.cancel()

    # -- handlers ----------------------------------------------------------------------

    def _install(self) -> None:
        # Elsewhere Python lets nobody take signals.
        if threading.current_thread() is threading.main_thread():
            for one in () if _watching else _SIGNALS:
                # A shell has its programs in the background ignore SIGINT.
                if signal.getsignal(one) != signal.SIG_IGN:
                    _before[one] = signal.signal(one, _take)
            _watching.append(self)

    def _uninstall(self) -> None:
        if self not in _watching:
            return
        _watching.remove(self)
        if not _watching:
            for one, handler in _before.items():
                # A handler that Python did not install is None, and cannot be put back.
                signal.signal(one, signal.SIG_DFL if handler is None else handler)
            _before.clear()

    def take(self, number: signal.Signals) -> None:
        """Begin to end the run.

        Args:
            number: The signal that came.
        """
        self.received = number
        if self._loop is not None:
            # A loop that sleeps is not woken by a handler.
            self._loop.call_soon_threadsafe(self._begin_to_end)

    def _begin_to_end(self) -> None:
        if self in _watching and self._loop is not None:
            self._ending = self._loop.create_task(self._end())


# Runs beside each other end together: one handler serves all of them.
_watching: list[Interruption] = []
_before: dict[signal.Signals, Any] = {}


def _take(number: int, frame: FrameType | None) -> None:
    if any(one.received is not None for one in _watching):
        _end_at_once(signal.Signals(number))
        return
    for one in _watching:
        one.take(signal.Signals(number))


def _end_at_once(number: signal.Signals) -> None:
    is_notebook = hasattr(sys, "ps1") or "ipykernel" in sys.modules
    if is_notebook and number == signal.SIGINT:
        raise KeyboardInterrupt
    # All that was answered is on disk.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
