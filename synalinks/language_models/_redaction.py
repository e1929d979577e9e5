"""Secrets never reach a text: keys, and the parts of URLs that may hold keys."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from synalinks._internal.json import digest
from synalinks._internal.shape import is_dict, is_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synalinks._internal.json import JsonObject

_MAX_CHARS = 200
_MIN_SECRET_CHARS = 4
_URL = re.compile(r"https?://[^\s'\"<>)\]]+")
_URL_MARKS = re.compile("[?&#]")
_NO_URL = "***"
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|gsk|xai|hf|key|rk)[-_][A-Za-z0-9_*.\-]{6,}|Bearer\s+[^\s'\",]+"
)
_SECRET_NAME = re.compile(
    r"(^|[_-])(api|access|secret|private|auth|authorization|bearer)?[_-]?"
    r"(key|token|secret|password|passwd|pwd|passphrase|credentials?|authorization|"
    r"cookie|connection[_-]?string)s?($|[_-])"
    r"|(^|[_-])auth$",
    re.IGNORECASE,
)
_IN_CAMEL_CASE = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# They count or name tokens, or choose a cache; `max_tokens` is no secret.
_NOT_SECRET = re.compile(
    r"(max|min|budget|stop|completion|prompt|output|input|new|reasoning|thinking|total|"
    r"cached|logit|ignore|skip|add|price|cost|n)_(.*_)?token(s|_ids)?|prompt_cache_key|"
    r"(?!(.*_)?(api|access|auth|secret|private|bearer|refresh|session)_)"
    r"(.+_tokens|(.*_)?token_ids?)",
    re.IGNORECASE,
)
# Who asks, beyond doubt; `key` or `mask_token` may be a part of the question.
_CREDENTIAL = re.compile(
    r"(^|[_-])(api[_-]?key|(access|private|secret|subscription)[_-]?key|secret|password|"
    r"passwd|pwd|passphrase|credentials?|authorization|cookie|connection[_-]?string|"
    r"(access|api|auth|aws|azure|azure_ad|bearer|refresh|session)[_-]?token)s?($|[_-])"
    r"|(^|[_-])auth$",
    re.IGNORECASE,
)
_HOLD_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions")
_OF_SCHEMAS = {
    "type", "$ref", "enum", "const", "anyOf", "allOf", "oneOf", "properties", "items",
    "title", "description",
}  # fmt: skip


@lru_cache(maxsize=256)  # each call asks for the same few
def is_secret_name(name: str) -> bool:
    """Return whether a parameter or header of this name may hold a secret.

    Args:
        name: Name of a parameter or an HTTP header.
    """
    words = _words(name)
    return bool(_SECRET_NAME.search(words)) and not _NOT_SECRET.fullmatch(words)


def _is_credential(name: str) -> bool:
    return bool(_CREDENTIAL.search(_words(name)))


def _words(name: str) -> str:
    """Return a name with its words apart: `userToken` as `user_Token`."""
    return _IN_CAMEL_CASE.sub("_", name)


def holds_schemas(name: str, value: Any) -> bool:
    """Return whether a part is the fields of a JSON schema: their names are no secrets.

    Args:
        name: Name of the part.
        value: The part.
    """
    if name not in _HOLD_SCHEMAS or not is_dict(value):
        return False
    return all(
        isinstance(one, bool)
        or (is_dict(one) and (not one or one.keys() & _OF_SCHEMAS))
        for one in value.values()
    )


def without_secret_parts(value: Any) -> Any:
    """Return a JSON value without parts of secret names, and with URLs cut short.

    Args:
        value: Parameters of a model or a request, or a part of them.
    """
    return _replaced(value, lambda _name, _part: {}, without_secrets)


def identity_of(value: Any) -> Any:
    """Return a JSON value that differs where what is sent does, without any secret.

    Keys are left out: an answer is the same whoever asks. Of any other part that may be
    secret, and of what URLs are cut short by, there is a digest.

    Args:
        value: Parameters of a request, or a part of them.
    """
    return _replaced(value, _digest_unless_key, _url_with_digest)


def _replaced(
    value: Any,
    in_place: Callable[[str, Any], JsonObject],
    shortened: Callable[[str], str],
) -> Any:
    """Return a JSON value with others in place of what may be secret."""
    if is_dict(value):
        kept: JsonObject = {}
        for key, part in value.items():
            if is_secret_name(str(key)):
                kept |= in_place(key, part)
            elif holds_schemas(str(key), part):
                kept[key] = part
            else:
                kept[key] = _replaced(part, in_place, shortened)
        return kept
    if is_list(value):
        return [_replaced(part, in_place, shortened) for part in value]
    is_url = isinstance(value, str) and _URL.fullmatch(value)
    return shortened(value) if is_url else value


def _digest_unless_key(name: str, part: Any) -> JsonObject:
    is_key = isinstance(part, str) or is_dict(part)
    return {} if is_key and _is_credential(name) else {name: _digest(part)}


def _url_with_digest(url: str) -> str:
    shown = without_secrets(url)
    if shown == _NO_URL:
        return _digest(url)
    _, *pairs = _URL_MARKS.split(url)
    named = [(pair.partition("=")[0], pair) for pair in pairs if pair]
    asked = [pair for name, pair in named if not _is_credential(name)]
    return f"{shown}?{_digest(asked)}" if asked else shown


def _digest(part: Any) -> str:
    return f"digest {digest(part)}"


@lru_cache(maxsize=64)  # each call asks for the same few
def without_secrets(url: str) -> str:
    """Return a URL without user, password, query and fragment.

    Args:
        url: Any URL.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return _NO_URL
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def redact(text: str, secrets: Iterable[str | None] = ()) -> str:
    """Return a text for an error message: without secrets, on one line, cut short.

    Args:
        text: What a provider or a library said.
        secrets: Keys that were used for the request.
    """
    for secret in secrets:
        if secret and len(secret) >= _MIN_SECRET_CHARS:
            text = text.replace(secret, "***")
    text = _URL.sub(lambda match: without_secrets(match.group()), text)
    text = " ".join(_LOOKS_SECRET.sub("***", text).split())
    return text if len(text) <= _MAX_CHARS else f"{text[:_MAX_CHARS]}…"
