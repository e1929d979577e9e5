"""JSON values: types, canonical text, digests."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import JsonValue

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "JsonObject",
    "JsonValue",
    "canonical",
    "digest",
    "digest_of_list",
    "dumps",
]

# Values are JSON. `Any` rather than `JsonValue`: code that walks known schemas would
# need a cast at every step, and the casts would check nothing.
JsonObject: TypeAlias = dict[str, Any]

# `json.dumps` makes an encoder per call, for any but its own defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: JsonValue) -> str:
    """Return the one text that equal JSON values share (sorted keys, no spaces).

    Args:
        value: Any JSON value.
    """
    return _CANONICAL.encode(value)


def digest(value: JsonValue) -> str:
    """Return a 16-digit hexadecimal SHA-256 digest of `canonical(value)`.

    Args:
        value: Any JSON value.
    """
    content = canonical(value).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]


def digest_of_list(values: Iterable[JsonValue]) -> str:
    """Return `digest(list(values))`, without having all of them at once.

    Args:
        values: JSON values.
    """
    content = hashlib.sha256(b"[")
    for index, value in enumerate(values):
        text = f"{',' * (index > 0)}{canonical(value)}"
        content.update(text.encode("utf-8", "surrogatepass"))
    content.update(b"]")
    return content.hexdigest()[:16]


def dumps(value: JsonValue, *, indent: int | None = None) -> str:
    """Return `value` as JSON text, in insertion order, with Unicode kept.

    Half characters, as in an answer that was cut off, are escaped: the text can be
    written and sent like any other.

    Args:
        value: Any JSON value.
        indent: Spaces per level; None for one line.
    """
    if indent is None:
        text = _ENCODER.encode(value)
    else:
        text = json.dumps(value, indent=indent, ensure_ascii=False)
    if text.isascii():
        return text
    return text.encode(errors="backslashreplace").decode()
