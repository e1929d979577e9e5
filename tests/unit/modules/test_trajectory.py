"""The chat between a model and its tools."""

import pytest

import synalinks
from synalinks.modules._trajectory import (
    begun,
    chat_of,
    extended,
    messages_of,
    pending_calls,
    with_own_ids,
)
from tests.builders import QUERY, Query, field_names

USER = {"role": "user", "content": "hi"}


def call(call_id, name="look", arguments="{}"):
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def asking(*calls):
    return {"role": "assistant", "tool_calls": list(calls)}


@pytest.mark.parametrize(
    ("inputs", "fields", "messages"),
    [
        (QUERY.to_json_data_model(), ["query", "messages"], []),
        (chat_of([USER]), ["messages"], [USER]),
        (
            synalinks.ChatMessage(role="user", content="hi").to_json_data_model(),
            ["messages"],
            [USER],
        ),
    ],
    ids=["data", "chat", "message"],
)
def test_inputs_become_a_chat(inputs, fields, messages):
    """Data stands before an empty chat; chats are themselves."""
    trajectory = begun(inputs)

    assert field_names(trajectory) == fields
    assert messages_of(trajectory) == messages
    symbol = begun(inputs.to_symbolic_data_model())
    assert field_names(symbol) == fields


def test_a_chat_is_extended_into_a_new_one():
    """What was given is left as it was."""
    first = begun(Query(query="x").to_json_data_model())

    second = extended(first, [USER])

    assert (messages_of(first), messages_of(second)) == ([], [USER])


@pytest.mark.parametrize(
    ("messages", "ids"),
    [
        ([], []),
        ([USER], []),
        ([asking(call("a"), call("b"))], ["a", "b"]),
        ([asking(call("a"), call("b")), {"role": "tool", "tool_call_id": "a"}], ["b"]),
        ([asking(call("a")), {"role": "tool", "tool_call_id": "a"}, USER], []),
        ([asking(call("a")), USER], []),
    ],
    ids=["empty", "question", "all", "some", "answered", "passed over"],
)
def test_calls_of_the_last_answer_wait_for_results(messages, ids):
    """Those that nobody answered yet."""
    assert [one["id"] for one in pending_calls(messages)] == ids


def test_calls_get_ids_of_their_own():
    """What repeats another call is told apart from a second call."""
    message, repeated = with_own_ids(
        asking(call("a"), call("a"), call("a", arguments='{"n": 1}'), call("b"))
    )

    assert [one["id"] for one in message["tool_calls"]] == ["a", "a_2", "a_3", "b"]
    assert repeated == {"a_2": "a"}
    assert with_own_ids(USER) == (USER, {})
