"""What each fault of a provider comes to: requests, seconds, and the error.

Throughout, the requests that the server saw are the attempts that the model counted.
"""

import asyncio
import contextlib
import gc
import json
import time
import warnings
from pathlib import Path

import pytest

from synalinks import errors
from synalinks.language_models import LanguageModel
from synalinks.testing import FAULTS, Answer, Drip, Fault, Late, Status
from tests.fault.conftest import GOOD, MESSAGES, N_ATTEMPTS, SCHEMA

pytestmark = [
    pytest.mark.fault,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
]

FIRST = [1]
HANGS_S = 20  # more than any machine needs, less than any of the waits here


def settle(condition):
    """Wait for what a server notices in its own time."""
    deadline_s = time.monotonic() + HANGS_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


# -- limits of the provider ------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "least_s"),
    [
        (Status(status=429, retry_after_s=1), 1.0),
        (Status(status=503, retry_after_s=1), 1.0),
        (Status(status=429, retry_after_s=0.3, retry_after_form="milliseconds"), 0.3),
        (Status(status=429, retry_after_s=2, retry_after_form="date"), 0.9),
        (FAULTS["429_garbage"], 0.0),
        (Status(status=429), 0.0),
    ],
    ids=["seconds", "503", "milliseconds", "date", "garbage", "none"],
)
def test_retry_after_is_obeyed(exchange, reply, least_s):
    """The next attempt comes when the server wants it, and gets its answer."""
    ours = exchange(faults=[Fault(reply, at=FIRST)], retry_max_wait=5).ask()

    assert ours.answers[0].value == GOOD
    assert ours.n_requests == 2
    first, second = ours.server.requests
    assert second.arrived_s - first.arrived_s >= least_s


def test_a_huge_wish_is_bounded(exchange):
    """A server cannot send a call to sleep for longer than `retry_max_wait`."""
    wish = Status(status=429, retry_after_s=86_400)
    ours = exchange(faults=[Fault(wish, at=FIRST)], retry_max_wait=0.2).ask()

    assert ours.seconds < HANGS_S
    assert ours.n_requests == 2


def test_a_limited_run_slows_down_and_loses_nothing(exchange):
    """Refused calls are answered later, every one, and all requests are counted.

    How near the model comes to the server's pace is the matter of `benchmarks/` and
    of the simulation in `tests/property/test_limiter_laws.py`.
    """
    limits = {"requests_per_s": 300, "burst": 30, "latency_s": 0.02}
    ours = exchange(server=limits, retry_max_wait=5)

    ours.ask(n_calls=600)

    assert len(ours.answers) == 600
    assert ours.error is None
    n_refused = ours.server.log.statuses.get(429, 0)
    assert ours.n_requests == 600 + n_refused
    assert ours.model.cumulated_failed_calls == 0


def test_a_server_that_admits_few_gets_few(exchange):
    """More calls than the server admits at once wait for each other."""
    limits = {"max_in_flight": 8, "latency_s": 0.02}
    ours = exchange(server=limits, retry_max_wait=5)

    ours.ask(n_calls=200)

    assert len(ours.answers) == 200
    assert ours.error is None
    assert ours.n_requests == 200 + ours.server.log.statuses.get(429, 0)


def test_objects_of_one_account_wait_together(exchange):
    """What a server asks of one model object, it asks of the account."""
    wish = Fault(Status(status=429, retry_after_s=1), at=FIRST)
    ours = exchange(faults=[wish], retry_max_wait=5)
    second = LanguageModel(
        ours.model.model, api_base=ours.server.url, api_key="a-key", temperature=1.0
    )

    async def both():
        asking = asyncio.create_task(ours.model.complete(MESSAGES))
        while not ours.server.log.statuses:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # the refusal is heard
        await second.complete(MESSAGES)
        await asking

    asyncio.run(both())

    first, *others = (line.arrived_s for line in ours.server.requests)
    assert [late - first >= 1.0 for late in others] == [True, True]


# -- faults that pass ------------------------------------------------------------------

