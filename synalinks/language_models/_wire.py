"""Requests in the form of OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks.language_models._providers import provider_or_default
from synalinks.language_models._structured import plan_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.language_models._request import LMRequest

# Fields with which an answer is streamed, its usage included.
STREAM_FIELDS = {"stream": True, "stream_options": {"include_usage": True}}
# Parts of earlier answers that are shown to users, not sent back.
_NOT_SENT = ("reasoning_content", "refusal")


def chat_body(request: LMRequest) -> JsonObject:
    """Return the fields of a chat completion request, without the model's name.

    Args:
        request: The request.

    Raises:
        SchemaError: The provider cannot be asked for the request's schema.
    """
    takes_thoughts = provider_or_default(request.provider).takes_thoughts
    body: JsonObject = {
        "messages": _messages(request.messages, takes_thoughts=takes_thoughts),
        **request.params,
    }
    if request.tools:
        body["tools"] = list(request.tools)
    if request.schema is not None:
        plan = plan_output(request.schema, request.provider)
        body |= plan.fields
        if plan.prompt:
            body["messages"] = _with_system_text(body["messages"], plan.prompt)
    return body


def _messages(
    messages: Sequence[JsonObject], *, takes_thoughts: bool
) -> list[JsonObject]:
    hidden = _NOT_SENT if takes_thoughts else (*_NOT_SENT, "thinking_blocks")
    return [_message(message, hidden) for message in messages]


def _message(message: JsonObject, hidden: Sequence[str]) -> JsonObject:
    out = {
        key: part
        for key, part in message.items()
        if part is not None and key not in hidden
    }
    if not out.get("tool_calls", True):  # an empty list is refused
        del out["tool_calls"]
    content = out.get("content")
    if isinstance(content, dict):
        out["content"] = dumps(cast("JsonObject", content))
    elif content is None:
        out["content"] = None if out.get("tool_calls") else ""
    return out


def _with_system_text(messages: list[JsonObject], text: str) -> list[JsonObject]:
    first = messages[0] if messages else {}
    content = first.get("content")
    if first.get("role") in {"system", "developer"} and isinstance(content, str):
        joined = f"{content}\n\n{text}" if content else text
        return [{**first, "content": joined}, *messages[1:]]
    return [{"role": "system", "content": text}, *messages]
