"""The log is the truth about what was asked."""

import asyncio
import json

import aiohttp

from synalinks.testing import ChatServer, Fault
from synalinks.testing._request_log import RequestLog
from tests.unit.testing.test_bad_replies import BODY, post

CANARY = "canary-key-31337"
SECRET_HEADERS = ("Authorization", "Api-Key", "X-Api-Key", "X-My-Token", "Cookie")


async def test_times_and_counts():
    """Arrival, end and status of each request, and how many were open at once."""
    async with ChatServer(latency_s=0.05, faults=[Fault("503", at=[4])]) as server:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(post(server))
        await post(server)
        summary = server.log.summary()

    assert summary == {
        "n_requests": 4,
        "n_in_flight": 0,
        "max_in_flight": 3,
        "statuses": {"200": 3, "503": 1},
    }
    first = server.requests[0]
    assert first.finished_s - first.arrived_s >= 0.05
    assert server.requests[3].arrived_s >= first.finished_s


async def test_no_key_is_logged():
    """Of secret headers the log says only that they were there."""
    async with (
        ChatServer() as server,
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/chat/completions",
            json=BODY,
            headers=dict.fromkeys(SECRET_HEADERS, f"Bearer {CANARY}"),
        ),
    ):
        pass

    assert CANARY not in json.dumps(server.log.to_json())
    headers = server.requests[0].headers
    assert {headers[name.lower()] for name in SECRET_HEADERS} == {"***"}
    assert headers["content-type"] == "application/json"


async def test_the_log_is_served():
    """Another process reads and empties it over HTTP; that is no request."""
    async with ChatServer() as server, aiohttp.ClientSession() as session:
        root = server.url.removesuffix("/v1")
        await post(server)
        async with session.get(f"{root}/log/requests") as answer:
            lines = (await answer.json())["requests"]
        async with session.delete(f"{root}/log") as answer:
            counts = await answer.json()
        async with session.get(f"{root}/log") as answer:
            left = await answer.json()

    assert lines[0]["body"] == BODY
    assert (counts["n_requests"], left["n_requests"]) == (1, 0)


async def test_a_body_that_is_no_json_is_told():
    """A client that sends rubbish learns so; it is not a request."""
    async with ChatServer() as server, aiohttp.ClientSession() as session:
        for data in (b"{", b"[]"):
            async with session.post(
                f"{server.url}/chat/completions", data=data
            ) as answer:
                assert answer.status == 400

    assert server.requests == []


async def test_answers_take_the_latency():
    """The log has the seconds of each."""
    async with ChatServer(latency_s=0.02, jitter_s=0.02) as server:
        for _ in range(4):
            await post(server)

    seconds = [line.finished_s - line.arrived_s for line in server.requests]
    assert min(seconds) >= 0.02


def test_what_is_open_outlives_a_new_beginning():
    """It is still counted, and its end is no end of another."""
    log = RequestLog()
    first, *_ = [log.begin("/v1/chat/completions", {}, {}) for _ in range(3)]
    log.end(first)

    log.clear()

    assert (log.requests, log.n_in_flight, log.max_in_flight) == ([], 2, 2)
    log.begin("/v1/chat/completions", {}, {})
    assert (log.n_in_flight, log.max_in_flight) == (3, 3)
    assert log.summary()["statuses"] == {}
