"""Requests in the form of OpenAI's chat completions."""

import pytest

from synalinks.language_models import LMRequest
from synalinks.language_models._wire import chat_body

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}
USER = {"role": "user", "content": "hello"}


def ask(model="openai/x", messages=(USER,), **fields):
    return LMRequest(model=model, messages=list(messages), **fields)


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
