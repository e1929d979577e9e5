"""Requests and answers in the form of OpenAI's chat completions."""

import pytest

from synalinks.contracts import Usage
from synalinks.errors import ServerError
from synalinks.language_models import LMRequest
from synalinks.language_models._wire import chat_body, read_completion, read_usage

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}
USER = {"role": "user", "content": "hello"}


def ask(model="openai/x", messages=(USER,), **fields):
    return LMRequest(model=model, messages=list(messages), **fields)


def completion(message, **choice):
    return {"choices": [{"message": message, "finish_reason": "stop", **choice}]}


def test_body_of_a_plain_request():
    """Nothing is sent that was not asked for."""
    body = chat_body(ask(params={"temperature": 0.0}))

    assert body == {"messages": [USER], "temperature": 0.0}


def test_messages_are_sent_without_what_is_ours():
    """Empty fields and earlier thoughts stay here; dicts become JSON text."""
    messages = [
        {"role": "assistant", "content": {"a": 1}, "reasoning_content": "hm"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "user", "content": None, "name": None},
    ]

    assert chat_body(ask(messages=messages))["messages"] == [
        {"role": "assistant", "content": '{"a": 1}'},
        {"role": "assistant", "tool_calls": [{"id": "1"}], "content": None},
        {"role": "user", "content": ""},
    ]


@pytest.mark.parametrize(
    ("messages", "first"),
    [
        ([USER], "Answer with one JSON object"),
        (
            [{"role": "system", "content": "Be brief."}, USER],
            "Be brief.\n\nAnswer with",
        ),
        ([{"role": "system", "content": ""}, USER], "Answer with one JSON object"),
    ],
)
def test_schema_in_the_prompt_joins_the_system_message(messages, first):
    """There is one system message, and the caller's list is left alone."""
    before = [dict(message) for message in messages]

    sent = chat_body(ask("groq/x", messages, schema=SCHEMA))["messages"]

    assert sent[0]["role"] == "system"
    assert sent[0]["content"].startswith(first)
    assert sent[-1] == USER
    assert messages == before


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
    assert (free.content, free.tool_calls) == (None, (call,))


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
