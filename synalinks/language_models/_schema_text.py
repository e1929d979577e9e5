"""Schemas as texts, by which what is made of them is kept."""

from __future__ import annotations

from copy import deepcopy

from synalinks._internal.json import JsonObject, dumps

_MAX_KEPT = 1024
# By the identity of the schema: itself, a copy that nobody can change, and the text.
_kept: dict[int, tuple[JsonObject, JsonObject, str]] = {}


def schema_text(schema: JsonObject) -> str:
    """Return a schema as JSON text; written once, and kept until the schema changes.

    Every call asks for it: to compare a schema with a copy takes a tenth of the time.

    Args:
        schema: JSON schema.
    """
    kept = _kept.get(id(schema))
    if kept is not None and kept[0] is schema and kept[1] == schema:
        return kept[2]
    if len(_kept) >= _MAX_KEPT:
        _kept.clear()
    text = dumps(schema)
    _kept[id(schema)] = (schema, deepcopy(schema), text)
    return text
