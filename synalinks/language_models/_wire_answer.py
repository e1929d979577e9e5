"""Answers in the form of OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.checks import is_real
from synalinks._internal.json import JsonObject, dumps
from synalinks._internal.shape import is_dict, is_list
from synalinks.contracts import Usage
from synalinks.errors import ServerError
from synalinks.language_models._endpoint import secrets_of
from synalinks.language_models._http_errors import (
    error_instead_of_answer,
    error_of_stream,
)
from synalinks.language_models._rate_limits import interval_s
from synalinks.language_models._redaction import redact
from synalinks.language_models._response import LMResponse
from synalinks.language_models._structured import ANSWER_TOOL
from synalinks.language_models._thoughts import taken_apart
from synalinks.language_models._tools import read_tool_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.errors import LanguageModelError
    from synalinks.language_models._request import AnyRequest, LMRequest

# Reasons in other words than OpenAI's.
_REASONS = {"model_length": "length", "max_tokens": "length", "error": "error"}
_TOO_MANY = 2**53  # tokens: a server that says so does not count


def read_completion(
    payload: Any, request: LMRequest, headers: Mapping[str, str] | None = None
) -> LMResponse:
    """Return the answer in a chat completion.

    Args:
        payload: Parsed JSON of an answer with HTTP status 200.
        request: What was asked.
        headers: HTTP headers of the answer, for what they say of rate limits.

    Raises:
        LanguageModelError: The server reports an error (`ServerError`, if it says no
            more), also as the reason why the model stopped; or the payload is no chat
            completion (`ServerError`).
    """
    if is_dict(payload) and payload.get("error"):
        error = error_instead_of_answer(payload["error"], request)
        raise error
    try:
        choice = payload["choices"][0]
        message = cast("JsonObject", choice["message"])
        content = text_of(message.get("content"))
        reasoning = reasoning_of(message)
        usage = read_usage(payload.get("usage"))
        finish_reason = finish_reason_of(choice) or "stop"
        tool_calls = read_tool_calls(message.get("tool_calls"))
        thinking_blocks = blocks_of(message)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        error = no_completion(dumps(payload), request)
        raise error from None
    if finish_reason == "error":
        error = error_of_choice(choice, request)
        raise error
    if not reasoning:
        reasoning, content = taken_apart(content)
    refusal = refusal_of(message)
    if refusal:
        content, finish_reason = refusal, "refusal"
    if request.schema is not None and tool_calls:
        content, tool_calls = _forced_answer(tool_calls, content)
        finish_reason = "stop" if finish_reason == "tool_calls" else finish_reason
    return LMResponse(
        content=content,
        reasoning_content=reasoning,
        thinking_blocks=thinking_blocks,
        tool_calls=tool_calls,
        finish_reason=finish_reason,
        usage=usage,
        model=request.model,
        service_tier=tier_of(payload),
        interval_s=interval_s(headers or {}, usage.tokens),
    )


def no_completion(text: str, request: AnyRequest) -> ServerError:
    """Return the error for an answer that is not what was asked for.

    Args:
        text: What was answered.
        request: What was asked.
    """
    msg = (
        f"`{request.model}` answered what is no {request.answer_name}: "
        f"{redact(text, secrets_of(request))}"
    )
    return ServerError(msg, model=request.model, status_code=200)


def finish_reason_of(choice: JsonObject) -> str | None:
    """Return why a model stopped, in the words of OpenAI's API, or None.

    Args:
        choice: A choice of a chat completion, or of a chunk of one.
    """
    # litellm says "stop" where it does not know a reason, and puts that beside it.
    more: Any = choice.get("provider_specific_fields")
    native = str(more.get("native_finish_reason")).lower() if is_dict(more) else ""
    told = text_of(choice.get("finish_reason") or None)
    return _REASONS.get(native) or _REASONS.get(told or "", told)


def error_of_choice(choice: JsonObject, request: LMRequest) -> LanguageModelError:
    """Return the error for an answer with `finish_reason` `"error"`.

    Args:
        choice: A choice of a chat completion, or of a chunk of one.
        request: What was asked.
    """
    said: Any = choice.get("error") or 'it ended with finish_reason "error"'
    return error_of_stream(said, request)


def text_of(content: Any) -> str | None:
    """Return the text of a content, which may be a list of parts.

    Args:
        content: `content` of a message or a delta.
    """
    if not is_list(content):
        return None if content is None else str(content)
    texts = [part.get("text") for part in content if is_dict(part)]
    return "".join(str(text) for text in texts if text)


def reasoning_of(message: JsonObject) -> str | None:
    """Return what a model thought, by whatever name it comes.

    Args:
        message: A message or a delta.
    """
    named = message.get("reasoning_content") or message.get("reasoning")
    content: Any = message.get("content")
    if named or not is_list(content):
        return text_of(named or None)
    thoughts = (
        text_of(part.get("thinking"))
        for part in content
        if is_dict(part) and part.get("type") == "thinking"
    )
    return "".join(filter(None, thoughts)) or None


def refusal_of(message: JsonObject) -> str | None:
    """Return why a model refuses, or None.

    Args:
        message: A message or a delta.
    """
    # litellm moves what it does not know to `provider_specific_fields`.
    more: Any = message.get("provider_specific_fields")
    refusal: Any = message.get("refusal")
    return text_of(refusal or (more.get("refusal") if is_dict(more) else None) or None)


def blocks_of(message: JsonObject) -> tuple[JsonObject, ...]:
    """Return what a model thought, in the provider's own form.

    Args:
        message: A message or a delta.

    Raises:
        TypeError: These are no blocks.
        ValueError: The same.
    """
    return tuple(dict(block) for block in message.get("thinking_blocks") or ())


def _forced_answer(
    tool_calls: tuple[JsonObject, ...], content: str | None
) -> tuple[str | None, tuple[JsonObject, ...]]:
    for tool_call in tool_calls:
        if tool_call["function"]["name"] == ANSWER_TOOL:
            return tool_call["function"]["arguments"], ()
    return content, tool_calls


def read_usage(usage: Any) -> Usage:
    """Return tokens as the provider counted them.

    Args:
        usage: The `usage` of a chat completion or of embeddings, or None. What cannot
            be read is not known, and neither is what it costs.
    """
    try:
        return _read_usage(_object(usage))
    except (TypeError, ValueError, OverflowError):
        return Usage(calls=1, cost_usd=None)


def _read_usage(counts: JsonObject) -> Usage:
    prompt_details = _object(counts.get("prompt_tokens_details"))
    completion_details = _object(counts.get("completion_tokens_details"))
    prompt = _count(counts.get("prompt_tokens"))
    completion = _count(counts.get("completion_tokens"))
    reasoning = _count(completion_details.get("reasoning_tokens"))
    if counts.get("total_tokens") == prompt + completion + reasoning:
        completion += reasoning  # xAI counts them apart, others as a part
    cost: Any = counts.get("cost")
    return Usage(
        calls=1,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=_count(
            prompt_details.get("cached_tokens") or counts.get("prompt_cache_hit_tokens")
        ),
        cache_creation_tokens=_count(
            prompt_details.get("cache_creation_tokens")
            or counts.get("cache_creation_input_tokens")
        ),
        reasoning_tokens=reasoning,
        audio_prompt_tokens=_count(prompt_details.get("audio_tokens")),
        audio_completion_tokens=_count(completion_details.get("audio_tokens")),
        # Some providers tell it, in US dollars; else the price list is asked.
        cost_usd=float(cost) if is_real(cost) and cost >= 0 else None,
    )


def tier_of(payload: JsonObject) -> str | None:
    """Return in which way a provider says that it served a request, or None.

    Args:
        payload: A chat completion, or a chunk of one.
    """
    # litellm leaves what Anthropic says beside the tokens.
    told: Any = payload.get("service_tier") or _object(payload.get("usage")).get(
        "service_tier"
    )
    return told if isinstance(told, str) else None


def _count(value: Any) -> int:
    count = int(value or 0)
    if not 0 <= count < _TOO_MANY:
        raise ValueError(value)
    return count


def _object(value: Any) -> JsonObject:
    return value if is_dict(value) else {}
