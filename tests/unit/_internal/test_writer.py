"""What is handed over is written, in order, and those who wait are told."""

import asyncio
import threading
import weakref
from time import monotonic, sleep

import pytest

from synalinks._internal import writer


class Log:
    def __init__(self, error=None):
        self.batches, self.error, self.writing = [], error, threading.Lock()

    def write(self, records):
        assert self.writing.acquire(blocking=False)
        sleep(0)
        self.batches.append(records)
        self.writing.release()
        if self.error is not None:
            raise self.error


def test_order():
    """Records arrive in order and one at a time, whoever has them written."""
    log = Log()

    for number in range(1000):
        writer.hand_over(log, [number])
        if number % 10 == 0:
            writer.flush()
            assert log.batches[-1][-1] == number
    writer.flush()

    assert [one for batch in log.batches for one in batch] == list(range(1000))


async def test_what_is_flushed_is_told_to_who_waits():
    """Whoever flushes writes what others wait for, too."""
    loop = asyncio.get_running_loop()
    log, waiters = Log(), [loop.create_future() for _ in range(100)]

    async def wait(number):
        writer.hand_over(log, [number], waiters[number])
        await waiters[number]

    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(wait(number))
            if number % 10 == 0:
                await asyncio.to_thread(writer.flush)

    assert [one for batch in log.batches for one in batch] == list(range(100))


def test_what_nobody_waits_for_is_written_when_the_loop_ends():
    """A loop may be shorter than the moment after which all is written."""
    log = Log()

    async def hand_over():
        writer.hand_over(log, [1])

    asyncio.run(hand_over())
    until_s = monotonic() + 10
    while not log.batches and monotonic() < until_s:
        sleep(0.01)

    assert log.batches == [[1]]


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


def test_what_an_event_loop_hands_over_is_written_too():
    """Also when another loop was closed before it came to it."""
    log = Log()

    async def hand_over(wait_s):
        writer.hand_over(log, [wait_s])
        await asyncio.sleep(wait_s)
        return bool(log.batches)

    assert not asyncio.run(hand_over(0))
    assert asyncio.run(hand_over(0.5))
    assert [one for batch in log.batches for one in batch] == [0, 0.5]


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
