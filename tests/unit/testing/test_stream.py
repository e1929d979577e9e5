"""Answers are streamed as OpenAI's API does."""

import asyncio
import json

import pytest

from synalinks.testing import Answer, ChatServer
from tests.unit.testing.test_bad_replies import BODY, post

TOOL_CALL = {
    "id": "call_7",
    "type": "function",
    "function": {"name": "look", "arguments": '{"at": "the sky"}'},
}


async def chunks(answer, **more):
    """Return the chunks of a streamed answer."""
    async with ChatServer(answer) as server:
        _, headers, content = await post(server, {**BODY, "stream": True, **more})
    assert headers["Content-Type"] == "text/event-stream"
    *events, end = [one for one in content.decode().split("\n\n") if one]
    assert end == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events]


def joined(found, name):
    deltas = [chunk["choices"][0]["delta"] for chunk in found if chunk["choices"]]
    return "".join(delta.get(name) or "" for delta in deltas)


@pytest.mark.parametrize("text", ["", "one", "  two words\n and  more ", "{\n}\n"])
async def test_texts_come_word_by_word(text):
    """What is joined again is the text; the end says why it ended."""
    found = await chunks(text)

    assert joined(found, "content") == text
    assert len(found) >= 2 + len(text.split())
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert {chunk["object"] for chunk in found} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in found}) == 1


async def test_usage_is_the_last_chunk_if_asked_for():
    """Tokens come with no choices, and only if the client wants them."""
    plain = await chunks("a b")
    asked = await chunks("a b", stream_options={"include_usage": True})

    assert "usage" not in plain[-1]
    assert asked[-1]["choices"] == []
    assert asked[-1]["usage"]["completion_tokens"] == 1


async def test_thoughts_tools_and_refusals_are_streamed():
    """Every part of a message has its deltas."""
    found = await chunks(
        Answer(content=None, reasoning_content="Hm, so.", tool_calls=[TOOL_CALL])
    )

    assert joined(found, "reasoning_content") == "Hm, so."
    parts = [
        chunk["choices"][0]["delta"]["tool_calls"][0]
        for chunk in found
        if "tool_calls" in chunk["choices"][0]["delta"]
    ]
    assert (parts[0]["id"], parts[0]["function"]["name"]) == ("call_7", "look")
    arguments = "".join(part["function"]["arguments"] for part in parts)
    assert arguments == TOOL_CALL["function"]["arguments"]
    assert joined(await chunks(Answer(content=None, refusal="No.")), "refusal") == "No."


async def test_chunks_may_take_their_time():
    """There are pauses between the chunks if wanted."""
    loop = asyncio.get_running_loop()
    started = loop.time()

    await chunks(Answer(content="a b c", chunk_interval_s=0.02))

    assert loop.time() - started >= 0.1
