"""Schemas in which numbered fields become one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import definitions_of, expanded, referred
from synalinks.data_models._json_shape import is_object
from synalinks.data_models._mask import elements_of
from synalinks.data_models._name import base_name, plural, singular, title_of
from synalinks.data_models._object_schema import any_of, properties_of, reshaped

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def factor_groups(schema: JsonObject) -> dict[str, dict[str, bool]]:
    """Return which keys `factorize` gathers in which list.

    Args:
        schema: JSON schema of an object, its top level expanded.

    Returns:
        By name of the list: its members in order, and whether a member is itself such
        a list, whose elements are taken over one by one.
    """
    properties, definitions = properties_of(schema), definitions_of(schema)
    groups: dict[tuple[str, bool], dict[str, bool]] = {}
    for key, part in properties.items():
        name = base_name(key)
        is_plural = singular(name) is not None
        is_list = is_plural and _is_list(part, definitions)
        # `notes: str` is not the list of the `note`s.
        group = (plural(name), is_plural and not is_list)
        groups.setdefault(group, {})[key] = is_list
    return {
        name: members
        for (name, _), members in groups.items()
        if len(members) > 1 and (name not in properties or name in members)
    }


def factorize_schema(schema: JsonObject) -> JsonObject:
    """Return the schema of an object with `query, query_1, ...` as list `queries`.

    The list stands where its first member stood. Members of different schemas make a
    list of `anyOf` these.

    Args:
        schema: JSON schema of an object.
    """
    schema = expanded(schema)
    list_of = {
        key: (name, members)
        for name, members in factor_groups(schema).items()
        for key in members
    }
    properties: JsonObject = {}
    for key, part in properties_of(schema).items():
        if key not in list_of:
            properties[key] = part
        elif (name := list_of[key][0]) not in properties:
            properties[name] = _list_schema(name, list_of[key][1], schema)
    required = [
        list_of[key][0] if key in list_of else key for key in schema.get("required", ())
    ]
    return reshaped(schema, properties, dict.fromkeys(required))


def _list_schema(name: str, members: dict[str, bool], schema: JsonObject) -> JsonObject:
    definitions = definitions_of(schema)
    parts: list[Any] = []
    for key, is_list in members.items():
        part = properties_of(schema)[key]
        array = referred(part, definitions)
        parts += (elements_of(array) or [{}]) if is_list else [part]
    return {
        "items": any_of(parts, definitions),
        "title": title_of(name),
        "type": "array",
    }


def _is_list(part: Any, definitions: JsonObject) -> bool:
    array = referred(part, definitions)
    return is_object(array) and array.get("type") == "array"