TRANSIENT = {
    "408": errors.TimedOutError,
    "409": errors.ServerError,
    "429": errors.RateLimitedError,
    "500": errors.ServerError,
    "502": errors.ServerError,
    "503": errors.ServerError,
    "504": errors.ServerError,
    "529": errors.ServerError,
    "drop": errors.ConnectionLostError,
    "reset": errors.ConnectionLostError,
    "drop_after_headers": errors.ConnectionLostError,
    "truncated": errors.ConnectionLostError,
    "html": errors.ServerError,
    "html_502": errors.ServerError,
    "empty_body": errors.ServerError,
    "malformed_json": errors.ServerError,
    "no_choices": errors.ServerError,
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_a_fault_that_passes_costs_one_attempt(exchange, name):
    """The second attempt gets the answer; the call is one call."""
    ours = exchange(faults=[Fault(name, at=FIRST)]).ask()

    assert ours.answers[0].value == GOOD
    assert ours.n_requests == 2
    assert (ours.model.cumulated_calls, ours.model.cumulated_failed_calls) == (1, 0)


@pytest.mark.parametrize("name", TRANSIENT)
def test_a_fault_that_stays_ends_in_its_error(exchange, name):
    """There are as many attempts as allowed, in one layer, and then the typed error."""
    ours = exchange(faults=[Fault(name)]).ask()

    assert type(ours.error) is TRANSIENT[name]
    assert isinstance(ours.error, errors.TransientError)
    assert ours.n_requests == N_ATTEMPTS
    assert ours.model.cumulated_failed_calls == 1


def test_a_closed_port_is_a_lost_connection(exchange):
    """Nobody is there: no request is seen, every attempt is counted."""
    ours = exchange()
    ours.server.stop()

    ours.ask()

    assert type(ours.error) is errors.ConnectionLostError
    assert ours.model.cumulated_attempts == N_ATTEMPTS


def test_a_name_that_nobody_knows_is_a_lost_connection(exchange, network_guard):
    """An address that does not resolve is no mistake of the program."""
    ours = exchange(api_base="http://provider.invalid/v1")

    ours.ask()
    network_guard.clear()  # to ask for it is the point

    assert type(ours.error) is errors.ConnectionLostError
    assert ours.model.cumulated_attempts == N_ATTEMPTS


@pytest.mark.parametrize(
    "reply",
    [FAULTS["hang"], Drip(interval_s=0.05), Late(delay_s=30)],
    ids=["hang", "drip", "late"],
)
def test_nothing_holds_a_call_for_longer_than_its_timeout(exchange, reply):
    """Time is that of the clock on the wall, whatever the server does."""
    ours = exchange("word " * 100, faults=[Fault(reply)], timeout=0.4)

    ours.ask(schema=None)

    assert type(ours.error) is errors.TimedOutError
    assert 0.4 <= ours.seconds < HANGS_S
    # A slow machine may be cut off before the server saw what was sent.
    assert len(ours.server.requests) <= ours.model.cumulated_attempts <= N_ATTEMPTS
    settle(lambda: ours.server.log.n_in_flight == 0)


# -- odd, but no fault -----------------------------------------------------------------


# aiohttp, as litellm uses it, would rather be given a file.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize(
    "text",
    ["a" * 2_000_000, "\x00 \u2028 \u202e 中 😀", ""],
    ids=["two megabytes", "controls", "empty"],
)
def test_any_text_can_be_asked_about(exchange, text):
    """However long or strange a prompt is, it arrives whole, in one request."""
    messages = [{"role": "user", "content": text}]
    ours = exchange()

    answer = asyncio.run(ours.model.complete(messages, schema=SCHEMA))

    assert answer.value == GOOD
    (received,) = ours.server.requests
    assert received.body["messages"][-1]["content"] == text


def test_half_a_character_costs_one_attempt(exchange, transport):
    """A text that was cut inside a character is sent as it is, or refused at once."""
    messages = [{"role": "user", "content": "half a pair: \ud83d"}]
    ours = exchange()
    asking = ours.model.complete(messages, schema=SCHEMA)

    if transport == "direct":
        assert asyncio.run(asking).value == GOOD
        (received,) = ours.server.requests
        assert received.body["messages"] == messages
    else:  # clients inside litellm cannot encode it
        with pytest.raises(errors.BadRequestError, match="surrogates"):
            asyncio.run(asking)
        assert ours.server.requests == []
    assert ours.model.cumulated_attempts == 1


def test_a_long_answer_arrives_whole(exchange):
    """A megabyte is an answer like any other."""
    long = {"label": "good", "reason": "b" * 1_000_000}
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "reason": {}}}
    ours = exchange(long)

    answer = asyncio.run(ours.model.complete(MESSAGES, schema=schema))

    assert answer.value == long


