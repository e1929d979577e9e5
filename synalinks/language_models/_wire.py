"""Requests and answers in the form of OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks.contracts import Usage
from synalinks.errors import ServerError
from synalinks.language_models._endpoint import secrets_of
from synalinks.language_models._redaction import redact
from synalinks.language_models._response import LMResponse
from synalinks.language_models._structured import ANSWER_TOOL, plan_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.language_models._request import LMRequest

# Parts of earlier answers that are shown to users, not sent back.
_NOT_SENT = ("reasoning_content", "thinking_blocks", "refusal")


def chat_body(request: LMRequest) -> JsonObject:
    """Return the fields of a chat completion request, without the model's name.

    Args:
        request: The request.

    Raises:
        SchemaError: The provider cannot be asked for the request's schema.
    """
    body: JsonObject = {"messages": _messages(request.messages), **request.params}
    if request.tools:
        body["tools"] = list(request.tools)
    if request.schema is not None:
        plan = plan_output(request.schema, request.provider)
        body |= plan.fields
        if plan.prompt:
            body["messages"] = _with_system_text(body["messages"], plan.prompt)
    return body


def _messages(messages: Sequence[JsonObject]) -> list[JsonObject]:
    return [_message(message) for message in messages]


def _message(message: JsonObject) -> JsonObject:
    out = {
        key: part
        for key, part in message.items()
        if part is not None and key not in _NOT_SENT
    }
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


def read_completion(payload: Any, request: LMRequest) -> LMResponse:
    """Return the answer in a chat completion.

    Args:
        payload: Parsed JSON of an answer with HTTP status 200.
        request: What was asked.

    Raises:
        ServerError: The payload is no chat completion.
    """
    try:
        choice = payload["choices"][0]
        message = cast("JsonObject", choice["message"])
        content = _text(message.get("content"))
        usage = read_usage(payload.get("usage"))
        finish_reason = str(choice.get("finish_reason") or "stop")
    except (KeyError, IndexError, TypeError, AttributeError):
        error = no_completion(dumps(payload), request)
        raise error from None
    tool_calls = cast("list[JsonObject]", message.get("tool_calls") or [])
    refusal = _refusal(message)
    if refusal:
        content, finish_reason = refusal, "refusal"
    if request.schema is not None and tool_calls:
        content, tool_calls = _forced_answer(tool_calls, content)
        finish_reason = "stop" if finish_reason == "tool_calls" else finish_reason
    return LMResponse(
        content=content,
        reasoning_content=_reasoning(message),
        tool_calls=tuple(tool_calls),
        finish_reason=finish_reason,
        usage=usage,
        model=request.model,
    )


def no_completion(text: str, request: LMRequest) -> ServerError:
    """Return the error for an answer that is no chat completion.

    Args:
        text: What was answered.
        request: What was asked.
    """
    msg = (
        f"`{request.model}` answered what is no chat completion: "
        f"{redact(text, secrets_of(request))}"
    )
    return ServerError(msg, model=request.model, status_code=200)


def _text(content: Any) -> str | None:
    if isinstance(content, list):
        parts = cast("list[Any]", content)
        texts = [part.get("text") for part in parts if isinstance(part, dict)]  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
        return "".join(str(text) for text in texts if text)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    return None if content is None else str(content)


def _reasoning(message: JsonObject) -> str | None:
    return message.get("reasoning_content") or message.get("reasoning")


def _object(value: Any) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _refusal(message: JsonObject) -> str | None:
    # litellm moves what it does not know to `provider_specific_fields`.
    more = _object(message.get("provider_specific_fields"))
    return message.get("refusal") or more.get("refusal")


def _forced_answer(
    tool_calls: list[JsonObject], content: str | None
) -> tuple[str | None, list[JsonObject]]:
    for tool_call in tool_calls:
        function = _object(tool_call.get("function"))
        if function.get("name") == ANSWER_TOOL:
            return str(function.get("arguments")), []
    return content, tool_calls


def read_usage(usage: Any) -> Usage:
    """Return tokens as the provider counted them; the cost is not known here.

    Args:
        usage: The `usage` of a chat completion, or None.
    """
    counts = _object(usage)
    prompt_details = _object(counts.get("prompt_tokens_details"))
    completion_details = _object(counts.get("completion_tokens_details"))
    return Usage(
        calls=1,
        prompt_tokens=int(counts.get("prompt_tokens") or 0),
        completion_tokens=int(counts.get("completion_tokens") or 0),
        cached_tokens=int(
            prompt_details.get("cached_tokens")
            or counts.get("prompt_cache_hit_tokens")
            or 0
        ),
        reasoning_tokens=int(completion_details.get("reasoning_tokens") or 0),
        cost_usd=None,
    )
