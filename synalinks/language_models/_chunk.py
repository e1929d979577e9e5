"""The pieces of a streamed answer, and how they make a whole one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import JsonObject, dumps
from synalinks._internal.shape import is_dict, is_list
from synalinks.contracts import Usage
from synalinks.errors import ConnectionLostError
from synalinks.language_models._http_errors import error_of_stream
from synalinks.language_models._response import LMResponse
from synalinks.language_models._tools import ToolCallParts
from synalinks.language_models._wire_answer import (
    blocks_of,
    error_of_choice,
    finish_reason_of,
    no_completion,
    read_usage,
    reasoning_of,
    refusal_of,
    text_of,
    tier_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.language_models._request import LMRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LMChunk:
    """One piece of an answer that arrives bit by bit."""

    content: str = ""
    """The next characters of the text."""
    reasoning_content: str = ""
    """The next characters of what the model thinks."""
    thinking_blocks: Sequence[JsonObject] = ()
    """The same in the provider's own form."""
    tool_calls: Sequence[JsonObject] = ()
    """Pieces of tool calls, in the form of OpenAI's API."""
    refusal: str = ""
    """The next characters of why the model refuses."""
    finish_reason: str | None = None
    """Why the model stopped, in the last piece of the answer itself."""
    usage: Usage | None = None
    """Tokens so far; in most streams only in the very last piece."""
    service_tier: str | None = field(default=None, compare=False)
    """In which way the provider serves the request, where it says so; of itself that
    is nothing to give to anybody."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return self == _EMPTY

    @property
    def has_output(self) -> bool:
        """Whether the model said something in it."""
        return bool(
            self.content or self.reasoning_content or self.tool_calls or self.refusal
        )

    def as_delta(self) -> JsonObject:
        """Return the piece in the form of a chat message, for users."""
        delta: JsonObject = {"role": "assistant", "content": self.content}
        for name in ("reasoning_content", "refusal"):
            if text := getattr(self, name):
                delta[name] = text
        if self.tool_calls:
            delta["tool_calls"] = list(self.tool_calls)
        return delta


_EMPTY = LMChunk()


def read_chunk(payload: Any, request: LMRequest) -> LMChunk:
    """Return one chunk of a streamed chat completion.

    Args:
        payload: Parsed JSON of an event.
        request: What was asked.

    Raises:
        LanguageModelError: The server reports an error in the middle of the stream, or
            the payload is no chunk.
    """
    if is_dict(payload) and payload.get("error"):
        error = error_of_stream(payload["error"], request)
        raise error
    try:
        chunk = _read_chunk(payload)
    except (AttributeError, TypeError, ValueError):
        error = no_completion(dumps(payload), request)
        raise error from None
    if chunk.finish_reason == "error":
        error = error_of_choice(_first_choice(payload), request)
        raise error
    return chunk


def _read_chunk(payload: JsonObject) -> LMChunk:
    choice = _first_choice(payload)
    delta: JsonObject = choice.get("delta") or choice.get("message") or {}
    more: Any = payload.get("x_groq")
    usage: Any = payload.get("usage") or (more.get("usage") if is_dict(more) else None)
    return LMChunk(
        content=text_of(delta.get("content")) or "",
        reasoning_content=reasoning_of(delta) or "",
        thinking_blocks=blocks_of(delta),
        tool_calls=tuple(map(_piece, delta.get("tool_calls") or ())),
        refusal=refusal_of(delta) or "",
        finish_reason=finish_reason_of(choice),
        usage=read_usage(usage) if is_dict(usage) else None,
        service_tier=tier_of(payload),
    )


def _first_choice(payload: JsonObject) -> JsonObject:
    """Return the piece of the first answer; the pieces of several come mixed."""
    choices: Any = payload.get("choices")
    listed: list[Any] = choices if is_list(choices) else []
    firsts = (one for one in listed if not one.get("index"))
    return next(firsts, None) or {}


def _piece(part: JsonObject) -> JsonObject:
    """Return a piece of a tool call without what says nothing."""
    function: JsonObject = part.get("function") or {}
    named = {key: function[key] for key in ("name", "arguments") if function.get(key)}
    piece: JsonObject = {
        key: part[key] for key in ("index", "id") if part.get(key) is not None
    }
    return {**piece, "function": named}


def one_chunk(response: LMResponse) -> list[LMChunk]:
    """Return the chunk that is a whole answer.

    Args:
        response: The answer.
    """
    refused = response.finish_reason == "refusal"
    return [
        LMChunk(
            content="" if refused else response.content or "",
            reasoning_content=response.reasoning_content or "",
            thinking_blocks=response.thinking_blocks,
            tool_calls=tuple(
                {"index": index, **call}
                for index, call in enumerate(response.tool_calls)
            ),
            refusal=(response.content or "") if refused else "",
            finish_reason=response.finish_reason,
            usage=response.usage,
            service_tier=response.service_tier,
        )
    ]


class Assembly:
    """Makes a whole answer of chunks.

    Args:
        request: What was asked.
    """

    def __init__(self, request: LMRequest) -> None:
        self._request = request
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._thinking: list[JsonObject] = []
        self._tool_calls = ToolCallParts()
        self._finish_reason: str | None = None
        self._service_tier: str | None = None
        self.usage: Usage | None = None

    def add(self, chunk: LMChunk) -> None:
        """Take the next chunk.

        Args:
            chunk: The chunk.
        """
        for pieces, text in (
            (self._content, chunk.content),
            (self._reasoning, chunk.reasoning_content),
            (self._refusal, chunk.refusal),
        ):
            if text:
                pieces.append(text)
        self._thinking += chunk.thinking_blocks
        self._tool_calls.add(chunk.tool_calls)
        self._finish_reason = chunk.finish_reason or self._finish_reason
        self._service_tier = chunk.service_tier or self._service_tier
        self.usage = chunk.usage or self.usage

    def response(self) -> LMResponse:
        """Return the answer.

        Raises:
            ConnectionLostError: The stream ended before the model was done.
        """
        if self._finish_reason is None:
            msg = f"The stream of `{self._request.model}` ended before its answer did."
            raise ConnectionLostError(msg, model=self._request.model)
        return self.so_far()

    def so_far(self) -> LMResponse:
        """Return what has come of the answer."""
        refusal = "".join(self._refusal)
        return LMResponse(
            content=refusal or "".join(self._content) or None,
            reasoning_content="".join(self._reasoning) or None,
            thinking_blocks=_joined(self._thinking),
            tool_calls=self._tool_calls.calls(),
            finish_reason="refusal" if refusal else self._finish_reason or "stop",
            usage=self.usage or Usage(calls=1, cost_usd=None),
            model=self._request.model,
            service_tier=self._service_tier,
        )


def _joined(blocks: Sequence[JsonObject]) -> tuple[JsonObject, ...]:
    """Return thinking blocks of which each signature ends one."""
    joined: list[JsonObject] = []
    is_open = False
    for block in blocks:
        if is_open and block.get("type") == joined[-1].get("type") == "thinking":
            text = f"{joined[-1].get('thinking') or ''}{block.get('thinking') or ''}"
            joined[-1] = {**joined[-1], **block, "thinking": text}
        else:
            joined.append(dict(block))
        is_open = not block.get("signature") and block.get("type") == "thinking"
    return tuple(joined)
