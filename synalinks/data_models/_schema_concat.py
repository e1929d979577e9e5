"""Two schemas in one: both objects together, or one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    from collections.abc import Mapping

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
    return _combined(first, second, together=True, alone=False)


def or_schemas(first: JsonObject, second: JsonObject) -> JsonObject:
    """Return a schema of both objects in one, of the first, and of the second.

    Required is what is there in all three cases. What an object has beyond the keys
    that its own schema declares is not foreseen.

    Args:
        first: JSON schema of an object.
        second: JSON schema of an object.
    """
    return _combined(first, second, together=True, alone=True)


def xor_schemas(first: JsonObject, second: JsonObject) -> JsonObject:
    """Return a schema of the first object and of the second.

    Required is what is there in both cases. What an object has beyond the keys that
    its own schema declares is not foreseen.

    Args:
        first: JSON schema of an object.
        second: JSON schema of an object.
    """
    return _combined(first, second, together=False, alone=True)


class _Case(NamedTuple):
    """Fields that an object may have."""

    properties: JsonObject
    required: list[str]


def _case(schema: JsonObject, names: Mapping[str, str] | None = None) -> _Case:
    names = names or {key: key for key in declared_keys(schema)}
    properties = {
        names[key]: retitled(part, key, names[key])
        for key, part in properties_of(schema).items()
    }
    return _Case(properties, [names[key] for key in schema.get("required", ())])


def _combined(
    first: JsonObject, second: JsonObject, *, together: bool, alone: bool
) -> JsonObject:
    """Return the schema of two objects in one, or of either of them, or both."""
    names = concat_names(first, second)
    definitions, first, second = with_shared_definitions(first, second)
    cases = [_case(first), _case(second)] if alone else []
    if together:
        mine, theirs = _case(first), _case(second, names)
        both = _Case(
            {**mine.properties, **theirs.properties}, mine.required + theirs.required
        )
        cases.insert(0, both)
    keys = dict.fromkeys(key for case in cases for key in case.properties)
    required = [
        key for key in cases[0].required if all(key in case.required for case in cases)
    ]
    combined: JsonObject = {
        "$defs": definitions,
        "properties": {
            key: _one_of(
                key,
                [case.properties[key] for case in cases if key in case.properties],
                definitions,
            )
            for key in keys
        },
        "title": first.get("title", second.get("title")),
        "additionalProperties": _extra_properties(first, second),
    }
    kept = {key: combined[key] for key in combined if combined[key] not in (None, True)}
    return reshaped(kept, combined["properties"], required)


def _one_of(key: str, parts: list[Any], definitions: JsonObject) -> Any:
    first, *others = parts
    if all(is_same(first, other, definitions, definitions) for other in others):
        return first
    part = any_of(parts, definitions)
    return {**part, "title": title_of(key)} if is_object(part) else part


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
