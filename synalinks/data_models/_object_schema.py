"""Schemas of objects: their parts, and schemas made from them.

Here and in the modules `_schema_*`, functions take whole JSON schemas of objects,
change none of them, and return a whole schema. What a reshaped object keeps are its
title, its properties with their order, `required`, `additionalProperties` and the
definitions that are still used. Constraints that cannot be carried over
(`minProperties`, `patternProperties`, ...) are dropped: the result never says more
than is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import expanded, is_same, pruned
from synalinks.data_models._json_shape import is_object
from synalinks.data_models._name import title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synalinks._internal.json import JsonObject

_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated"}


def declared_keys(schema: JsonObject) -> list[str]:
    """Return the keys that a schema knows of, properties first.

    Args:
        schema: JSON schema of an object.
    """
    return list(dict.fromkeys([*properties_of(schema), *schema.get("required", ())]))


def properties_of(schema: JsonObject) -> JsonObject:
    """Return the properties of a schema by name.

    Args:
        schema: JSON schema of an object.
    """
    return schema.get("properties", {})


def reshaped(
    schema: JsonObject, properties: JsonObject, required: Iterable[str]
) -> JsonObject:
    """Return a schema with other properties, without unused definitions.

    Args:
        schema: What to take the rest from.
        properties: The new properties by name.
        required: Which of them are required.
    """
    kept: JsonObject = {}
    if "$defs" in schema:
        kept["$defs"] = schema["$defs"]
    if "patternProperties" not in schema and "additionalProperties" in schema:
        kept["additionalProperties"] = schema["additionalProperties"]
    if "description" in schema:
        kept["description"] = schema["description"]
    kept["properties"] = properties
    if required := list(required):
        kept["required"] = required
    if "title" in schema:
        kept["title"] = schema["title"]
    return pruned({**kept, "type": schema.get("type", "object")})


def rename_schema(schema: JsonObject, rename: Callable[[str], str]) -> JsonObject:
    """Return the schema of an object whose keys are renamed, nested ones excepted.

    Args:
        schema: JSON schema of an object.
        rename: Gives the new name of a key; different keys must stay different.
    """
    schema = expanded(schema)
    properties = {
        rename(key): retitled(part, key, rename(key))
        for key, part in properties_of(schema).items()
    }
    required = [rename(key) for key in schema.get("required", ())]
    return reshaped(schema, properties, required)


def retitled(part: Any, old: str, new: str) -> Any:
    """Return the schema of a field that gets another name.

    A title that pydantic made of the old name is made anew; any other one is kept.

    Args:
        part: Schema of the field.
        old: Its name.
        new: Its new name.
    """
    if is_object(part) and part.get("title") == title_of(old):
        return {**part, "title": title_of(new)}
    return part


def any_of(parts: list[Any], definitions: JsonObject) -> Any:
    """Return a schema for what fits one of several; titles and defaults do not count.

    Args:
        parts: The schemas.
        definitions: The definitions that they use.
    """
    different: list[Any] = []
    for part in parts:
        bare = _without_annotations(part)
        is_union = is_object(bare) and bare.keys() == {"anyOf"}
        for branch in bare["anyOf"] if is_union else [bare]:
            if not any(
                is_same(branch, known, definitions, definitions) for known in different
            ):
                different.append(branch)
    return different[0] if len(different) == 1 else {"anyOf": different}


def _without_annotations(part: Any) -> Any:
    if not is_object(part):
        return part
    return {key: value for key, value in part.items() if key not in _ANNOTATIONS}
