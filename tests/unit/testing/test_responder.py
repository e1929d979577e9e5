"""What a server answers, and when."""

import asyncio
from time import perf_counter

import pytest

from synalinks.testing import Answer, ChatServer, _chat_server
from synalinks.testing._responder import Responder, to_function
from tests.unit.testing.test_bad_replies import post


def responder(**options):
    defaults = {"latency_s": 0.0, "jitter_s": 0.0, "seed": 0}
    return Responder(
        answer=to_function("ok"), faults=(), embed_with=None, **{**defaults, **options}
    )


def delays(**options):
    made = responder(**options)
    return [made.delay_s(number) for number in range(1, 101)]


def test_without_jitter_every_answer_takes_the_same():
    """Latency alone is constant."""
    assert delays(latency_s=0.2) == [0.2] * 100
    assert delays() == [0.0] * 100


def test_jitter_comes_on_top_as_the_seed_decides():
    """Delays fill the range; a seed repeats them."""
    found = delays(latency_s=0.2, jitter_s=0.1, seed=3)

    assert 0.2 <= min(found) < 0.22
    assert 0.28 < max(found) <= 0.3
    assert found == delays(latency_s=0.2, jitter_s=0.1, seed=3)
    assert found != delays(latency_s=0.2, jitter_s=0.1, seed=4)


async def test_faults_come_at_once():
    """A fault does not wait for the latency."""
    from synalinks.testing import FAULTS, Fault

    made = Responder(
        answer=to_function("ok"),
        faults=[Fault("503")],
        latency_s=60.0,
        jitter_s=0.0,
        embed_with=None,
        seed=0,
    )

    assert (
        await made.reply(1, "/v1/chat/completions", {}, arrived_s=0.0) is FAULTS["503"]
    )


async def test_what_took_time_since_arrival_is_part_of_the_latency():
    """A server that is busy answers no later than it says."""
    made = responder(latency_s=3600.0, jitter_s=60.0)

    async with asyncio.timeout(5):
        reply = await made.reply(
            1, "/v1/chat/completions", {}, arrived_s=perf_counter() - 3660
        )

    assert reply == Answer(content="ok")


@pytest.mark.parametrize("part", ["latency_s", "jitter_s"])
async def test_what_is_left_of_the_latency_is_waited_for(part):
    """An answer is never early."""
    made = responder(**{part: 7200.0})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await made.reply(
                1, "/v1/chat/completions", {}, arrived_s=perf_counter() - 1800
            )


async def test_the_latency_of_a_server_begins_when_a_request_arrives(monkeypatch):
    """Not when its body is read, or a gate has let it in."""
    arrived_s = iter([perf_counter() - 3600])
    clock = lambda: next(arrived_s, None) or perf_counter()  # noqa: E731
    monkeypatch.setattr(_chat_server, "perf_counter", clock)
    async with ChatServer("ok", latency_s=3600.0) as server:
        assert (await post(server))[0] == 200


@pytest.mark.parametrize("answer", ["text", {"a": 1}, lambda _: "text"])
def test_answers_become_functions(answer):
    """Whatever is given is asked in one way."""
    expected = "text" if callable(answer) else answer

    assert to_function(answer)(None) == expected
