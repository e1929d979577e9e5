"""JSON schemas as the embedded model needs them: references, values, validity."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks._internal.json import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks._internal.json import JsonObject

# A JSON schema: an object, or true (anything goes), or false.
Schema: TypeAlias = "JsonObject | bool"

_MAX_RANGE = 21
_MAX_REFERENCES = 20


def resolve(schema: Schema, root: JsonObject) -> JsonObject:
    """Return a schema with its reference followed and a single `allOf` merged in.

    Args:
        schema: The schema, or true.
        root: The schema that local references point into.
    """
    found: JsonObject = schema if isinstance(schema, dict) else {}
    for _ in range(_MAX_REFERENCES):
        if "$ref" in found:
            rest = {key: found[key] for key in found if key != "$ref"}
            found = {**_target(str(found["$ref"]), root), **rest}
        elif "allOf" in found:
            rest = {key: found[key] for key in found if key != "allOf"}
            for part in cast("list[Schema]", found["allOf"]):
                rest = _merge(resolve(part, root), rest)
            found = rest
        else:
            break
    return found


def _target(reference: str, root: JsonObject) -> JsonObject:
    target: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        target = cast("JsonObject", target).get(key) if isinstance(target, dict) else {}
    return cast("JsonObject", target) if isinstance(target, dict) else {}


def _merge(left: JsonObject, right: JsonObject) -> JsonObject:
    merged = {**left, **right}
    if "properties" in left and "properties" in right:
        merged["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = [*left["required"], *right["required"]]
    return merged


def alternatives_of(schema: JsonObject, root: JsonObject) -> list[JsonObject]:
    """Return the schemas that `anyOf`, `oneOf` or a list of types offers.

    Args:
        schema: A resolved schema.
        root: The schema that local references point into.

    Returns:
        Resolved schemas, null last; only `schema` where there is nothing to choose.
    """
    kind = schema.get("type")
    if isinstance(kind, list):
        kinds = cast("list[str]", kind)
        found = [{**schema, "type": kind} for kind in kinds]
    else:
        parts = cast("list[Schema]", schema.get("anyOf") or schema.get("oneOf") or [])
        rest = {key: schema[key] for key in schema if key not in {"anyOf", "oneOf"}}
        found = [_merge(rest, resolve(part, root)) for part in parts] or [schema]
    return sorted(found, key=lambda option: option.get("type") == "null")


def choices_of(schema: JsonObject, root: JsonObject) -> list[Any] | None:
    """Return all values a schema allows, or None where they cannot be listed.

    Args:
        schema: A resolved schema.
        root: The schema that local references point into.
    """
    options = alternatives_of(schema, root)
    if len(options) > 1:
        lists = [choices_of(option, root) for option in options]
        found = [found for found in lists if found is not None]
        values = [value for values in found for value in values]
        return values if len(found) == len(lists) else None
    if "const" in schema:
        return [schema["const"]]
    if "enum" in schema:
        return [
            value
            for value in cast("list[Any]", schema["enum"])
            if _has_type(value, schema) and _fits_type(value, schema, root)
        ]
    return _choices_of_type(options[0])


def _choices_of_type(schema: JsonObject) -> list[Any] | None:
    if schema.get("type") == "boolean":
        return [True, False]
    if schema.get("type") == "null":
        return [None]
    low, high = bounds_of(schema)
    if schema.get("type") == "integer" and high - low < _MAX_RANGE:
        whole = range(math.ceil(low), math.floor(high) + 1)
        return [number for number in whole if _fits_number(number, schema)]
    return None


def bounds_of(schema: JsonObject) -> tuple[float, float]:
    """Return the least and the greatest number allowed (exclusive bounds too).

    Args:
        schema: A resolved schema.
    """
    lows = [schema.get("minimum"), schema.get("exclusiveMinimum")]
    highs = [schema.get("maximum"), schema.get("exclusiveMaximum")]
    return (
        max((float(bound) for bound in lows if bound is not None), default=-math.inf),
        min((float(bound) for bound in highs if bound is not None), default=math.inf),
    )


def type_of(schema: JsonObject) -> str:
    """Return the type a schema asks for; `string` where it does not say.

    Args:
        schema: A resolved schema.
    """
    if isinstance(schema.get("type"), str):
        return schema["type"]
    if "properties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "string"


def fits(value: object, schema: Schema, root: JsonObject) -> bool:
    """Return whether a value is valid under a schema.

    Knows the keywords that language-model providers know; `format` and everything
    that is not listed in this file is taken as satisfied.

    Args:
        value: Any JSON value.
        schema: The schema.
        root: The schema that local references point into.
    """
    if schema is False:
        return False
    resolved = resolve(schema, root)
    for keyword, wanted in (("anyOf", 1), ("oneOf", 1)):
        parts = cast("list[Schema]", resolved.get(keyword) or [])
        n_fitting = sum(fits(value, part, root) for part in parts)
        if parts and (n_fitting < wanted or (keyword == "oneOf" and n_fitting > 1)):
            return False
    if "const" in resolved and not _is_same(value, resolved["const"]):
        return False
    if "enum" in resolved and not any(
        _is_same(value, option) for option in cast("list[Any]", resolved["enum"])
    ):
        return False
    return _has_type(value, resolved) and _fits_type(value, resolved, root)


def _is_same(value: object, other: object) -> bool:
    # In Python, but not in JSON, true equals 1.
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _has_type(value: object, schema: JsonObject) -> bool:
    kinds: Any = schema.get("type", [])
    names: list[str] = [kinds] if isinstance(kinds, str) else kinds
    return not names or any(
        name in _TYPE_TESTS and _TYPE_TESTS[name](value) for name in names
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPE_TESTS: dict[str, Callable[[object], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and float(cast("float", value)) % 1 == 0,
}


def _fits_type(value: object, schema: JsonObject, root: JsonObject) -> bool:
    if isinstance(value, str):
        return _fits_text(value, schema)
    if isinstance(value, list):
        return _fits_list(cast("list[Any]", value), schema, root)
    if isinstance(value, dict):
        return _fits_object(cast("JsonObject", value), schema, root)
    if _is_number(value):
        return _fits_number(cast("float", value), schema)
    return True


def _fits_number(value: float, schema: JsonObject) -> bool:
    low, high = bounds_of(schema)
    if not low <= value <= high or not math.isfinite(value):
        return False
    if value in {schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")}:
        return False
    factor = schema.get("multipleOf")
    return factor is None or value / factor == int(value / factor)


def _fits_text(value: str, schema: JsonObject) -> bool:
    pattern = schema.get("pattern")
    return _fits_size(len(value), schema, "Length") and (
        pattern is None or re.search(pattern, value) is not None
    )


def _fits_size(size: int, schema: JsonObject, what: str) -> bool:
    return schema.get(f"min{what}", 0) <= size <= schema.get(f"max{what}", math.inf)


def _fits_list(values: list[Any], schema: JsonObject, root: JsonObject) -> bool:
    if not _fits_size(len(values), schema, "Items"):
        return False
    if schema.get("uniqueItems") and len(set(map(canonical, values))) < len(values):
        return False
    return all(
        fits(value, part, root)
        for value, part in zip(
            values, item_schemas(schema, len(values), root), strict=True
        )
    )


def item_schemas(schema: JsonObject, n_items: int, root: JsonObject) -> list[Schema]:
    """Return the schema of each entry of a list.

    Args:
        schema: The resolved schema of the list.
        n_items: How many entries the list has.
        root: The schema that local references point into.
    """
    prefix = cast("list[Schema]", schema.get("prefixItems", []))[:n_items]
    rest = cast("Schema", schema.get("items", True))
    resolved = resolve(rest, root) if isinstance(rest, dict) else rest
    return [*prefix, *([resolved] * (n_items - len(prefix)))]


def _fits_object(value: JsonObject, schema: JsonObject, root: JsonObject) -> bool:
    required: Sequence[str] = schema.get("required", [])
    if not _fits_size(len(value), schema, "Properties") or set(required) - set(value):
        return False
    properties: JsonObject = schema.get("properties", {})
    other = cast("Schema", schema.get("additionalProperties", True))
    return all(
        fits(child, properties.get(key, other), root) for key, child in value.items()
    )
