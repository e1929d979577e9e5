"""One thread per process that makes what is appended to files durable.

Whoever appends hands over and may wait. The thread takes all that was handed over
meanwhile, and makes it durable in one step: what a single record costs in time is
shared by all that wait at the same time. What nobody waits for is written along with
what somebody does, a moment later, or when the event loop ends. To wake a thread takes
longer than to hand over a record, so it is done as seldom as can be.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
import weakref
from collections import defaultdict, deque
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from synalinks._internal.lifetimes import lifetimes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

R = TypeVar("R")

_AT_EXIT_S = 10.0
_ALONE_AFTER_S = 0.01


class Log(Protocol[R]):
    """What the thread writes to."""

    def write(self, records: list[R]) -> None:
        """Make records durable; called in the thread.

        Args:
            records: What was handed over since the last time, in order.

        Raises:
            OSError: They are not durable.
        """
        ...


class _Order(NamedTuple):
    log: Log[Any]
    records: list[Any]
    waiter: asyncio.Future[None] | None


class _Writer:
    def __init__(self) -> None:
        self._orders: deque[_Order] = deque()
        self._working = threading.Lock()  # else they could be written out of order
        # There is no second call before the first one is answered.
        self._calls: SimpleQueue[None] = SimpleQueue()
        self._is_called = False
        # The event loop that is going to call, if nothing else does before.
        self._caller: Callable[[], asyncio.AbstractEventLoop | None] = _nobody
        self._watched = weakref.WeakSet[asyncio.AbstractEventLoop]()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def hand_over(self, order: _Order) -> None:
        self._orders.append(order)
        if order.waiter is not None:
            self._call()
        elif not self._is_called:
            self._call_soon()

    def flush(self, timeout_s: float) -> None:
        # Here and not in the thread: it would have to be woken, and wake who waits.
        self._work_once(timeout_s)

    def _call_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._call()
            return
        if self._caller() is not loop:
            self._caller = weakref.ref(loop)
            loop.call_later(_ALONE_AFTER_S, self._call_if_left)
            if loop not in self._watched:
                self._watched.add(loop)
                self._call_at_the_end()

    def _call_at_the_end(self) -> None:
        """See to what is left when the running event loop ends before its time."""
        ending = _ending(self._call_if_left)
        with contextlib.suppress(StopIteration):  # it never waits
            ending.asend(None).send(None)
        lifetimes().add(ending)

    def _call_if_left(self) -> None:
        self._caller = _nobody
        if self._orders:
            self._call()

    def _call(self) -> None:
        if self._is_called:
            return
        self._is_called = True
        self._calls.put(None)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._work, name="synalinks-writer", daemon=True
                    )
                    self._thread.start()

    def _work(self) -> None:
        while True:
            self._calls.get()
            self._is_called = False  # what is handed over from here on calls again
            self._work_once()

    def _work_once(self, timeout_s: float = -1) -> None:
        # A method of its own: while the thread waits it must hold on to no log.
        if self._working.acquire(timeout=timeout_s):
            try:
                orders = self._orders
                _write([orders.popleft() for _ in range(len(orders))])
            finally:
                self._working.release()


def _write(orders: list[_Order]) -> None:
    by_log: defaultdict[int, list[_Order]] = defaultdict(list)
    for order in orders:
        by_log[id(order.log)].append(order)
    for same_log in by_log.values():
        error: Exception | None = None
        try:
            records = [one for order in same_log for one in order.records]
            same_log[0].log.write(records)
        except Exception as raised:  # noqa: BLE001 - a thread that ends lets all wait
            error = raised
        _wake(same_log, error)


def _wake(orders: list[_Order], error: Exception | None) -> None:
    waiters: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]]
    waiters = defaultdict(list)
    for order in orders:
        if order.waiter is not None:
            waiters[order.waiter.get_loop()].append(order.waiter)
    for loop, futures in waiters.items():
        try:
            loop.call_soon_threadsafe(_settle, futures, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _settle(futures: list[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():  # who waited was cancelled
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


async def _ending(call: Callable[[], None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        call()


def _nobody() -> None:
    return None


_writer = _Writer()


def hand_over(
    log: Log[R], records: list[R], waiter: asyncio.Future[None] | None = None
) -> None:
    """Have records written by the thread.

    Args:
        log: What to write them to.
        records: What `log.write` takes, in order.
        waiter: Settled in its own event loop when they are durable, or are not. Without
            one they are written when somebody waits for others, or a moment later.
    """
    _writer.hand_over(_Order(log, records, waiter))


def flush(timeout_s: float = _AT_EXIT_S) -> None:
    """Have all written that was handed over; blocks.

    Args:
        timeout_s: Seconds to wait at most.
    """
    _writer.flush(timeout_s)


def _forget_in_child() -> None:
    global _writer
    _writer = _Writer()


atexit.register(flush)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
