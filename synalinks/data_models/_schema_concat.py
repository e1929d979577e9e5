"""Two schemas in one: both objects together, or one of them."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import (
    expanded,
    is_same,
    with_shared_definitions,
)
from synalinks.data_models._json_shape import is_object
from synalinks.data_models._name import free_name, title_of
from synalinks.data_models._object_schema import (
    any_of,
    declared_keys,
    properties_of,
    reshaped,
    retitled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


def concat_names(first: JsonObject, second: JsonObject) -> dict[str, str]:
    """Return the names that the keys of the second schema get beside the first.

    Args:
        first: JSON schema of an object.
        second: JSON schema of an object.

    Returns:
        The new name of every key that the second schema declares, in order.
    """
    taken = set(declared_keys(expanded(first)))
    names: dict[str, str] = {}
    for key in declared_keys(expanded(second)):
        names[key] = free_name(key, taken)
        taken.add(names[key])
    return names


def concat_schemas(first: JsonObject, second: JsonObject) -> JsonObject:
    """Return the schema of both objects in one.

    A key of the second that is taken gets the next free `_1`, `_2`, ...

    Args:
        first: JSON schema of an object.
        second: JSON schema of an object.
    """
    names = concat_names(first, second)
    definitions, first, second = with_shared_definitions(first, second)
    properties = dict(properties_of(first))
    for key, part in properties_of(second).items():
        properties[names[key]] = retitled(part, key, names[key])
    required = [
        *first.get("required", ()),
        *(names[key] for key in second.get("required", ())),
    ]
    return reshaped(_frame(definitions, first, second), properties, required)


def either_schema(schemas: Sequence[JsonObject]) -> JsonObject:
    """Return a schema of what fits any of several.

    Required is what is there in every case. What an object has beyond the keys that
    its own schema declares is not foreseen.

    Args:
        schemas: JSON schemas of objects.
    """
    return reduce(_either, schemas)


def _either(first: JsonObject, second: JsonObject) -> JsonObject:
    definitions, first, second = with_shared_definitions(first, second)
    mine, theirs = properties_of(first), properties_of(second)
    properties = {
        key: _one_of(
            key, [side[key] for side in (mine, theirs) if key in side], definitions
        )
        for key in {**mine, **theirs}
    }
    there = set(second.get("required", ()))
    required = [key for key in first.get("required", ()) if key in there]
    return reshaped(_frame(definitions, first, second), properties, required)


def _one_of(key: str, parts: list[Any], definitions: JsonObject) -> Any:
    first, *others = parts
    if all(is_same(first, other, definitions, definitions) for other in others):
        return first
    part = any_of(parts, definitions)
    return {**part, "title": title_of(key)} if is_object(part) else part


def _frame(
    definitions: JsonObject, first: JsonObject, second: JsonObject
) -> JsonObject:
    """Return what two schemas say together beside their properties.

    Args:
        definitions: The definitions of both.
        first: JSON schema of an object.
        second: JSON schema of an object.
    """
    frame: JsonObject = {
        "$defs": definitions,
        "title": first.get("title", second.get("title")),
        "additionalProperties": _extra_properties(first, second),
    }
    return {key: part for key, part in frame.items() if part not in (None, True)}


def _extra_properties(first: JsonObject, second: JsonObject) -> Any:
    """Return what the keys of two objects that no schema declares must be like."""
    extra, other = (
        True
        if "patternProperties" in schema
        else schema.get("additionalProperties", True)
        for schema in (first, second)
    )
    if extra is False or extra == other:
        return other
    return extra if other is False else True
