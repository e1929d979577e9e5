"""Secrets never reach a text: keys, and the parts of URLs that may hold keys."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from synalinks._internal.shape import is_dict, is_list

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_CHARS = 200
_MIN_SECRET_CHARS = 4
_URL = re.compile(r"https?://[^\s'\"<>)\]]+")
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|gsk|xai|hf|key|rk)[-_][A-Za-z0-9_*.\-]{6,}|Bearer\s+[^\s'\",]+"
)
_SECRET_NAME = re.compile(
    r"(^|[_-])(api|access|secret|private|auth|authorization|bearer)?[_-]?"
    r"(key|token|secret|password|credentials?|authorization|cookie)s?($|[_-])"
    r"|(^|[_-])auth$",
    re.IGNORECASE,
)
# They count or name tokens, or choose a cache; `max_tokens` is no secret.
_NOT_SECRET = re.compile(
    r"(max|min|budget|stop|completion|prompt|output|input|new|reasoning|thinking|total|"
    r"cached|logit|ignore|skip|add|price|cost|n)_(.*_)?token(s|_ids)?|prompt_cache_key",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Return whether a parameter or header of this name may hold a secret.

    Args:
        name: Name of a parameter or an HTTP header.
    """
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET.fullmatch(name)


def without_secret_parts(value: Any) -> Any:
    """Return a JSON value without parts of secret names, and with URLs cut short.

    Args:
        value: Parameters of a model or a request, or a part of them.
    """
    if is_dict(value):
        return {
            key: without_secret_parts(part)
            for key, part in value.items()
            if not is_secret_name(str(key))
        }
    if is_list(value):
        return [without_secret_parts(part) for part in value]
    is_url = isinstance(value, str) and _URL.fullmatch(value)
    return without_secrets(value) if is_url else value


@lru_cache(maxsize=64)  # each call asks for the same few
def without_secrets(url: str) -> str:
    """Return a URL without user, password, query and fragment.

    Args:
        url: Any URL.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "***"
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
