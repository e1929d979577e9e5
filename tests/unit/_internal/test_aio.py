"""Structured concurrency."""

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks._internal.aio import (
    finish_begun,
    gather_ordered,
    run_to_the_end,
    run_without_waiting,
)


@given(
    delays=st.lists(st.integers(0, 3), max_size=12),
    limit=st.one_of(st.none(), st.integers(1, 5)),
)
def test_results_keep_the_order_of_the_thunks(delays, limit):
    """Results come in input order, whatever ends first, within the limit."""
    running, most = 0, 0

    async def work(index: int, steps: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(steps):
            await asyncio.sleep(0)
        running -= 1
        return index

    thunks = [lambda i=i, d=d: work(i, d) for i, d in enumerate(delays)]
    results = asyncio.run(gather_ordered(thunks, limit=limit))

    assert results == list(range(len(delays)))
    assert most <= (limit or len(delays))


async def test_the_first_error_cancels_the_others_and_is_raised_as_it_is():
    """A failing thunk ends the group; nothing goes on running."""
    ended = []

    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("first")

    async def hang() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    with pytest.raises(KeyError, match="first"):
        await gather_ordered([hang, fail, hang])

    assert ended == ["cancelled", "cancelled"]
    assert len(asyncio.all_tasks()) == 1


async def test_a_new_thunk_starts_as_soon_as_one_ends():
    """A straggler holds its own place only: work slides."""
    order = []

    async def work(name: str, n_steps: int) -> None:
        order.append(f"{name} starts")
        for _ in range(n_steps):
            await asyncio.sleep(0)
        order.append(f"{name} ends")

    await gather_ordered(
        [lambda: work("slow", 20), lambda: work("a", 1), lambda: work("b", 1)], limit=2
    )

    assert order.index("b starts") < order.index("slow ends")


async def test_run_without_waiting_works_inside_a_running_loop():
    """A coroutine that never waits gives its result without a loop of its own."""

    async def inner() -> int:
        return 3

    async def outer() -> int:
        return 1 + await inner()

    assert run_without_waiting(outer()) == 4


def test_run_without_waiting_refuses_to_wait():
    """A coroutine that waits is closed and named."""

    async def waits() -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waits` waits for something"):
        run_without_waiting(waits())


async def test_what_has_begun_ends_when_another_fails():
    """What has not is cancelled; the first error is raised as it is."""
    ended = []

    async def late(begin):
        begin()
        await asyncio.sleep(0.01)
        ended.append("late")
        raise KeyError

    async def never(begin):
        await asyncio.sleep(60)
        begin()

    async def fail(begin):
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await finish_begun([late, never, fail])
    assert ended == ["late"]


async def test_who_is_cancelled_cancels_also_what_has_begun():
    """Nothing goes on running."""
    ended = []

    async def work(begin):
        begin()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    task = asyncio.ensure_future(finish_begun([work, work]))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [1, 1]


async def test_a_cancellation_waits_for_what_a_thread_does():
    """Who is told that it is over may rely on that."""
    begins, may_end, ended = threading.Event(), threading.Event(), []

    def work():
        begins.set()
        may_end.wait()
        ended.append(1)

    task = asyncio.ensure_future(run_to_the_end(work))
    await asyncio.to_thread(begins.wait)
    task.cancel()
    await asyncio.sleep(0.01)
    assert not task.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [1]
