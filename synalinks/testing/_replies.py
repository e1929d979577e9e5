"""What a test server answers when all is well: chat completions and vectors."""

from __future__ import annotations

import asyncio
import base64
import itertools
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from synalinks._internal.json import JsonObject, dumps
from synalinks.testing._pieces import Pieces, send_pieces
from synalinks.testing._scripted import estimated_usage
from synalinks.testing._stream import stream_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

_serial_numbers = itertools.count(1)


@runtime_checkable
class Reply(Protocol):
    """One way to deal with a request. Faults are further classes of this shape."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        ...


@runtime_checkable
class GoodReply(Reply, Protocol):
    """An answer as it should be, which faults can delay, cut or drip."""

    def pieces(self, body: JsonObject) -> Pieces:
        """Return the bytes of the answer.

        Args:
            body: JSON of the request.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A chat completion, streamed if the request asks for that."""

    content: str | JsonObject | None = ""
    """The text; a dict is sent as JSON."""
    reasoning_content: str | None = None
    """What the model thought."""
    tool_calls: Sequence[JsonObject] = ()
    """Tools to call."""
    finish_reason: str = "stop"
    """Why the model stopped."""
    refusal: str | None = None
    """Why the model refused."""
    usage: JsonObject | None = None
    """Tokens in the form of OpenAI's API; estimated when None."""
    service_tier: str = "default"
    """In which way the request was served."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further HTTP headers."""
    delay_s: float = 0.0
    """Seconds before the answer."""
    chunk_interval_s: float = 0.0
    """Seconds between two chunks of a streamed answer."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        await asyncio.sleep(self.delay_s)
        pieces = self.pieces(body)
        return await send_pieces(received, pieces, interval_s=self.chunk_interval_s)

    def pieces(self, body: JsonObject) -> Pieces:
        """Return the bytes of the answer.

        Args:
            body: JSON of the request.
        """
        completion = self.completion(body)
        if body.get("stream"):
            return stream_pieces(completion, body, self.headers)
        return Pieces([dumps(completion).encode()], headers=self.headers)

    def completion(self, body: JsonObject) -> JsonObject:
        """Return the chat completion as JSON.

        Args:
            body: JSON of the request.
        """
        content = self.content
        text = content if isinstance(content, str) else dumps(content)
        message: JsonObject = {
            "role": "assistant",
            "content": None if content is None else text,
        }
        forced = body.get("tool_choice")
        if isinstance(forced, dict) and content is not None:
            message |= _as_tool_call(forced["function"]["name"], text)  # pyright: ignore[reportUnknownArgumentType]
        if self.tool_calls:
            message |= {"tool_calls": list(self.tool_calls)}
        for name in ("reasoning_content", "refusal"):
            if getattr(self, name) is not None:
                message[name] = getattr(self, name)
        return {
            "id": f"chatcmpl-{next(_serial_numbers)}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": body.get("model", ""),
            "service_tier": self.service_tier,
            "choices": [
                {"index": 0, "message": message, "finish_reason": self.finish_reason}
            ],
            "usage": self.usage or _usage(body, text),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """The vectors of some texts."""

    vectors: Sequence[Sequence[float]]
    """One per text."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further HTTP headers."""

    async def send(self, received: web.Request, body: JsonObject) -> web.StreamResponse:
        """Answer.

        Args:
            received: The HTTP request.
            body: Its JSON.

        Returns:
            What aiohttp is to finish.
        """
        return await send_pieces(received, self.pieces(body))

    def pieces(self, body: JsonObject) -> Pieces:
        """Return the bytes of the answer.

        Args:
            body: JSON of the request.
        """
        as_base64 = body.get("encoding_format") == "base64"
        usage = _usage({"messages": [{"content": str(body.get("input"))}]}, "")
        payload: JsonObject = {
            "object": "list",
            "model": body.get("model", ""),
            "data": [
                {
                    "object": "embedding",
                    "index": index,
                    "embedding": _in_base64(vector) if as_base64 else list(vector),
                }
                for index, vector in enumerate(self.vectors)
            ],
            "usage": {name: usage[name] for name in ("prompt_tokens", "total_tokens")},
        }
        return Pieces([dumps(payload).encode()], headers=self.headers)


def _in_base64(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _as_tool_call(name: str, text: str) -> JsonObject:
    function = {"name": name, "arguments": text}
    tool_call = {"id": "call_1", "type": "function", "function": function}
    return {"content": None, "tool_calls": [tool_call]}


def _usage(body: JsonObject, text: str) -> JsonObject:
    usage = estimated_usage(body.get("messages", []), text)
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.tokens,
    }


def to_reply(answer: Any) -> Reply:
    """Return what to send for anything that an answer function may return.

    Args:
        answer: A `Reply`, a text, a dict, or an `LMResponse`.
    """
    if isinstance(answer, (str, dict)):
        return Answer(content=cast("str | JsonObject", answer))
    if isinstance(answer, Reply):
        return answer
    if hasattr(answer, "finish_reason"):
        return Answer(
            content=answer.content,
            reasoning_content=answer.reasoning_content,
            tool_calls=answer.tool_calls,
            finish_reason=answer.finish_reason,
            usage={
                "prompt_tokens": answer.usage.prompt_tokens,
                "completion_tokens": answer.usage.completion_tokens,
                "total_tokens": answer.usage.tokens,
                "prompt_tokens_details": {"cached_tokens": answer.usage.cached_tokens},
                "completion_tokens_details": {
                    "reasoning_tokens": answer.usage.reasoning_tokens
                },
            },
        )
    return Answer(content=answer)
