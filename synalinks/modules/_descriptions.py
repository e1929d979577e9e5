"""Descriptions in a JSON schema that are learned: read, made a variable, put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal.shape import is_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


class DescribedSchema:
    """A JSON schema of an object, whose fields can be described in other words.

    Fields of its definitions are named `<definition>.<field>`.

    Args:
        schema: The schema; it is never changed.
    """

    # All calls of a batch ask with the same words, and all trials of a candidate.
    _MAX_KEPT = 64

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema
        # The words are kept with the schema: a freed object's identity may come back.
        self._kept: dict[int, tuple[JsonObject, JsonObject]] = {}

    def descriptions(self) -> JsonObject:
        """Return the description of each field by name; empty where there is none."""
        return {
            f"{prefix}{name}": str(part.get("description", ""))
            for prefix, properties in _places(self.schema)
            for name, part in properties.items()
        }

    def described(self, descriptions: JsonObject) -> JsonObject:
        """Return the schema with other descriptions.

        Equal objects give the same schema only if they are one object.

        Args:
            descriptions: Text by field; fields without one keep theirs.
        """
        key = id(descriptions)
        if key not in self._kept:
            if len(self._kept) >= self._MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (descriptions, self._with(descriptions))
        return self._kept[key][1]

    def _with(self, descriptions: JsonObject) -> JsonObject:
        places = {
            prefix: {
                name: _said(part, descriptions.get(f"{prefix}{name}"))
                for name, part in properties.items()
            }
            for prefix, properties in _places(self.schema)
        }
        schema = {**self.schema, "properties": places.get("", {})}
        if "$defs" in schema:
            schema["$defs"] = {
                name: {**part, "properties": places[f"{name}."]}
                if f"{name}." in places
                else part
                for name, part in schema["$defs"].items()
            }
        return schema


def texts_schema(title: str, texts: JsonObject) -> JsonObject:
    """Return the JSON schema of an object of texts, as the field of a variable.

    Args:
        title: What the texts are.
        texts: The first texts, by name; the default of the field.
    """
    return {
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"type": "string"} for name in texts},
        "required": list(texts),
        "default": texts,
    }


def _said(part: JsonObject, description: str | None) -> JsonObject:
    return {**part, "description": description} if description else part


def _places(schema: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield "", schema.get("properties", {})
    for name, part in schema.get("$defs", {}).items():
        if is_dict(part) and part.get("properties"):
            yield f"{name}.", part["properties"]
