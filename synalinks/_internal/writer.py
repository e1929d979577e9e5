"""One thread per process that makes what is appended to files durable.

Whoever appends hands over and may wait. The thread takes all that was handed over
meanwhile, and makes it durable in one step: what a single record costs in time is
shared by all that wait at the same time. What nobody waits for is written along with
what somebody does, or a moment later.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections import defaultdict, deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio

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
        self._orders: deque[_Order | threading.Event] = deque()
        # Each tells whether somebody waits. To wake a thread takes longer than to write
        # a record: there is no second call before the first one is answered.
        self._calls: SimpleQueue[bool] = SimpleQueue()
        self._called: bool | None = None
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def hand_over(self, order: _Order) -> None:
        self._orders.append(order)
        self._call(is_awaited=order.waiter is not None)

    def flush(self, timeout_s: float) -> None:
        done = threading.Event()
        self._orders.append(done)
        self._call(is_awaited=True)
        done.wait(timeout_s)

    def _call(self, *, is_awaited: bool) -> None:
        if self._called or self._called is is_awaited:
            return
        self._called = is_awaited
        self._calls.put(is_awaited)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._work, name="synalinks-writer", daemon=True
                    )
                    self._thread.start()

    def _work(self) -> None:
        while True:
            if not self._calls.get():
                with contextlib.suppress(Empty):
                    self._calls.get(timeout=_ALONE_AFTER_S)
            self._work_once()

    def _work_once(self) -> None:
        # A method of its own: while the thread waits it must hold on to no log.
        self._called = None  # what is handed over from here on calls again
        orders = [self._orders.popleft() for _ in range(len(self._orders))]
        _write([one for one in orders if not isinstance(one, threading.Event)])
        for one in orders:
            if isinstance(one, threading.Event):
                one.set()


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


_writer = _Writer()


def hand_over(
    log: Log[R], records: list[R], waiter: asyncio.Future[None] | None = None
) -> None:
    """Have records written by the thread.

    Args:
        log: What to write them to.
        records: What `log.write` takes, in order.
        waiter: Settled in its own event loop when they are durable, or are not.
    """
    _writer.hand_over(_Order(log, records, waiter))


def flush(timeout_s: float = _AT_EXIT_S) -> None:
    """Wait until all that was handed over is written.

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
