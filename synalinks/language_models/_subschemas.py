"""The schemas in a schema: data that only looks like one is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


def subschemas(schema: Any) -> Iterator[JsonObject]:
    """Yield a schema and every schema inside it, wherever a keyword puts one.

    What stands under `const`, `enum`, `default`, `examples` or an unknown keyword is
    data.

    Args:
        schema: JSON schema, of which the form was checked.
    """
    from referencing.jsonschema import DRAFT202012

    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield cast("JsonObject", node)
            waiting += DRAFT202012.subresources_of(cast("JsonObject", node))