@pytest.mark.parametrize(
    "content",
    ['```json\n{"label": "good"}\n```', 'Sure! {"label": "good"} Bye.'],
    ids=["fence", "words"],
)
def test_words_around_an_answer_are_not_paid_for_twice(exchange, content):
    """What is whole and valid is taken; nothing is asked again."""
    ours = exchange(content).ask()

    assert ours.answers[0].value == GOOD
    assert ours.n_requests == 1


# -- answers that are none -------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        FAULTS["not_json"],
        FAULTS["wrong_schema"],
        FAULTS["empty_answer"],
        Answer(content={"label": "ugly"}),
        Answer(content="[1]"),
        Answer(content='{"label": "go'),
    ],
    ids=["text", "other fields", "empty", "other value", "list", "half"],
)
def test_invalid_answers_are_asked_for_again(exchange, reply):
    """The model is told what was wrong; what it takes is paid for and counted."""
    ours = exchange(faults=[Fault(reply, at=FIRST)]).ask()

    assert ours.answers[0].value == GOOD
    assert ours.n_requests == 2
    first, second = (line.body["messages"] for line in ours.server.requests)
    # An empty answer is not shown: there are providers that refuse to see one.
    assert "is not valid" in json.dumps(second[len(first) - 1 :])
    assert "is not valid" not in json.dumps(first)
    one_prompt = len(json.dumps(first)) // 8
    assert ours.model.cumulated_prompt_tokens > one_prompt


@pytest.mark.parametrize("name", ["not_json", "wrong_schema", "cut_off"])
def test_answers_that_stay_invalid_are_an_error(exchange, name):
    """They are asked for again at most twice, never with the same words."""
    ours = exchange(faults=[Fault(name)], retry=10).ask()

    assert type(ours.error) is errors.InvalidOutputError
    bodies = [json.dumps(line.body) for line in ours.server.requests]
    assert 1 <= ours.n_requests <= 3
    assert len(set(bodies)) == len(bodies)
    assert ours.model.cumulated_completion_tokens > 0


def test_an_answer_cut_off_says_so(exchange):
    """The error tells how many tokens there were, and the limit."""
    ours = exchange(faults=[Fault("cut_off")]).ask(max_tokens=7)

    assert "cut off" in str(ours.error)
    assert "max_tokens=7" in str(ours.error)


# -- errors that stay ------------------------------------------------------------------

PERMANENT = {
    "400": errors.BadRequestError,
    "401": errors.AuthenticationError,
    "402": errors.AuthenticationError,
    "403": errors.AuthenticationError,
    "404": errors.ModelNotFoundError,
    "422": errors.BadRequestError,
    "quota": errors.AuthenticationError,
    "context_too_long": errors.ContextTooLongError,
    "filtered_prompt": errors.ContentRefusedError,
    "refusal": errors.ContentRefusedError,
    "content_filter": errors.ContentRefusedError,
}


@pytest.mark.parametrize("name", PERMANENT)
def test_what_will_not_pass_is_tried_once(exchange, name):
    """No second request is sent for the same answer."""
    ours = exchange(faults=[Fault(name)]).ask()

    assert type(ours.error) is PERMANENT[name]
    assert ours.n_requests == 1
    assert ours.model.cumulated_failed_calls == 1


# -- fallback --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["503", "drop", "401", "context_too_long"])
def test_the_fallback_answers_when_all_is_lost(exchange, serve, name):
    """It is asked once the first model gave up; the answer tells who gave it."""
    second = serve({"label": "bad"})
    fallback = LanguageModel("openai/second", api_base=second.url, api_key="a-key")
    ours = exchange(faults=[Fault(name)], fallback=fallback).ask()

    assert ours.answers[0].value == {"label": "bad"}
    assert ours.answers[0].model == "openai/second"
    assert ours.n_requests == (1 if name in PERMANENT else N_ATTEMPTS)
    assert len(second.requests) == fallback.cumulated_attempts == 1
    assert ours.model.cumulated_fallback_activations == 1


def test_a_fallback_that_fails_too_gives_its_error(exchange, serve):
    """Wrappers never multiply: each model makes its own attempts, once."""
    second = serve(FAULTS["500"])
    fallback = LanguageModel(
        "openai/second", api_base=second.url, api_key="a-key", retry=2,
        retry_max_wait=0.01,
    )  # fmt: skip
    ours = exchange(faults=[Fault("503")], fallback=fallback).ask()

    assert isinstance(ours.error, errors.ServerError)
    assert (ours.n_requests, len(second.requests)) == (N_ATTEMPTS, 2)


