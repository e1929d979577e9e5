"""Answers in the form of OpenAI's chat completions."""

import pytest

from synalinks.contracts import Usage
from synalinks.errors import (
    AuthenticationError,
    ContextTooLongError,
    RateLimitedError,
    ServerError,
)
from synalinks.language_models import LMRequest
from synalinks.language_models._chunk import read_chunk
from synalinks.language_models._pricing import cost_usd
from synalinks.language_models._wire_answer import read_completion, read_usage

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}
USER = {"role": "user", "content": "hello"}


def ask(model="openai/x", **fields):
    return LMRequest(model=model, messages=[USER], **fields)


def completion(message, **choice):
    return {"choices": [{"message": message, "finish_reason": "stop", **choice}]}


def test_read_a_text():
    """Text, thoughts and reason are read; the model is the one that was asked."""
    payload = completion({"content": "hi", "reasoning_content": "hm"})

    response = read_completion(payload, ask())

    assert (response.content, response.reasoning_content) == ("hi", "hm")
    assert (response.finish_reason, response.model) == ("stop", "openai/x")


def test_read_parts_of_text():
    """Some providers answer a list of parts."""
    parts = [{"type": "text", "text": "a"}, {"type": "thinking"}, {"text": "b"}]

    assert read_completion(completion({"content": parts}), ask()).content == "ab"


def test_read_a_forced_tool_call():
    """The argument of our own tool is the answer."""
    call = {"id": "1", "function": {"name": "answer", "arguments": '{"a": "x"}'}}
    payload = completion(
        {"content": None, "tool_calls": [call]}, finish_reason="tool_calls"
    )

    forced = read_completion(payload, ask(schema=SCHEMA))
    free = read_completion(payload, ask())

    assert (forced.content, forced.tool_calls, forced.finish_reason) == (
        '{"a": "x"}', (), "stop",
    )  # fmt: skip
    assert (free.content, free.tool_calls) == (None, ({**call, "type": "function"},))


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "refusal": "I cannot"},
        {"content": None, "provider_specific_fields": {"refusal": "I cannot"}},
    ],
)
def test_read_a_refusal(message):
    """A refusal is told by its reason."""
    response = read_completion(completion(message), ask())

    assert (response.content, response.finish_reason) == ("I cannot", "refusal")


@pytest.mark.parametrize(
    "payload",
    [{}, [], "text", None, {"choices": []}, {"choices": [{}]}, {"choices": 1}],
)
def test_anything_else_is_no_answer(payload):
    """What is no chat completion is the server's fault, and may go away."""
    with pytest.raises(ServerError, match="what is no chat completion"):
        read_completion(payload, ask())


def test_usage():
    """All kinds of tokens are read; the cost is not known here."""
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }

    assert read_usage(usage) == Usage(
        calls=1,
        prompt_tokens=10,
        completion_tokens=5,
        cached_tokens=4,
        reasoning_tokens=2,
        cost_usd=None,
    )
    assert read_usage(None) == Usage(calls=1, cost_usd=None)
    assert read_usage({"prompt_tokens_details": None}).cached_tokens == 0


@pytest.mark.parametrize(
    ("total", "completion"), [(36, 29), (12, 5), (None, 5), (13, 5)]
)
def test_thoughts_that_are_counted_apart_are_tokens_of_the_answer(total, completion):
    """The sum tells whether a provider counts them so."""
    counts = {
        "prompt_tokens": 7,
        "completion_tokens": 5,
        "total_tokens": total,
        "completion_tokens_details": {"reasoning_tokens": 24},
    }

    usage = read_usage(counts)
    chunk = read_chunk({"choices": [], "usage": counts}, ask())

    assert (usage.completion_tokens, usage.reasoning_tokens) == (completion, 24)
    assert chunk.usage == usage


def test_thoughts_that_are_counted_apart_are_paid_for():
    """At the price of what the model answers, where they have none of their own."""
    counts = {"prompt_tokens": 0, "completion_tokens": 5, "total_tokens": 29}
    apart = {**counts, "completion_tokens_details": {"reasoning_tokens": 24}}
    together = {**counts, "completion_tokens": 29}

    cost, expected = (
        cost_usd("openai/gpt-4o-mini", read_usage(one)) for one in (apart, together)
    )

    assert cost == pytest.approx(expected)
    assert expected > 0


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "many", "completion_tokens": 3},
        {"prompt_tokens": -1},
        {"prompt_tokens": float("nan")},
        {"prompt_tokens": 10**400},
        {"completion_tokens_details": {"reasoning_tokens": []}, "prompt_tokens": [1]},
    ],
)
def test_usage_that_cannot_be_read_is_unknown(usage):
    """A whole answer is not lost for it, and its price is not made up."""
    assert read_usage(usage) == Usage(calls=1, cost_usd=None)


@pytest.mark.parametrize("cost", [-0.1, True, float("nan"), float("inf"), "0.1"])
def test_a_price_that_is_none_is_not_taken(cost):
    """Tokens are known all the same."""
    usage = read_usage({"prompt_tokens": 3, "cost": cost})

    assert (usage.prompt_tokens, usage.cost_usd) == (3, None)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 401, "message": "no user"}, AuthenticationError),
        ({"code": 400, "message": "maximum context length"}, ContextTooLongError),
        ({"code": 429, "message": "slow down"}, RateLimitedError),
        ({"code": 502, "message": "no"}, ServerError),
        ("no", ServerError),
    ],
)
def test_an_error_with_the_status_of_an_answer(error, kind):
    """OpenRouter has answered 200 before it knows; the error says what it is."""
    with pytest.raises(kind, match="`openai/x` answered with an error: ") as caught:
        read_completion({"error": error, "user_id": "u"}, ask())

    assert type(caught.value) is kind


def test_no_error_is_none():
    """Some servers say that there is none."""
    payload = {**completion({"content": "hi"}), "error": None}

    assert read_completion(payload, ask()).content == "hi"


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"finish_reason": "model_length"}, "length"),
        ({"finish_reason": "max_tokens"}, "length"),
        ({"finish_reason": "tool_calls"}, "tool_calls"),
        ({"finish_reason": None}, "stop"),
        (
            {"provider_specific_fields": {"native_finish_reason": "model_length"}},
            "length",
        ),
        ({"provider_specific_fields": {"native_finish_reason": "eos"}}, "stop"),
    ],
)
def test_reasons_in_other_words(choice, reason):
    """What is cut off is known as such, whoever says so."""
    assert read_completion(completion({}, **choice), ask()).finish_reason == reason


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ({"finish_reason": "error"}, ServerError),
        (
            {"finish_reason": "error", "error": {"code": 429, "message": "slow"}},
            RateLimitedError,
        ),
        ({"provider_specific_fields": {"native_finish_reason": "ERROR"}}, ServerError),
    ],
)
def test_an_error_is_no_reason_to_stop(choice, kind):
    """What came until then is no answer."""
    with pytest.raises(kind, match="`openai/x` broke its answer off: ") as caught:
        read_completion(completion({"content": "It was"}, **choice), ask())

    assert type(caught.value) is kind
