"""Chat completions as server-sent events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import JsonObject, dumps
from synalinks.testing._pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS = re.compile(r"\s*\S+\s*?|\s+")
_END = b"data: [DONE]\n\n"


def stream_pieces(
    completion: JsonObject, body: JsonObject, headers: Mapping[str, str]
) -> Pieces:
    """Return a chat completion as a stream of chunks.

    Texts come word by word. As in OpenAI's API, tokens are told in a last chunk without
    choices, and only if the request has `stream_options={"include_usage": True}`.

    Args:
        completion: What is answered.
        body: JSON of the request.
        headers: Further HTTP headers.
    """
    choice = completion["choices"][0]
    frame = {
        **{key: completion[key] for key in ("id", "created", "model", "service_tier")},
        "object": "chat.completion.chunk",
    }
    chunks: list[JsonObject] = [
        {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in _deltas(choice["message"])
    ]
    end: JsonObject = {
        "index": 0,
        "delta": {},
        "finish_reason": choice["finish_reason"],
    }
    chunks.append({**frame, "choices": [end]})
    options: Any = body.get("stream_options") or {}
    if options.get("include_usage"):
        chunks.append({**frame, "choices": [], "usage": completion["usage"]})
    events = [f"data: {dumps(chunk)}\n\n".encode() for chunk in chunks]
    return Pieces([*events, _END], "text/event-stream", headers)


def _deltas(message: JsonObject) -> Iterator[JsonObject]:
    yield {"role": "assistant", "content": ""}
    for name in ("reasoning_content", "content", "refusal"):
        for words in _WORDS.findall(message.get(name) or ""):
            yield {name: words}
    for index, tool_call in enumerate(message.get("tool_calls", ())):
        function = tool_call["function"]
        begin = {**tool_call, "function": {**function, "arguments": ""}}
        yield {"tool_calls": [{"index": index, **begin}]}
        for words in _WORDS.findall(function["arguments"]):
            part = {"index": index, "function": {"arguments": words}}
            yield {"tool_calls": [part]}
