"""Answers as they are kept: in caches and journals, as JSON without any secret."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from json import loads
from operator import attrgetter
from typing import TYPE_CHECKING

from synalinks import errors
from synalinks._internal.json import canonical
from synalinks.contracts import Usage
from synalinks.language_models._providers import first_set, provider_or_default
from synalinks.language_models._redaction import identity_of, without_secrets
from synalinks.language_models._response import Completion
from synalinks.language_models._schema_text import schema_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synalinks._internal.json import JsonObject
    from synalinks.errors import LanguageModelError
    from synalinks.language_models._request import AnyRequest, LMRequest

_KEY_DIGITS = 32
_OF_A_TEXT = {"role", "content"}
# The same question gets the same kind of answer: it was answered, only badly.
_ANSWERED = (
    errors.InvalidOutputError,
    errors.ContentRefusedError,
    errors.ContextTooLongError,
)


def request_key(request: LMRequest) -> str:
    """Return the identity of a request: what goes over the wire, and where to.

    Not in it: keys, headers, time limits, retries, and limits of calls in flight.

    Args:
        request: The request.

    Raises:
        ConfigurationError: A parameter is not JSON.
    """
    try:
        content = _identity(request).encode("utf-8", "surrogatepass")
    except TypeError as error:
        msg = f"Answers can only be kept where all parameters are JSON: {error}."
        raise errors.ConfigurationError(msg) from error
    return hashlib.sha256(content).hexdigest()[:_KEY_DIGITS]


def _identity(request: LMRequest) -> str:
    """Return the canonical text of `request.identity()` with the endpoint.

    It is put together of the texts of its parts: each call asks for it, and all but
    the messages are the same from call to call.
    """
    params, schema, tools = request.params, request.schema, request.tools
    draw = f'"draw":{canonical(request.draw)},' if request.draw else ""
    endpoint = _text(endpoint_identity(request))
    messages = ",".join(map(_message, request.messages))
    given = canonical(identity_of(dict(params))) if params else "{}"
    form = "null" if schema is None else _schema(schema_text(schema))
    called = "null" if tools is None else canonical(list(tools))
    return (
        f'{{{draw}"endpoint":{endpoint},"messages":[{messages}],'
        f'"model":{_text(request.model)},"params":{given},"schema":{form},'
        f'"tools":{called}}}'
    )


def _message(message: JsonObject) -> str:
    if message.keys() == _OF_A_TEXT:
        role: object = message["role"]
        name = _text(role) if type(role) is str else canonical(message["role"])
        return f'{{"content":{canonical(message["content"])},"role":{name}}}'
    return canonical(message)


_text = lru_cache(maxsize=64)(canonical)


@lru_cache(maxsize=64)
def _schema(text: str) -> str:
    return canonical(loads(text))


def endpoint_identity(request: AnyRequest) -> str:
    """Return where a request goes, without secrets: part of what is asked.

    Args:
        request: The request.
    """
    row = provider_or_default(request.provider)
    base = request.api_base or first_set(row.base_variables) or row.api_base or ""
    return without_secrets(base).rstrip("/")


def from_completion(completion: Completion) -> JsonObject:
    """Return an answer as JSON, of which the answer stays a part.

    Args:
        completion: The answer.
    """
    fields = dict(zip(_COMPLETION, _values_of(completion), strict=True))
    kept = {**fields, "usage": completion.usage.as_json()}
    return {**kept, **_shares(completion.shares)} if completion.shares else kept


def to_completion(kept: JsonObject) -> Completion:
    """Return the answer that `from_completion` described.

    Args:
        kept: What it returned. Fields of later releases are left out.
    """
    known: JsonObject = {name: kept[name] for name in _COMPLETION if name in kept}
    known["usage"] = to_usage(kept["usage"])
    return Completion(**known, shares=to_shares(kept))


def _shares(shares: Iterable[Usage]) -> JsonObject:
    return {"shares": [one.as_json() for one in shares]}


def to_shares(kept: JsonObject) -> tuple[Usage, ...]:
    """Return what each model took, where more than one was asked.

    Args:
        kept: What `from_completion` or `from_error` returned.
    """
    return tuple(map(to_usage, kept.get("shares", ())))


def shares_of(outcome: Completion | LanguageModelError) -> tuple[Usage, ...]:
    """Return what each model took that was asked, in order.

    Args:
        outcome: What came of a call.
    """
    return outcome.shares or (outcome.usage or Usage(),)


def _from_usage(usage: Usage | None) -> JsonObject | None:
    return usage and usage.as_json()


def to_usage(kept: JsonObject) -> Usage:
    """Return the usage that was kept as JSON.

    Args:
        kept: Its fields. Those of later releases are left out.
    """
    return Usage(**{name: kept[name] for name in _USAGE if name in kept})


_COMPLETION = [name for name in Completion.__dataclass_fields__ if name != "shares"]
_values_of = attrgetter(*_COMPLETION)
_USAGE = Usage.__dataclass_fields__


def is_answer(error: LanguageModelError) -> bool:
    """Return whether a call that failed was answered all the same.

    Args:
        error: Why it failed.
    """
    return isinstance(error, _ANSWERED)


def from_error(error: LanguageModelError) -> JsonObject:
    """Return a bad answer as JSON.

    Args:
        error: What is bad about it.
    """
    return {
        "error": type(error).__name__,
        "message": str(error),
        "model": error.model,
        "status_code": error.status_code,
        "attempts": error.attempts,
        "answer": getattr(error, "answer", None),
        "usage": _from_usage(error.usage),
        **_shares(error.shares),
    }


def to_error(kept: JsonObject) -> LanguageModelError | None:
    """Return the error that `from_error` described; None if it describes an answer.

    Args:
        kept: What was kept.
    """
    by_name = {one.__name__: one for one in _ANSWERED}
    kind = by_name.get(kept.get("error", ""))
    if kind is None:
        return None
    error = kind(kept["message"], model=kept["model"])
    error.status_code = kept["status_code"]
    error.attempts = kept["attempts"]
    error.shares = to_shares(kept)
    usage = kept.get("usage")
    error.usage = None if usage is None else to_usage(usage)
    if isinstance(error, errors.InvalidOutputError):
        error.answer = kept["answer"] or ""
    return error
