"""Checks of JSON values against schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def is_valid(value: Any, node: Any, definitions: JsonObject) -> bool:
    """Tell whether a value is valid for a part of a schema.

    Args:
        value: Any JSON value.
        node: The part.
        definitions: The definitions of the schema.

    Returns:
        Whether it is.
    """
    schema = {"$defs": definitions, **node} if isinstance(node, dict) else node  # pyright: ignore[reportUnknownVariableType]
    return _validator(schema).is_valid(value)


def first_violation(value: Any, schema: JsonObject) -> str | None:
    """Return what is wrong first with a value, None if it is valid.

    Args:
        value: Any JSON value.
        schema: A whole JSON schema.
    """
    violation = next(_validator(schema).iter_errors(value), None)
    if violation is None:
        return None
    place = violation.json_path.removeprefix("$").removeprefix(".") or "the value"
    return f"{place}: {violation.message}"


def _validator(schema: Any) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)
