"""Entries as lines of JSON, whatever users pass through their programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import is_data_model, json_of

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

_MAX_SHOWN_CHARS = 2_000


def plain(value: Any) -> Any:
    """Return a value as JSON: data models as what they hold, the unknown as text.

    Args:
        value: Any value.
    """
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if is_dict(value):
        return {str(key): plain(part) for key, part in value.items()}
    if is_row(value):
        return [plain(part) for part in value]
    return _otherwise(value)


def encode(entry: JsonObject) -> bytes:
    """Return an entry as a line of JSON, its values made `plain` on the way.

    Args:
        entry: Values of any kind.
    """
    try:
        text = _ENCODER.encode(entry)
    except TypeError:  # keys that JSON does not have
        text = _ENCODER.encode(plain(entry))
    return f"{text}\n".encode(errors="backslashreplace")


def _otherwise(value: Any) -> Any:
    return json_of(value) if is_data_model(value) else repr(value)[:_MAX_SHOWN_CHARS]


# Walking values in C, and asking only for what it does not know, takes a third of the
# time that a copy by `plain` takes.
_ENCODER = json.JSONEncoder(default=_otherwise)
