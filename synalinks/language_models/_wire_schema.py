"""JSON schemas in the dialects that endpoints accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_list
from synalinks.errors import SchemaError, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

# What strict endpoints refuse; said in the description instead, so that the model
# still knows it. Answers are validated against the original schema in any case.
_SAID_IN_TEXT = (
    "minLength", "maxLength", "pattern", "format", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
    "uniqueItems", "default",
)  # fmt: skip
_NULL = {"type": "null"}
# Keywords that say what fits, by their kind. The dialect has one kind at a place: what
# another says beside it would be lost, and answers be held to it all the same.
_SHAPES = {
    **{key: key for key in ("$ref", "allOf", "anyOf", "properties", "items", "enum")},
    "oneOf": "anyOf",
    "const": "enum",
}
# What is under these is no schema; what is under those are schemas by name.
_DATA = ("const", "enum", "default", "examples")
_BY_NAME = ("properties", "patternProperties", "dependentSchemas")


def with_object_root(schema: JsonObject) -> JsonObject:
    """Return a schema whose root is an object, not a reference to one.

    Args:
        schema: JSON schema.

    Raises:
        SchemaError: It does not describe an object.
    """
    root = schema
    if "$ref" in root:
        definition = _definition(root["$ref"], root.get("$defs", {}))
        root = {**definition, "$defs": root.get("$defs", {})}
    if root.get("type") != "object" and "properties" not in root:
        msg = (
            "The answer of a language model is a JSON object; the schema's root is: "
            f"{show({key: root[key] for key in root if key != '$defs'})}. Put it into "
            "a field of an object."
        )
        raise SchemaError(msg)
    return root


def strict(schema: JsonObject) -> JsonObject:
    """Return a schema as OpenAI's strict mode demands it.

    Objects are closed, all properties required (those that were optional may be null),
    and keywords beyond the dialect are told in the description.

    Args:
        schema: JSON schema of an object.

    Raises:
        SchemaError: The schema cannot be said in the dialect: a part takes any value
            or any keys.
    """
    root = with_object_root(schema)
    writer = _StrictWriter(root.get("$defs", {}))
    # An answer is an object, whatever else the root allows: the dialect has no choice
    # there.
    out = writer.write({**root, "type": "object"}, "$", ())
    if root.get("$defs"):
        out["$defs"] = {
            name: writer.write(part, f"$defs.{name}", ())
            for name, part in root["$defs"].items()
        }
    return out


def inlined(schema: JsonObject) -> JsonObject:
    """Return a schema with each `$ref` replaced by what it refers to.

    Args:
        schema: JSON schema of an object.

    Raises:
        SchemaError: A definition contains itself.
    """
    root = with_object_root(schema)
    return _inline(
        {key: part for key, part in root.items() if key != "$defs"},
        root.get("$defs", {}),
        (),
    )


def _inline(node: Any, definitions: Mapping[str, Any], seen: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inline(part, definitions, seen) for part in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    node = cast("JsonObject", node)
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return {
            key: part if key in _DATA else _inline_in(key, part, definitions, seen)
            for key, part in node.items()
        }
    if reference in seen:
        msg = f"`{reference}` contains itself and cannot be written out."
        raise SchemaError(msg)
    siblings = {key: part for key, part in node.items() if key != "$ref"}
    merged = {**_definition(reference, definitions), **siblings}
    return _inline(merged, definitions, (*seen, reference))


def _inline_in(
    keyword: str, part: Any, definitions: Mapping[str, Any], seen: tuple[str, ...]
) -> Any:
    if keyword not in _BY_NAME:
        return _inline(part, definitions, seen)
    return {name: _inline(one, definitions, seen) for name, one in part.items()}


def _definition(reference: Any, definitions: Mapping[str, Any]) -> JsonObject:
    name = str(reference).removeprefix("#/$defs/")
    found = definitions.get(name)
    if not isinstance(found, dict):
        msg = f"`{reference}` refers to nothing in the schema's `$defs`."
        raise SchemaError(msg)
    return cast("JsonObject", found)


class _StrictWriter:
    """Rewrites one schema; knows its definitions."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def write(self, node: Any, path: str, inside: tuple[str, ...]) -> JsonObject:
        """Return one part of the schema in the dialect.

        Args:
            node: The part.
            path: Where it is, for messages.
            inside: References that are being written out around it.
        """
        if not isinstance(node, dict):
            error = _any_value(path)
            raise error
        node = cast("JsonObject", node)
        shapes = {_SHAPES[key] for key in node if key in _SHAPES}
        if len(shapes) > 1 or len(node.get("allOf", ())) > 1:
            error = SchemaError(f"`{path}` combines several schemas.")
            raise error
        if "$ref" in node:
            return self._reference(node, path, inside)
        if len(node.get("allOf", ())) == 1:
            rest = {key: part for key, part in node.items() if key != "allOf"}
            return self.write({**node["allOf"][0], **rest}, path, inside)
        out = _texts(node)
        branches = node.get("anyOf") or node.get("oneOf")
        if branches:
            out["anyOf"] = [self.write(part, path, inside) for part in branches]
        elif "const" in node or "enum" in node:
            out["enum"] = node.get("enum") or [node["const"]]
            out |= {key: node[key] for key in ("type",) if key in node}
        else:
            out |= self._typed(node, path, inside)
        return out

    def _reference(
        self, node: JsonObject, path: str, inside: tuple[str, ...]
    ) -> JsonObject:
        reference = node["$ref"]
        definition = _definition(reference, self._definitions)
        siblings = {key: part for key, part in node.items() if key != "$ref"}
        # The dialect allows nothing beside `$ref`, and no infinite schema.
        if not _texts(siblings) or reference in inside:
            return {"$ref": reference}
        merged = {**definition, **siblings}
        return self.write(merged, path, (*inside, reference))

    def _typed(
        self, node: JsonObject, path: str, inside: tuple[str, ...]
    ) -> JsonObject:
        kind = node.get("type")
        if is_list(kind) and kind:
            return self._either(node, kind, path, inside)
        if kind == "object" or (kind is None and "properties" in node):
            return self._object(node, path, inside)
        if kind == "array":
            if "prefixItems" in node or "items" not in node:
                raise _any_value(path)
            items = self.write(node["items"], f"{path}[]", inside)
            return {"type": "array", "items": items}
        if not kind:
            raise _any_value(path)
        return {"type": kind}

    def _either(
        self, node: JsonObject, kinds: list[Any], path: str, inside: tuple[str, ...]
    ) -> JsonObject:
        """Return what several types say, each with the keywords that are about it."""
        branches = [self._typed({**node, "type": one}, path, inside) for one in kinds]
        return branches[0] if len(branches) == 1 else {"anyOf": branches}

    def _object(
        self, node: JsonObject, path: str, inside: tuple[str, ...]
    ) -> JsonObject:
        properties = cast("JsonObject", node.get("properties", {}))
        additional = node.get("additionalProperties")
        is_closed = additional is False or (additional is None and bool(properties))
        if not is_closed or "patternProperties" in node:
            msg = f"`{path}` takes any keys."
            raise SchemaError(msg)
        required = node.get("required", ())
        written: JsonObject = {}
        for key, part in properties.items():
            wire = self.write(part, f"{path}.{key}", inside)
            written[key] = wire if key in required else _nullable(wire)
        return {
            "type": "object",
            "properties": written,
            "required": list(properties),
            "additionalProperties": False,
        }


def _texts(node: JsonObject) -> JsonObject:
    said = [f"{key}: {dumps(node[key])}" for key in _SAID_IN_TEXT if key in node]
    texts = [str(node["description"])] if node.get("description") else []
    if said:
        texts.append(f"({', '.join(said)})")
    return {"description": " ".join(texts)} if texts else {}


def _nullable(node: JsonObject) -> JsonObject:
    branches = node.get("anyOf")
    if branches is not None:
        if _NULL in branches:
            return node
        return {**node, "anyOf": [*branches, _NULL]}
    description = {key: node[key] for key in ("description",) if key in node}
    bare = {key: part for key, part in node.items() if key != "description"}
    return {**description, "anyOf": [bare, _NULL]}


def _any_value(path: str) -> SchemaError:
    return SchemaError(f"`{path}` takes any value.")
