"""Who shares limits with whom."""

import asyncio
import gc

import pytest
import virtual_time

from synalinks._internal import context
from synalinks._internal.aio import gather_ordered
from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ModelNotFoundError,
    RateLimitedError,
    TimedOutError,
)
from synalinks.language_models import LanguageModel
from synalinks.language_models._limits import Limits
from synalinks.language_models._transport_choice import make_transport
from synalinks.testing import ChatServer, ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
NAME = "openai/gpt-4o-mini"


def limiter_of(limits, *, model=NAME, **params):
    """Return the limiter of what a model object asks."""
    asking = LanguageModel(model, **params)
    return limits.lane(asking._request(MESSAGES, None, None, {})).limiter


def over_http(choice="direct", max_concurrency=None):
    return Limits(make_transport("openai", choice, {}), max_concurrency)


SAME = {"api_key": "a", "api_base": "http://localhost:1/v1"}
OTHERS = {
    "key": {"api_key": "b"},
    "address": {"api_base": "http://localhost:2/v1"},
    "model": {"model": "openai/other"},
    "header": {"extra_headers": {"x-organisation": "ours"}},
}


async def test_the_same_account_has_one_limiter():
    """Model, address and key are what counts, not the object nor the transport."""
    first, second = over_http(), over_http("litellm")

    mine = limiter_of(first, **SAME)

    assert limiter_of(first, **SAME, temperature=1.0) is mine
    assert limiter_of(second, **SAME) is mine


@pytest.mark.parametrize("other", OTHERS)
async def test_another_account_has_its_own(other):
    """What one account is refused says nothing of another."""
    limits = over_http()

    mine = limiter_of(limits, **SAME)

    assert limiter_of(limits, **{**SAME, **OTHERS[other]}) is not mine


async def test_what_is_of_one_request_names_no_account():
    """Calls that are traced bear one number each, and wait together."""
    limits = over_http()

    mine = limiter_of(limits, **SAME, extra_headers={"x-request-id": "1"})

    assert limiter_of(limits, **SAME, extra_headers={"X-Request-Id": "2"}) is mine
    assert limiter_of(limits, **SAME, extra_headers={"traceparent": "00-1"}) is mine


async def test_accounts_without_number_do_not_fill_the_memory(monkeypatch):
    """A key per call is rare, and forgotten when many others came since."""
    monkeypatch.setattr("synalinks.language_models._limits._MAX_LANES", 3)
    limits = over_http()

    for number in range(10):
        limiter_of(limits, api_key=str(number))

    assert len(limits._lanes.get()) == 3


async def test_the_key_may_come_from_the_environment(monkeypatch):
    """It is the same key."""
    limits = over_http()
    mine = limiter_of(limits, api_key="a")

    monkeypatch.setenv("OPENAI_API_KEY", "a")

    assert limiter_of(limits) is mine


async def test_a_transport_of_the_user_is_an_account():
    """Two of them have nothing to do with each other."""
    scripts = [ScriptedTransport(["ok"]) for _ in range(2)]
    limits = [Limits(script, None) for script in [*scripts, scripts[0]]]

    mine, others, again = (limiter_of(one, **SAME) for one in limits)

    assert again is mine
    assert others is not mine


async def test_limits_end_with_their_last_user():
    """What was learned is forgotten when nobody can ask any more."""
    limits = over_http()
    account = limits._account(LanguageModel(NAME)._request(MESSAGES, None, None, {}))
    limiter_of(limits)
    from synalinks.language_models._limits import _limiters

    assert account in _limiters.get()
    del limits
    gc.collect()

    assert account not in _limiters.get()


def test_event_loops_do_not_share():
    """What belongs to a loop ends with it."""
    limits = over_http()

    async def main():
        return limiter_of(limits)

    assert asyncio.run(main()) is not asyncio.run(main())


class Crowd:
    """Answers each call after a second, and notes how many were in flight at most."""

    def __init__(self):
        self.n_now = self.most = 0

    async def __call__(self, _):
        self.n_now += 1
        self.most = max(self.most, self.n_now)
        await asyncio.sleep(1)
        self.n_now -= 1
        return "ok"


def sharing(transport, *max_concurrency):
    """Return models of one account."""
    return [
        LanguageModel(NAME, transport=transport, max_concurrency=one)
        for one in max_concurrency
    ]


async def ask(models, n_calls):
    """Make calls with each model at once; return errors and what else comes."""
    for model in models:
        await model._caller._prepare(model.model)
    calls = [model.complete(MESSAGES) for model in models for _ in range(n_calls)]
    return await asyncio.gather(*calls, return_exceptions=True)  # noqa: TID251 - errors side by side


def test_each_object_keeps_to_its_own_number():
    """One account, three objects: each has as many in flight as it may."""
    answer = Crowd()
    script = ScriptedTransport(answer)
    models = sharing(script, 2, 3)

    virtual_time.run(ask(models, 10))

    assert answer.most == 5
    assert [model.cumulated_calls for model in models] == [10, 10]


