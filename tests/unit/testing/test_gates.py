"""A server may admit so many at once, and so many in a second."""

import asyncio

import pytest

from synalinks.testing import ChatServer, Hang
from synalinks.testing._gates import TokenBucket
from tests.unit.testing.test_bad_replies import post


def test_the_bucket_refills():
    """A burst passes, then as many as come back."""
    bucket = TokenBucket(10, burst=2)

    waits = [bucket.take(0.0) for _ in range(3)]

    assert waits == [0.0, 0.0, pytest.approx(0.1)]
    assert bucket.take(0.05) == pytest.approx(0.05)
    assert bucket.take(0.1) == 0.0
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, pytest.approx(0.1)]


def test_the_bucket_has_a_tenth_of_a_second():
    """The burst has a default."""
    bucket = TokenBucket(200)

    assert [bucket.take(0.0) for _ in range(21)].count(0.0) == 20


async def test_no_more_than_so_many_at_once():
    """The others are refused at once and make no room by leaving."""
    async with ChatServer("ok", latency_s=0.6, max_in_flight=3) as server:
        for _ in range(2):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(post(server)) for _ in range(10)]
            statuses = sorted(task.result()[0] for task in tasks)
            assert statuses == [200] * 3 + [429] * 7

    assert server.log.statuses == {200: 6, 429: 14}


async def test_no_more_than_so_many_in_a_second():
    """A refusal says how long to wait; who waits so long passes."""
    async with ChatServer("ok", requests_per_s=1, burst=1) as server:
        first, _, _ = await post(server)
        second, headers, _ = await post(server)
        await asyncio.sleep(int(headers["Retry-After-Ms"]) / 1000)
        third, _, _ = await post(server)

    assert (first, second, third) == (200, 429, 200)
    assert headers["Retry-After"] == "1"
    assert headers["x-ratelimit-remaining-requests"] == "0"


async def test_gates_open_after_a_client_that_gave_up():
    """Who is gone makes room."""
    async with ChatServer([Hang(), "ok"], max_in_flight=1) as server:
        with pytest.raises(TimeoutError):
            await post(server, timeout_s=0.5)
        while server.log.n_in_flight:  # the server hears of it a little later
            await asyncio.sleep(0.01)

        assert (await post(server))[0] == 200


def test_a_bucket_tells_when_it_is_full_again():
    """As the headers of providers do."""
    bucket = TokenBucket(10, burst=2)
    told = [bucket.headers()]
    for _ in range(2):
        bucket.take(0.0)
        told.append(bucket.headers())

    assert [list(one.values()) for one in told] == [
        ["2", "2", "0.000s"],
        ["2", "1", "0.100s"],
        ["2", "0", "0.200s"],
    ]
