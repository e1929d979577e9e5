"""One call: limited in number and in time, counted once."""

import asyncio

import pytest

from synalinks.contracts import Usage
from synalinks.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidOutputError,
    TimedOutError,
)
from synalinks.language_models import LanguageModel, LMResponse
from synalinks.testing import ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}


def scripted(answers, **options):
    return LanguageModel(
        "openai/gpt-4o-mini", transport=ScriptedTransport(answers), **options
    )


async def test_calls_in_flight_are_limited():
    """Never more than `max_concurrency` at once, and all are answered."""
    in_flight, most = 0, 0

    async def answer(_):
        nonlocal in_flight, most
        in_flight += 1
        most = max(most, in_flight)
        await asyncio.sleep(0.001)
        in_flight -= 1
        return "ok"

    model = scripted(answer, max_concurrency=3)

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(model(MESSAGES))

    assert most == 3
    assert model.cumulated_calls == 20


async def test_time_is_limited():
    """A call that takes too long is cut, and counts as failed."""

    async def hang(_):
        await asyncio.sleep(60)

    model = scripted(hang, timeout=0.01)

    with pytest.raises(TimedOutError) as caught:
        await model(MESSAGES)

    assert str(caught.value) == (
        "`openai/gpt-4o-mini` gave no complete answer within 0.01 s (`timeout`)."
    )
    assert (model.cumulated_failed_calls, model.cumulated_calls) == (1, 0)


async def test_a_timeout_of_the_transport_is_not_taken_for_ours():
    """Only our own limit is reported as our own limit."""
    model = scripted([TimeoutError("theirs")], timeout=60)

    with pytest.raises(TimeoutError, match="theirs"):
        await model(MESSAGES)


async def test_an_invalid_answer_was_paid_for():
    """Tokens count whatever the answer is worth."""
    usage = Usage(calls=1, prompt_tokens=1000, completion_tokens=10, cost_usd=None)
    model = scripted([LMResponse(content="{}", usage=usage)], retry=1)

    with pytest.raises(InvalidOutputError):
        await model(MESSAGES, schema=SCHEMA)

    assert model.cumulated_prompt_tokens == 1000
    assert model.cumulated_cost > 0
    assert (model.cumulated_calls, model.cumulated_failed_calls) == (1, 1)


@pytest.mark.parametrize(("answer", "n_sent"), [("{", 3), ("", 1)])
async def test_an_answer_that_the_provider_found_invalid(answer, n_sent):
    """The model is asked again, as often as after others, if it can be shown."""

    async def refuse(_):
        raise InvalidOutputError("bad JSON", answer=answer)

    model = scripted(refuse, retry=3)

    with pytest.raises(InvalidOutputError, match="bad JSON"):
        await model(MESSAGES, schema=SCHEMA)

    assert (model.cumulated_attempts, model.cumulated_failed_calls) == (n_sent, 1)


NOT_VALID = "That answer is not valid: "
PICTURE = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}


@pytest.mark.parametrize("nothing", ["", " \n"])
@pytest.mark.parametrize(
    ("last", "n_messages"),
    [
        ({"role": "user", "content": "hello"}, 2),
        ({"role": "user", "content": [PICTURE]}, 2),
        ({"role": "tool", "tool_call_id": "1", "content": "hello"}, 3),
    ],
    ids=["text", "picture", "result"],
)
async def test_an_empty_answer_is_not_shown(nothing, last, n_messages):
    """Mistral refuses one; nor may two turns of the user follow each other."""
    transport = ScriptedTransport([nothing, {"a": "x"}])
    model = LanguageModel("openai/gpt-4o-mini", transport=transport)
    messages = [{"role": "system", "content": "Be good."}, last]

    completion = await model.complete(messages, schema=SCHEMA)

    assert completion.value == {"a": "x"}
    asked = transport.requests[1].messages
    assert [one["role"] for one in asked][:2] == ["system", last["role"]]
    assert len(asked) == n_messages
    assert NOT_VALID in str(asked[-1]["content"])
    assert asked[-1]["role"] == "user"
    assert last["content"] == "hello" or last["content"] == [PICTURE]


async def test_a_cost_that_the_transport_knows_is_kept():
    """The price list is asked only where the transport knows nothing."""
    model = scripted([LMResponse(content="x", usage=Usage(calls=1, cost_usd=0.25))])

    completion = await model.complete(MESSAGES)

    assert completion.usage.cost_usd == 0.25
    assert completion.usage.elapsed_s > 0


async def test_our_own_mistakes_are_not_calls():
    """An error that is no answer of a model is not counted as one."""
    model = scripted([])

    with pytest.raises(ConfigurationError, match="The script has no answer left"):
        await model(MESSAGES)

    assert model.cumulated_failed_calls == 0


async def test_preparation_happens_once():
    """Slow imports are done by the first call only, however many wait for it."""
    transport = ScriptedTransport(lambda _: "ok")
    prepared = []
    transport.prepare = lambda: prepared.append(1)
    model = LanguageModel("openai/x", transport=transport)

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(model(MESSAGES))

    assert prepared == [1]


async def test_calls_keep_their_order_while_all_is_prepared():
    """Who comes when that is done does not overtake who has waited for it."""
    asked = []

    async def answer(request):
        asked.append(request.messages[0]["content"])
        if asked == ["a"]:
            group.create_task(ask("d"))
        return "ok"

    transport = ScriptedTransport(answer)
    transport.prepare = lambda: None
    model = LanguageModel("openai/x", transport=transport)

    async def ask(text):
        await model.complete([{"role": "user", "content": text}])

    async with asyncio.TaskGroup() as group:
        for text in "abc":
            group.create_task(ask(text))

    assert asked == ["a", "b", "c", "d"]


async def test_who_waits_for_the_preparations_is_not_sent_to_be_refused():
    """The provider has refused the key of all that were there by then."""
    asked = []

    def refuse(request):
        asked.append(request.messages[0]["content"])
        msg = "no such key"
        raise AuthenticationError(msg)

    transport = ScriptedTransport(refuse)
    transport.prepare = lambda: None
    model = LanguageModel("openai/x", transport=transport)

    calls = [
        asyncio.ensure_future(model.complete([{"role": "user", "content": one}]))
        for one in "abc"
    ]
    await asyncio.wait(calls)

    assert [type(one.exception()) for one in calls] == [AuthenticationError] * 3
    assert asked == ["a"]