def test_one_object_keeps_to_its_number_with_several_keys():
    """Each call may bring a key; all of them count against `max_concurrency`."""
    answer = Crowd()
    transport = make_transport("openai", "direct", {})
    transport.send = ScriptedTransport(answer).send
    model = LanguageModel(NAME, transport=transport, max_concurrency=4)

    async def main():
        await model._caller._prepare(NAME)
        calls = [model.complete(MESSAGES, api_key=str(key % 3)) for key in range(12)]
        return await asyncio.gather(*calls)  # noqa: TID251 - errors end the test

    answers = virtual_time.run(main())

    assert [one.value["content"] for one in answers] == ["ok"] * 12
    assert answer.most == 4


def test_a_wish_to_wait_holds_for_the_account():
    """Who asks with another object waits as well."""
    sent_s = []

    async def answer(_):
        sent_s.append(asyncio.get_running_loop().time())
        if len(sent_s) == 1:
            raise RateLimitedError("later", retry_after_s=5.0)
        return "ok"

    first, second = sharing(ScriptedTransport(answer), None, 8)

    async def main():
        asking = asyncio.create_task(ask([first], 1))
        await asyncio.sleep(1)
        await ask([second], 1)
        await asking

    virtual_time.run(main())

    assert sent_s == pytest.approx([0.0, 5.0, 5.0], abs=0.1)


@pytest.mark.parametrize("kind", [AuthenticationError, ModelNotFoundError])
def test_after_a_refused_key_nothing_waiting_is_sent(kind):
    """What is in flight ends, what waits gets the same error, what comes later goes."""

    async def answer(_):
        await asyncio.sleep(1)
        if len(script.requests) > 8:
            return "ok"
        message = "no"
        raise kind(message, status_code=401)

    script = ScriptedTransport(answer)
    models = sharing(script, 4, 4)

    async def main():
        outcomes = await ask(models, 50)
        (later,) = await ask(models[:1], 1)
        return outcomes, later

    outcomes, later = virtual_time.run(main())

    assert [type(one) for one in outcomes] == [kind] * 100
    assert {one.status_code for one in outcomes} == {401}
    assert len({id(one) for one in outcomes}) == 100
    assert [one.attempts for one in outcomes].count(0) == 92
    assert later.value["content"] == "ok"
    assert len(script.requests) == 9


def test_a_request_that_is_wrong_says_nothing_of_others():
    """Those that wait are sent."""
    model, *_ = sharing(ScriptedTransport([BadRequestError("no"), "ok", "ok"]), 1)

    first, *others = virtual_time.run(ask([model], 3))

    assert isinstance(first, BadRequestError)
    assert [one.value["content"] for one in others] == ["ok", "ok"]


@pytest.mark.parametrize("n_slots", [1, 8])
def test_a_model_that_hangs_in_every_slot_is_an_error(n_slots):
    """The queue ends with what is in flight; it does not wait for one after another."""

    async def hang(_):
        await asyncio.sleep(10**6)

    script = ScriptedTransport(hang)
    model = LanguageModel(NAME, transport=script, timeout=60, max_concurrency=n_slots)

    async def main():
        outcomes = await ask([model], 200)
        return outcomes, asyncio.get_running_loop().time()

    outcomes, seconds = virtual_time.run(main())

    assert {type(one) for one in outcomes} == {TimedOutError}
    assert "within 60 s (`timeout`)" in str(outcomes[-1])
    assert seconds <= 120
    assert len(script.requests) <= n_slots + 1


def test_a_call_that_hangs_alone_delays_the_others_only():
    """As long as answers come, those that wait have their turn."""

    async def answer(_):
        await asyncio.sleep(10**6 if len(script.requests) % 10 == 1 else 1)
        return "ok"

    script = ScriptedTransport(answer)
    model = LanguageModel(NAME, transport=script, timeout=60, max_concurrency=2)

    outcomes = virtual_time.run(ask([model], 50))

    n_late = sum(isinstance(one, TimedOutError) for one in outcomes)
    assert n_late == 5
    assert len(script.requests) == 50


@pytest.mark.parametrize(("allowed", "most"), [(32, 2), (8, 1), (None, 16)])
async def test_processes_that_share_an_account_have_a_part_each(allowed, most):
    """A limit that is given is divided, and so are the bounds of one found out."""
    async with ChatServer("yes", latency_s=0.002) as server:
        model = LanguageModel(
            NAME,
            api_base=server.url,
            api_key="-",
            transport="direct",
            max_concurrency=allowed,
        )
        with context.bound(context.n_sharing, 16):
            await gather_ordered([lambda: model.complete(MESSAGES)] * 150)

    # Up to 256 are found out to be borne, of which this is the 16th part.
    assert server.log.max_in_flight == most
