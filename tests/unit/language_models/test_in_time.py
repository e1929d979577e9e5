"""What takes too long is cut off, with the caller's own error."""

import asyncio

import pytest

from synalinks.errors import TimedOutError
from synalinks.language_models._in_time import InTime


async def test_what_takes_too_long_is_cut_off():
    """At the deadline the block ends with the error that was asked for."""
    now_s = asyncio.get_running_loop().time()

    with pytest.raises(TimedOutError, match="too slow"):
        async with InTime(now_s + 0.01, lambda: TimedOutError("too slow")):
            await asyncio.sleep(60)


async def test_a_time_limit_of_another_is_passed_on():
    """A `TimeoutError` that comes from inside is not taken for this one."""
    with pytest.raises(TimeoutError, match="of a socket"):
        async with InTime(None, lambda: TimedOutError("too slow")):
            msg = "of a socket"
            raise TimeoutError(msg)


async def test_cancelling_is_no_timeout():
    """A task that is cancelled stays cancelled."""

    async def work():
        now_s = asyncio.get_running_loop().time()
        async with InTime(now_s + 60, lambda: TimedOutError("too slow")):
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
