"""Each fault looks to a client as it does at a real provider."""

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from synalinks.testing import (
    FAULTS,
    Answer,
    ChatServer,
    Cut,
    Drip,
    Drop,
    Fault,
    Hang,
    Late,
    Reply,
    Status,
    Vectors,
)

BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def post(server, body=BODY, path="chat/completions", timeout_s=5.0):
    """Return status, headers and content of one answer."""
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(timeout_s)) as session,
        session.post(f"{server.url}/{path}", json=body) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


def text_of(content):
    return json.loads(content)["choices"][0]["message"]["content"]


@pytest.mark.parametrize("name", FAULTS)
def test_every_name_is_a_reply(name):
    """The table holds replies, each of which may be given as an answer too."""
    assert isinstance(FAULTS[name], Reply)


@pytest.mark.parametrize("name", [name for name in FAULTS if name.isdigit()])
async def test_statuses(name):
    """An error has its status and the form of OpenAI's errors."""
    async with ChatServer(faults=[Fault(name)]) as server:
        status, _, content = await post(server)

    assert status == int(name)
    assert json.loads(content)["error"]["message"]


@pytest.mark.parametrize(
    ("reply", "header"),
    [
        (Status(status=429, retry_after_s=0.2), "1"),
        (FAULTS["429_garbage"], "soon"),
        (FAULTS["429_milliseconds"], "1"),
    ],
)
async def test_retry_after(reply, header):
    """Seconds are whole, as HTTP has it; garbage is sent as it is."""
    async with ChatServer(reply) as server:
        _, headers, _ = await post(server)

    assert headers["Retry-After"] == header


async def test_retry_after_by_date():
    """The date is so many seconds from now."""
    reply = Status(status=503, retry_after_s=90, retry_after_form="date")
    async with ChatServer(reply) as server:
        _, headers, _ = await post(server)

    then = parsedate_to_datetime(headers["Retry-After"])
    assert 85 <= (then - datetime.now(UTC)).total_seconds() <= 90


@pytest.mark.parametrize("reply", [Drop(), Drop(reset=True), Drop(delay_s=0.01)])
async def test_drops(reply):
    """The connection ends before an answer begins."""
    async with ChatServer(reply) as server:
        with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            await post(server)

    assert server.requests[0].status is None


async def test_a_reset_is_a_reset():
    """RST is told apart from FIN."""
    async with ChatServer(Drop(reset=True)) as server:
        with pytest.raises(aiohttp.ClientOSError, match="reset"):
            await post(server)


@pytest.mark.parametrize("part", [0.0, 0.5])
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
async def test_cuts(part, streamed):
    """Status and headers arrive, then a part of the answer, then nothing."""
    async with ChatServer("word " * 20, faults=[Fault(Cut(part=part))]) as server:
        with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
            await post(server, {**BODY, "stream": streamed})

    assert server.requests[0].status is None


async def test_a_hang_ends_with_the_client():
    """Nothing comes, and the log says that the client gave up."""
    async with ChatServer(Hang()) as server:
        with pytest.raises(TimeoutError):
            await post(server, timeout_s=0.1)
        await asyncio.sleep(0.05)

        (line,) = server.requests
        assert line.status is None
        assert line.finished_s >= 0.1
        assert server.log.n_in_flight == 0


async def test_a_drip_comes_to_its_end():
    """Every byte arrives, later."""
    drip = Drip(interval_s=0.01, piece_bytes=200)
    async with ChatServer("right", faults=[Fault(drip)]) as server:
        _, _, content = await post(server)

    assert text_of(content) == "right"
    assert server.requests[0].finished_s >= 0.01


@pytest.mark.parametrize("kind", [Late(delay_s=0.05), Drip(piece_bytes=10**6)])
async def test_faults_of_right_answers(kind):
    """Late and slow answers are those that the server gives anyhow."""
    async with ChatServer(["a", "b"], faults=[Fault(kind, at=[1])]) as server:
        texts = [text_of((await post(server))[2]) for _ in range(2)]

    assert texts == ["a", "b"]


@pytest.mark.parametrize("kind", [Late(delay_s=0), Drip(), Cut(), Hang()])
def test_answers_of_their_own(kind):
    """Used as an answer, such a fault has an answer of its own or an empty one."""
    assert isinstance(kind, Reply)


async def test_an_error_that_was_due_is_not_spoiled():
    """A fault of the right answer has nothing to do where there is none."""
    async with ChatServer(Status(status=503), faults=[Fault("drip")]) as server:
        status, _, _ = await post(server)

    assert status == 503


async def test_embeddings_meet_faults_too():
    """Rules hold for both paths."""
    faults = [Fault("429", at=[1]), Fault(Cut(part=0.2), at=[2])]
    body = {"model": "m", "input": ["a"]}
    async with ChatServer(faults=faults) as server:
        assert (await post(server, body, "embeddings"))[0] == 429
        with pytest.raises(aiohttp.ClientPayloadError):
            await post(server, body, "embeddings")
        assert (await post(server, body, "embeddings"))[0] == 200


def test_good_replies_are_told_from_faults():
    """What can be cut or dripped is what has pieces."""
    from synalinks.testing import GoodReply

    assert isinstance(Answer(), GoodReply)
    assert isinstance(Vectors(vectors=[]), GoodReply)
    assert not isinstance(Status(status=500), GoodReply)


@pytest.mark.parametrize(
    "reply",
    [
        Status(status=503, delay_s=60),
        Drop(delay_s=60),
        Late(delay_s=60),
        Drip(interval_s=60),
    ],
)
async def test_bad_replies_may_take_their_time(reply):
    """Nothing comes before it is time."""
    async with ChatServer(reply) as server:
        with pytest.raises(TimeoutError):
            await post(server, timeout_s=0.2)


@pytest.mark.parametrize("part", [0.0, 0.25, 0.75])
async def test_a_part_of_an_answer_is_that_part(part):
    """So many bytes arrive of those that were told."""
    received = b""
    async with (
        ChatServer(Cut(answer=Answer(content="word " * 20), part=part)) as server,
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/chat/completions", json=BODY) as answer,
    ):
        with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
            while True:
                received += await answer.content.readany()

    assert len(received) == int(answer.content_length * part)


async def test_errors_have_a_code_and_pages_a_type():
    """As providers and the proxies before them have."""
    async with ChatServer(faults=[Fault("quota", at=[1]), Fault("html")]) as server:
        _, _, error = await post(server)
        _, headers, page = await post(server)

    assert json.loads(error)["error"]["code"] == "insufficient_quota"
    assert headers["Content-Type"].startswith("text/html")
    assert page.startswith(b"<html>")
