"""What is handed over is written, in order, and those who wait are told."""

import asyncio
import threading
import weakref
from time import monotonic, sleep

import pytest

from synalinks._internal import writer


class Log:
    def __init__(self, error=None):
        self.batches, self.error, self.threads = [], error, set()

    def write(self, records):
        self.threads.add(threading.current_thread().name)
        self.batches.append(records)
        if self.error is not None:
            raise self.error


def test_order_and_thread():
    """Records arrive in order, all in one thread of the writer."""
    log = Log()

    for number in range(1000):
        writer.hand_over(log, [number])
    writer.flush()

    assert [one for batch in log.batches for one in batch] == list(range(1000))
    assert log.threads == {"synalinks-writer"}


async def test_waiters():
    """Those of a log that failed get its error, the others do not."""
    loop = asyncio.get_running_loop()
    logs = [Log(), Log(OSError("full"))]
    waiters = [loop.create_future() for _ in logs]

    for log, waiter in zip(logs, waiters, strict=True):
        writer.hand_over(log, [1], waiter)

    await waiters[0]
    with pytest.raises(OSError, match="full"):
        await waiters[1]


def test_what_nobody_waits_for_is_written_too():
    """A moment later, by itself."""
    log = Log()

    writer.hand_over(log, [1])
    deadline = monotonic() + 5
    while not log.batches and monotonic() < deadline:
        sleep(0.01)

    assert log.batches == [[1]]


async def test_what_nobody_waits_for_comes_first():
    """It was handed over before, so it is written before."""
    log, waiter = Log(), asyncio.get_running_loop().create_future()

    writer.hand_over(log, [1])
    writer.hand_over(log, [2], waiter)
    await waiter

    assert [one for batch in log.batches for one in batch] == [1, 2]


async def test_a_log_that_cannot_write_at_all():
    """Who waits is told, whatever the error, and the thread goes on."""
    loop = asyncio.get_running_loop()
    waiters = [loop.create_future() for _ in range(2)]

    writer.hand_over(Log(TypeError("not JSON")), [1], waiters[0])
    with pytest.raises(TypeError, match="not JSON"):
        await waiters[0]
    writer.hand_over(Log(), [1], waiters[1])
    await waiters[1]


def test_the_thread_holds_on_to_nothing():
    """A log that nobody uses any more is gone, though the thread still waits."""
    log = Log()
    writer.hand_over(log, [1])
    writer.flush()
    seen = weakref.ref(log)

    del log
    deadline = monotonic() + 5
    while seen() is not None and monotonic() < deadline:
        sleep(0.01)

    assert seen() is None
