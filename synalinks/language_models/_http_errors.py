"""Which error an HTTP answer stands for: one table for every transport."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ContentRefusedError,
    ContextTooLongError,
    InvalidOutputError,
    LanguageModelError,
    ModelNotFoundError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    show,
)
from synalinks.language_models._endpoint import secrets_of
from synalinks.language_models._rate_limits import (
    interval_s,
    retry_after_s,
    told_wait_s,
)
from synalinks.language_models._redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._request import AnyRequest

_SERVER_ERRORS = 500
_FORBIDDEN = 403
_VERSION = re.compile(r"/v\d\w*$")
_STATUS = re.compile(r"[45]\d\d")
_BY_STATUS: dict[int, type[LanguageModelError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: AuthenticationError,  # nothing left to pay with
    403: AuthenticationError,
    404: ModelNotFoundError,
    408: TimedOutError,
    409: ServerError,
    413: ContextTooLongError,
    422: BadRequestError,
    425: ServerError,
    429: RateLimitedError,
}
# What a refused request says when the reason is its length, or what it says.
_CONTEXT_MARKS = (
    "context_length_exceeded", "context length", "context window", "maximum context",
    "prompt is too long", "too many tokens", "input is too long",
    "exceeds the maximum number of tokens", "reduce the length",
)  # fmt: skip
# A single request that is larger than all that a minute allows: no wait helps.
_TOO_LARGE_MARK = "request too large"
# Groq checks what the model wrote, and refuses its own answer.
_INVALID_MARK = "json_validate_failed"
_REFUSAL_MARKS = (
    "content_filter", "content_policy", "content policy", "content management policy",
    "responsibleaipolicyviolation", "safety system", "flagged as potentially violating",
    "requires moderation", "was flagged", "violates usage guidelines",
    "safety_check_type",
)  # fmt: skip
# "You exceeded your current quota" is no such mark: Gemini says it of each minute.
_QUOTA_MARK = "insufficient_quota"
# What some say of all calls with the status of one bad request. It is the beginning, or
# all, of the message: a prompt that they quote further on says nothing of the key.
_KEY_WORDS = re.compile(
    r"API key (not valid|not found|expired)\.|Incorrect API key provided: "
    r"|Your credit balance is too low to access ",
    re.IGNORECASE,
)
_MODEL_WORDS = re.compile(
    r"(Invalid model: \S+|Model Not Exist|\S+ is not a valid model ID)\.?"
)
_ADVICE: dict[type[LanguageModelError], str] = {
    AuthenticationError: " Check the key, its rights and its quota.",
    ModelNotFoundError: " Check the model's name and `api_base`.",
    ContextTooLongError: " Send fewer or shorter examples.",
}


def error_of_answer(
    status: int, text: str, headers: Mapping[str, str], request: AnyRequest
) -> LanguageModelError:
    """Return the error that an HTTP answer stands for.

    Args:
        status: HTTP status, not 200.
        text: Body of the answer.
        headers: Headers of the answer.
        request: What was asked.
    """
    kind = classify(status, text)
    said = redact(_words_in(text), secrets_of(request))
    said = f"{said.rstrip('.')}.{_ADVICE.get(kind, '')}{_address_hint(kind, request)}"
    msg = f"`{request.model}` answered HTTP {status}: {said}"
    error = _with_details(kind(msg, model=request.model), status, text)
    asked_s = retry_after_s(headers)
    error.retry_after_s = error.retry_after_s if asked_s is None else asked_s
    error.interval_s = interval_s(headers, n_tokens=0)
    return error


def _with_details(
    error: LanguageModelError, status: int | None, text: str
) -> LanguageModelError:
    """Return an error that has what a body says besides its message."""
    error.status_code = status
    if isinstance(error, RateLimitedError):
        error.retry_after_s = told_wait_s(text)
    if isinstance(error, InvalidOutputError):
        error.answer = _failed_generation_in(text)
    return error


def _address_hint(kind: type[LanguageModelError], request: AnyRequest) -> str:
    """Return what may be wrong with the address that a user gave."""
    path = urlsplit(request.api_base or "").path.rstrip("/")
    is_usual = not request.api_base or _VERSION.search(path)
    if kind is not ModelNotFoundError or is_usual:
        return ""
    return (
        f" The path of `api_base` is {show(path)}: with most servers it is `/v1`, and "
        "`/chat/completions` is added to it."
    )


def error_of_stream(received: Any, request: AnyRequest) -> LanguageModelError:
    """Return the error that a server reports in the middle of a stream.

    Args:
        received: The `error` of an event: a text, or an object.
        request: What was asked.
    """
    return _error_of_report(received, request, "broke its answer off")


def error_instead_of_answer(received: Any, request: AnyRequest) -> LanguageModelError:
    """Return the error that a server reports with the status of an answer.

    Args:
        received: The `error` of the body: a text, or an object.
        request: What was asked.
    """
    return _error_of_report(received, request, "answered with an error")


def _error_of_report(
    received: Any, request: AnyRequest, what_it_did: str
) -> LanguageModelError:
    text = json.dumps(received)
    told = cast("JsonObject", received) if isinstance(received, dict) else {}
    codes = [str(told.get(name)) for name in ("code", "status", "status_code")]
    status = next((int(code) for code in codes if _STATUS.fullmatch(code)), None)
    limited = "rate_limit" in text and status is None
    kind = classify(status or (429 if limited else _SERVER_ERRORS), text)
    said = redact(_words_in(text), secrets_of(request))
    msg = f"`{request.model}` {what_it_did}: {said}"
    return _with_details(kind(msg, model=request.model), status, text)


def classify(status: int, text: str) -> type[LanguageModelError]:
    """Return the error class of a status, refined by what the body says.

    Args:
        status: HTTP status.
        text: Body of the answer.
    """
    kind = _BY_STATUS.get(status)
    if kind is None:
        return ServerError if status >= _SERVER_ERRORS else BadRequestError
    lowered = text.lower()
    is_malformed = kind is BadRequestError
    if is_malformed and (found := _kind_of_all(text) or _kind_of_one(lowered)):
        return found
    # 403 is also how a prompt is refused (OpenRouter, xAI): others may be sent.
    may_refuse = is_malformed or status == _FORBIDDEN
    if may_refuse and any(mark in lowered for mark in _REFUSAL_MARKS):
        return ContentRefusedError
    return _kind_of_limit(lowered) if kind is RateLimitedError else kind


def _kind_of_all(text: str) -> type[LanguageModelError] | None:
    """Return what a bad request is if every other would be refused as well."""
    said = _message_in(text).strip()
    if _KEY_WORDS.match(said):
        return AuthenticationError
    return ModelNotFoundError if _MODEL_WORDS.fullmatch(said) else None


def _kind_of_one(lowered: str) -> type[LanguageModelError] | None:
    """Return what a bad request is by what it, or the answer to it, is made of."""
    if _INVALID_MARK in lowered:
        return InvalidOutputError
    is_long = any(mark in lowered for mark in _CONTEXT_MARKS)
    return ContextTooLongError if is_long else None


def _kind_of_limit(lowered: str) -> type[LanguageModelError]:
    if _TOO_LARGE_MARK in lowered:
        return ContextTooLongError
    return AuthenticationError if _is_used_up(lowered) else RateLimitedError


def _is_used_up(lowered: str) -> bool:
    """Return whether waiting a while gives no more calls.

    Gemini names the quotas that are used up (`quotaId`): one of a minute is soon given
    anew, one of a day is not.
    """
    is_of_day = "perday" in lowered and "perminute" not in lowered
    return _QUOTA_MARK in lowered or is_of_day


def _words_in(text: str) -> str:
    """Return the message of a body, and what a gateway (OpenRouter) was told before."""
    metadata: Any = _error_in(text).get("metadata")
    raw: Any = metadata.get("raw") if is_dict(metadata) else None
    said = _message_in(text)
    if not raw:
        return said
    inner = _message_in(raw if isinstance(raw, str) else json.dumps(raw))
    return f"{said.rstrip('.')}: {inner}"


def _message_in(text: str) -> str:
    """Return the `error.message` of a JSON body, or the body."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if is_list(body) and len(body) == 1:  # so Gemini does
        body = body[0]
    for _ in range(2):
        if not isinstance(body, dict):
            break
        part = cast("JsonObject", body)
        body = part.get("error") or part.get("message") or part.get("detail") or part
    return body if isinstance(body, str) else _message_or_dump(body)


def _message_or_dump(body: Any) -> str:
    if isinstance(body, dict) and isinstance(body.get("message"), str):  # pyright: ignore[reportUnknownMemberType]
        return cast("JsonObject", body)["message"]
    return json.dumps(body)


def _failed_generation_in(text: str) -> str:
    """Return what the model wrote, from a body or from its `error`; or nothing."""
    said: Any = _error_in(text).get("failed_generation")
    return said if isinstance(said, str) else ""


def _error_in(text: str) -> JsonObject:
    """Return the `error` of a JSON body, or the body; empty if that is no object."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    part: Any = body.get("error", body) if is_dict(body) else None
    return part if is_dict(part) else {}
