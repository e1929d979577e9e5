"""Which alternative of a schema a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import referred
from synalinks.data_models._json_shape import is_array, is_object
from synalinks.data_models._mask import branches_of
from synalinks.data_models._validation import is_valid

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def branch_of(value: Any, node: Any, definitions: JsonObject) -> Any:
    """Return the part of a schema that describes a value, past references and unions.

    Args:
        value: A JSON value that is valid for the node.
        node: A part of a schema.
        definitions: The definitions of the schema.
    """
    node = referred(node, definitions)
    while branches := branches_of(node):
        fitting = [branch for branch in branches if _fits(value, branch, definitions)]
        # Looking at the surface mostly leaves one; the rest is for the full check.
        if len(fitting) > 1:
            fitting = [
                branch for branch in fitting if is_valid(value, branch, definitions)
            ] or fitting
        node = referred((fitting or branches)[0], definitions)
    return node


def _fits(value: Any, node: Any, definitions: JsonObject) -> bool:
    """Return whether a value may be valid for a node, without looking inside it."""
    node = referred(node, definitions)
    if not is_object(node):
        return bool(node)
    branches = branches_of(node)
    if branches:
        return any(_fits(value, branch, definitions) for branch in branches)
    kinds = node.get("type", [])
    kinds = kinds if is_array(kinds) else [kinds]
    if kinds and not any(_is_kind(value, kind) for kind in kinds):
        return False
    return not is_object(value) or _fits_keys(value, node)


def _fits_keys(value: JsonObject, node: JsonObject) -> bool:
    if not all(key in value for key in node.get("required", ())):
        return False
    is_closed = (
        node.get("additionalProperties") is False and "patternProperties" not in node
    )
    return not is_closed or value.keys() <= node.get("properties", {}).keys()


def _is_kind(value: Any, kind: str) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {
        "object": is_object(value),
        "array": is_array(value),
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "null": value is None,
    }.get(kind, is_number)
