"""What operations on data models make of their values.

A value alone does not tell how its keys are to be renamed: an optional key may be
absent. So every function takes what was decided on the schemas, and its result
validates against the schema that was made with the same decisions. Results share
their parts with the values they are made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._branch import branch_of
from synalinks.data_models._json_shape import is_array, is_object
from synalinks.data_models._name import free_name
from synalinks.data_models._object_schema import properties_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.data_models._mask import MaskedSchema

_NOTHING: Any = object()


def concat_values(
    first: JsonObject,
    second: JsonObject,
    first_keys: Mapping[str, str],
    second_keys: Mapping[str, str],
) -> JsonObject:
    """Return both objects in one.

    Args:
        first: A JSON object.
        second: A JSON object.
        first_keys: The keys that the schema of the first declares, by themselves.
        second_keys: New names of the keys that the schema of the second declares.

    Returns:
        The declared fields, then what the objects have beyond them under free names.
    """
    result = {first_keys[key]: first[key] for key in first if key in first_keys}
    result.update(
        {second_keys[key]: second[key] for key in second if key in second_keys}
    )
    if len(result) == len(first) + len(second):
        return result
    taken = {*first_keys, *second_keys.values()}
    for value, keys in ((first, first_keys), (second, second_keys)):
        for key in value:
            if key not in keys:
                name = free_name(key, taken)
                taken.add(name)
                result[name] = value[key]
    return result


def rename_value(value: JsonObject, rename: Callable[[str], str]) -> JsonObject:
    """Return an object whose keys are renamed, nested ones excepted.

    Args:
        value: A JSON object.
        rename: Gives the new name of a key.
    """
    return {rename(key): part for key, part in value.items()}


def factorize_value(
    value: JsonObject, groups: Mapping[str, Mapping[str, bool]]
) -> JsonObject:
    """Return an object with the members of each group gathered in one list.

    Args:
        value: A JSON object.
        groups: What `factor_groups` found in its schema.
    """
    gathered: JsonObject = {}
    list_of = {key: name for name, members in groups.items() for key in members}
    for name, members in groups.items():
        present = [key for key in members if key in value]
        if present:
            gathered[name] = [
                element
                for key in present
                for element in (value[key] if members[key] else [value[key]])
            ]
    result: JsonObject = {}
    for key, part in value.items():
        if key in list_of:
            result[list_of[key]] = gathered[list_of[key]]
        elif key in groups:  # not declared, and the name belongs to a list
            result[free_name(key, {*value, *groups})] = part
        else:
            result[key] = part
    return result


def mask_value(value: JsonObject, masked: MaskedSchema, *, keep: bool) -> JsonObject:
    """Return an object without the fields that a mask covers, or with these alone.

    Args:
        value: A JSON object.
        masked: Its schema and the mask.
        keep: Whether the covered fields are kept or dropped.
    """
    return _masked_object(value, masked.schema, masked, keep=keep)


def _masked_object(
    value: JsonObject, node: JsonObject, masked: MaskedSchema, *, keep: bool
) -> JsonObject:
    properties = properties_of(node)
    result: JsonObject = {}
    for key, part in value.items():
        if masked.covers(key):
            kept = part if keep else _NOTHING
        else:
            kept = _masked_part(part, properties.get(key), masked, keep=keep)
        if kept is not _NOTHING:
            result[key] = kept
    return result


def _masked_part(part: Any, node: Any, masked: MaskedSchema, *, keep: bool) -> Any:
    """Return what is left of a part that is not covered itself."""
    if masked.reaches(node):
        node = branch_of(part, node, masked.definitions)
        if masked.reaches(node):
            if is_object(part) and "properties" in node:
                return _masked_object(part, node, masked, keep=keep)
            if is_array(part):
                return _masked_array(part, node, masked, keep=keep)
    return _NOTHING if keep else part


def _masked_array(
    part: list[Any], node: JsonObject, masked: MaskedSchema, *, keep: bool
) -> list[Any]:
    leading = node.get("prefixItems", [])
    rest = node.get("items")
    result: list[Any] = []
    for index, element in enumerate(part):
        schema = leading[index] if index < len(leading) else rest
        kept = _masked_part(element, schema, masked, keep=keep)
        if kept is not _NOTHING:
            result.append(kept)
    return result