# -- stored answers --------------------------------------------------------------------


def test_stored_answers_are_paid_for_once(exchange, tmp_path):
    """Equal requests share an answer on disk."""
    ours = exchange(cache_dir=str(tmp_path / "answers"), temperature=0.0)
    for _ in range(3):
        ours.ask()

    assert [one.value for one in ours.answers] == [GOOD] * 3
    assert ours.n_requests == 1
    assert ours.model.cumulated_cache_hits == 2


def test_equal_calls_at_once_are_paid_for_once(exchange, tmp_path):
    """Where answers are stored, those who come at the same time share one too."""
    ours = exchange(cache_dir=str(tmp_path / "answers"), temperature=0.0)

    ours.ask(n_calls=8, equal=True)

    assert len(ours.answers) == 8
    assert ours.n_requests == 1


def test_failures_are_never_stored(exchange, tmp_path):
    """A refusal, an error and an invalid answer are asked for anew."""
    faults = [
        Fault("refusal", at=[1]),
        Fault("400", at=[2]),
        Fault("not_json", at=[3, 4, 5]),
    ]
    ours = exchange(faults=faults, cache_dir=str(tmp_path / "answers"), retry=3)
    for _ in range(4):
        ours.ask()

    assert [one.value for one in ours.answers] == [GOOD]
    assert ours.n_requests == 6


def test_without_a_store_equal_requests_are_distinct_draws(exchange):
    """Two samples of the same question are two samples."""
    ours = exchange(["one", "two", "three"], temperature=1.0)
    for _ in range(3):
        ours.ask(schema=None)

    texts = [one.value["content"] for one in ours.answers]
    assert texts == ["one", "two", "three"]
    assert ours.n_requests == 3


# -- event loops, cancelling -----------------------------------------------------------


def n_open_files():
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def test_loops_with_failures_leak_no_sockets(exchange):
    """After many event loops with all kinds of failures nothing is left open."""
    names = ["500", "drop", "truncated", "reset", "html"]
    faults = [
        Fault(name, at=range(2 + index, 10**4, len(names) + 1))
        for index, name in enumerate(names)
    ]
    ours = exchange(faults=faults, retry=1)
    for _ in range(3):
        ours.ask(n_calls=6)
    before = n_open_files()
    for _ in range(8):
        ours.ask(n_calls=6)

    assert ours.n_requests == 66
    for _ in range(100):  # the server is a thread, and closes its side a little later
        if n_open_files() <= before:
            break
        time.sleep(0.05)
    assert n_open_files() <= before


@pytest.mark.parametrize(
    ("faults", "cancel_after_s"),
    [
        ([Fault(Status(status=429, retry_after_s=0.4))], 0.2),
        ([Fault("503")], 0.15),
        ([Fault("hang")], 0.2),
        ([Fault(Drip(interval_s=0.02))], 0.2),
        ([Fault(Late(delay_s=0.3))], 0.1),
    ],
    ids=["429", "503", "hang", "drip", "late"],
)
def test_cancelling_sends_nothing_more(exchange, faults, cancel_after_s):
    """In an attempt, between two, or in the queue: a cancelled call is over at once."""
    ours = exchange(faults=faults, retry=50, retry_max_wait=0.4, max_concurrency=2)

    async def cancel():
        calls = [
            asyncio.ensure_future(ours.model.complete(MESSAGES, schema=SCHEMA))
            for _ in range(6)
        ]
        while not ours.server.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(cancel_after_s)
        n_sent = ours.model.cumulated_attempts
        for call in calls:
            call.cancel()
        for call in calls:
            with contextlib.suppress(asyncio.CancelledError):
                await call
        await asyncio.sleep(0.6)
        assert ours.model.cumulated_attempts == n_sent
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in left if "synalinks" in repr(task.get_coro())]

    with warnings.catch_warnings():
        # Cancelled while litellm prepares a request in a thread: it drops a coroutine.
        warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
        asyncio.run(cancel())
        gc.collect()
    assert ours.model.cumulated_failed_calls == 0
    # What was cancelled on its way to the wire is counted all the same.
    assert 1 <= len(ours.server.requests) <= ours.model.cumulated_attempts
