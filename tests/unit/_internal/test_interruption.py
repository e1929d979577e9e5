"""Signals reach all runs of a process that are beside each other."""

import asyncio
import os
import signal

import pytest

from synalinks._internal.interruption import Interruption


@pytest.mark.parametrize("first_to_end", [0, 1])
async def test_one_signal_ends_all_runs_whatever_their_order(first_to_end):
    """Each of them is told, and the handler of before comes back after the last."""
    before = signal.getsignal(signal.SIGINT)
    begun, endings = [asyncio.Event(), asyncio.Event()], []

    async def run(index):
        interruption = Interruption(grace_s=1)
        try:
            async with interruption.watching():
                begun[index].set()
                # The grace of a run with nothing in flight is short; this one has.
                seconds = 0.05 if index == first_to_end else 0.1
                await interruption.pass_through(lambda: asyncio.sleep(seconds))
                await asyncio.sleep(60)
        except KeyboardInterrupt:
            endings.append(index)

    tasks = []
    for index in (0, 1):
        tasks.append(asyncio.create_task(run(index)))
        await begun[index].wait()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait(tasks)

    assert endings == [first_to_end, 1 - first_to_end]
    assert signal.getsignal(signal.SIGINT) is before


async def test_a_run_that_ends_leaves_the_others_watched():
    """The handler stays as long as one of them needs it."""
    before = signal.getsignal(signal.SIGTERM)
    first, second = Interruption(grace_s=1), Interruption(grace_s=1)

    async with second.watching():
        async with first.watching():
            pass
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


async def test_what_is_ignored_stays_ignored():
    """`python train.py &` in a script: an interrupt of the script is not for it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        async with Interruption(grace_s=1).watching():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


async def test_a_run_within_another_one_ends_with_it():
    """What is in flight in the inner one may arrive, and both are told once."""
    outer, arrived = Interruption(grace_s=5), []

    async def answer():
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.05)
        arrived.append("the answer")

    async def run():
        async with outer.watching():
            inner = Interruption.here(grace_s=5)
            assert inner is outer
            async with inner.watching():
                await inner.pass_through(answer)
            pytest.fail("the inner run ends with the exception")

    with pytest.raises(KeyboardInterrupt):
        await run()

    assert arrived == ["the answer"]
    assert Interruption.here(grace_s=5) is not outer


async def test_nothing_begins_after_a_signal():
    """A part that would begin when the signal has come is not begun."""
    outer = Interruption(grace_s=5)

    with pytest.raises(KeyboardInterrupt):
        async with outer.watching():
            os.kill(os.getpid(), signal.SIGINT)
            async with Interruption.here(grace_s=5).watching():
                pytest.fail("nothing is begun")
