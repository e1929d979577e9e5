"""Signals: the first one ends a run with nothing lost, the second one at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.errors import RunInterruptedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_EXIT_OF_SIGTERM = 128 + signal.SIGTERM


class Interruption:
    """Watches for signals while a run goes on that can be gone on with.

    After the first one nothing more is sent. What is in flight may arrive, which the
    journal keeps; then the run ends with the exception that the signal stands for.

    Args:
        grace_s: Seconds that calls in flight have.

    Attributes:
        received: The signal that came; None as long as none has.
    """

    def __init__(self, grace_s: float) -> None:
        self.received: signal.Signals | None = None
        self._grace_s = grace_s
        self._before: dict[signal.Signals, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Take signals in a `with` block.

        Yields:
            None.

        Raises:
            BaseException: After a signal, the exception that it stands for.
            CancelledError: The task was cancelled by others.
            RunInterruptedError: A call was held back before there was a signal.
        """
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._install()
        try:
            with context.bound(context.before_sending, self.check):
                yield
            if self.received is not None:
                raise self._exception()
        except (RunInterruptedError, asyncio.CancelledError) as error:
            if self.received is None:
                raise
            raise self._exception() from error
        finally:
            self._uninstall()

    def check(self) -> None:
        """Let nothing pass after a signal.

        Raises:
            RunInterruptedError: A signal has come.
        """
        if self.received is not None:
            msg = f"The run is being ended by {self.received.name}."
            raise RunInterruptedError(msg)

    def _exception(self) -> BaseException:
        if self.received == signal.SIGINT:
            return KeyboardInterrupt()
        return SystemExit(_EXIT_OF_SIGTERM)

    def _install(self) -> None:
        # Elsewhere Python lets nobody take signals.
        if threading.current_thread() is threading.main_thread():
            for one in _SIGNALS:
                self._before[one] = signal.signal(one, self._take)

    def _uninstall(self) -> None:
        before, self._before = self._before, {}
        for one, handler in before.items():
            # A handler that Python did not install is None, and cannot be put back.
            signal.signal(one, signal.SIG_DFL if handler is None else handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            self._end_at_once(signal.Signals(number))
            return
        self.received = signal.Signals(number)
        if self._loop is not None:
            # A loop that sleeps is not woken by a handler.
            self._loop.call_soon_threadsafe(self._begin_to_wait)

    def _begin_to_wait(self) -> None:
        if self._loop is not None:
            self._loop.call_later(self._grace_s, self._cut)

    def _cut(self) -> None:
        is_watching = bool(self._before)
        if is_watching and self._task is not None and not self._task.done():
            self._task.cancel()

    def _end_at_once(self, number: signal.Signals) -> None:
        is_notebook = hasattr(sys, "ps1") or "ipykernel" in sys.modules
        if is_notebook and number == signal.SIGINT:
            raise KeyboardInterrupt
        # All that was answered is on disk.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
