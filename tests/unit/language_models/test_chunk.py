"""Pieces of an answer, and the answer that they make."""

import pytest

from synalinks.contracts import Usage
from synalinks.errors import (
    ConnectionLostError,
    RateLimitedError,
    ServerError,
)
from synalinks.language_models import LMRequest, LMResponse
from synalinks.language_models._chunk import Assembly, LMChunk, one_chunk, read_chunk

REQUEST = LMRequest(model="openai/x", messages=[])
BLOCK = {"type": "thinking", "thinking": "hm"}


def call(name):
    function = {"name": name, "arguments": "{}"}
    return {"id": name, "type": "function", "function": function}


def read(delta, **choice):
    return read_chunk({"choices": [{"delta": delta, **choice}]}, REQUEST)


def assembled(*chunks):
    assembly = Assembly(REQUEST)
    for chunk in chunks:
        assembly.add(chunk)
    return assembly


@pytest.mark.parametrize(
    ("delta", "fields"),
    [
        ({"content": "a"}, {"content": "a"}),
        ({"role": "assistant", "content": ""}, {}),
        ({"content": None, "refusal": "no"}, {"refusal": "no"}),
        ({"reasoning": "hm"}, {"reasoning_content": "hm"}),
        ({"content": [{"type": "text", "text": "a"}]}, {"content": "a"}),
        (
            {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}]},
            {"reasoning_content": "hm"},
        ),
        ({"thinking_blocks": [BLOCK]}, {"thinking_blocks": (BLOCK,)}),
    ],
)  # fmt: skip
def test_what_a_chunk_says(delta, fields):
    """Under whatever name it comes."""
    assert read(delta) == LMChunk(**fields)
    assert LMChunk().is_empty
    assert read(delta).is_empty == (not fields)


def test_only_the_first_of_several_answers_is_read():
    """Their pieces come in any order, one by one or several in a chunk."""
    first, second = (
        {"index": index, "delta": {"content": text}, "finish_reason": reason}
        for index, text, reason in ((0, "a", None), (1, "b", "stop"))
    )

    for choices, expected in (
        ([first], LMChunk(content="a")),
        ([second], LMChunk()),
        ([second, first], LMChunk(content="a")),
    ):
        assert read_chunk({"choices": choices}, REQUEST) == expected


def test_usage_wherever_it_stands():
    """In a chunk of its own, with the last one, or where Groq puts it."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2}

    for payload in (
        {"choices": [], "usage": usage},
        {"choices": [{"delta": {}}], "x_groq": {"usage": usage}},
    ):
        assert read_chunk(payload, REQUEST).usage.tokens == 5


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"message": "no", "code": 429}}, RateLimitedError),
        ({"error": {"message": "no", "type": "rate_limit_error"}}, RateLimitedError),
        ({"error": {"message": "no", "code": "503"}}, ServerError),
        ({"error": "no"}, ServerError),
        ({"choices": [{"delta": {}, "finish_reason": "error"}]}, ServerError),
        (
            {
                "choices": [
                    {"delta": {}, "finish_reason": "error", "error": {"code": 429}}
                ]
            },
            RateLimitedError,
        ),
        ([1], ServerError),
    ],
)
def test_an_error_in_the_middle(payload, kind):
    """It is told by its code, or its name."""
    with pytest.raises(kind, match="`openai/x`"):
        read_chunk(payload, REQUEST)


def test_a_reason_in_other_words():
    """What is cut off is known as such."""
    assert read({}, finish_reason="model_length").finish_reason == "length"


def test_tool_calls_in_pieces():
    """Pieces go together by number; what comes without one follows the last."""
    assembly = assembled(
        read({"tool_calls": [{"index": 1, "id": "b", "function": {"name": "g"}}]}),
        read({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f"}}]}),
        read({"tool_calls": [{"index": 0, "function": {"arguments": '{"x": '}}]}),
        read({"tool_calls": [{"function": {"arguments": "1}"}}]}),
        read({"tool_calls": [{"id": "c", "function": {"name": "h"}}]}),
        read({}, finish_reason="tool_calls"),
    )

    response = assembly.response()

    calls = [(call["id"], call["function"]) for call in response.tool_calls]
    assert calls == [
        ("a", {"name": "f", "arguments": '{"x": 1}'}),
        ("b", {"name": "g", "arguments": "{}"}),
        ("c", {"name": "h", "arguments": "{}"}),
    ]
    assert response.finish_reason == "tool_calls"


def test_a_stream_that_ends_early():
    """Without a reason to stop there is no answer, only what has come of it."""
    assembly = assembled(LMChunk(content="a"))

    with pytest.raises(ConnectionLostError, match="ended before its answer did"):
        assembly.response()

    assert assembly.so_far().content == "a"
    assert assembly.so_far().usage == Usage(calls=1, cost_usd=None)


def test_thinking_blocks_are_joined():
    """A signature ends a block; they are sent back as they were."""
    blocks = [
        {"type": "thinking", "thinking": "a"},
        {"type": "thinking", "thinking": "b"},
        {"type": "thinking", "thinking": "", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "thinking", "thinking": "c", "signature": "t"},
    ]
    chunks = [LMChunk(thinking_blocks=(block,)) for block in blocks]

    answer = assembled(*chunks).so_far()

    assert answer.thinking_blocks == (
        {"type": "thinking", "thinking": "ab", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "thinking", "thinking": "c", "signature": "t"},
    )


@pytest.mark.parametrize(
    "response",
    [
        LMResponse(content="a", reasoning_content="hm", model="openai/x"),
        LMResponse(content="no", finish_reason="refusal", model="openai/x"),
        LMResponse(
            tool_calls=(call("f"), call("g")),
            finish_reason="tool_calls",
            model="openai/x",
        ),
    ],
)  # fmt: skip
def test_a_whole_answer_is_one_chunk(response):
    """Cut into one piece and put together, it is the same."""
    assert assembled(*one_chunk(response)).response() == response


def test_a_whole_message_may_stand_for_a_delta():
    """Some servers send all of it in one event."""
    payload = {"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}

    chunk = read_chunk(payload, REQUEST)

    assert (chunk.content, chunk.finish_reason) == ("all", "stop")


def test_a_signature_ends_a_thought():
    """What comes after it is another one, with a signature of its own."""
    signed = {"type": "thinking", "signature": "s"}
    blocks = [BLOCK, signed, {**BLOCK, "thinking": "again"}, signed]

    whole = assembled(
        *(LMChunk(thinking_blocks=(block,)) for block in blocks),
        LMChunk(finish_reason="stop"),
    )

    assert [one["thinking"] for one in whole.response().thinking_blocks] == [
        "hm",
        "again",
    ]


def test_what_was_told_early_is_kept():
    """Tokens, reason and tier may stand in any chunk, not only in the last one."""
    usage = Usage(calls=1, prompt_tokens=3, cost_usd=None)

    response = assembled(
        LMChunk(usage=usage, service_tier="flex"),
        LMChunk(finish_reason="length"),
        LMChunk(content="a"),
    ).response()

    assert response.usage == usage
    assert (response.finish_reason, response.service_tier) == ("length", "flex")


def test_a_refusal_is_no_content():
    """Neither while it arrives nor where it came in one piece."""
    whole = LMResponse(content="I will not", finish_reason="refusal")
    (chunk,) = one_chunk(whole)

    assert (chunk.content, chunk.refusal) == ("", "I will not")
    assert chunk.has_output
    assert chunk.as_delta()["refusal"] == "I will not"
    assert assembled(chunk).response() == LMResponse(
        content="I will not", finish_reason="refusal", model=REQUEST.model
    )
