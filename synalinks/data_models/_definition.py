"""References of JSON schemas, and the definitions under `$defs` they point to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._json_shape import is_array, is_object
from synalinks.data_models._name import free_name
from synalinks.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from synalinks._internal.json import JsonObject

_PREFIX = "#/$defs/"


def definitions_of(schema: JsonObject) -> JsonObject:
    """Return the definitions of a schema by name.

    Args:
        schema: A whole JSON schema.
    """
    return schema.get("$defs", {})


def reference_to(name: str) -> str:
    """Return the text of a reference to a definition.

    Args:
        name: Name of the definition.
    """
    return _PREFIX + name


def referred_name(node: Any) -> str | None:
    """Return the name of the definition that a node refers to, None for no reference.

    Args:
        node: Any part of a schema.
    """
    text = node.get("$ref") if is_object(node) else None
    if isinstance(text, str) and text.startswith(_PREFIX):
        return text.removeprefix(_PREFIX)
    return None


def referred(node: Any, definitions: JsonObject) -> Any:
    """Return the definition that a node refers to; the node itself if it is none.

    What stands beside the reference (title, description, default) is left behind.

    Args:
        node: Any part of a schema.
        definitions: The definitions of that schema.

    Raises:
        SchemaError: The definition does not exist, or refers to itself.
    """
    trail: list[str] = []
    while (name := referred_name(node)) is not None:
        if name not in definitions or name in trail:
            fault = "refers to itself" if name in trail else "does not exist"
            known = ", ".join(f"`{known}`" for known in definitions) or "none"
            msg = (
                f"`{reference_to(name)}` in a JSON schema {fault}. "
                f"Definitions under `$defs`: {known}."
            )
            raise SchemaError(msg)
        trail.append(name)
        node = definitions[name]
    return node


def expanded(schema: JsonObject) -> JsonObject:
    """Return a schema whose top level is no reference.

    Pydantic describes a model that contains itself by a reference at the top.

    Args:
        schema: A whole JSON schema.
    """
    if referred_name(schema) is None:
        return schema
    definitions = definitions_of(schema)
    return {"$defs": definitions, **_with_siblings(schema, definitions)}


def pruned(schema: JsonObject) -> JsonObject:
    """Return a schema without the definitions that nothing refers to.

    Args:
        schema: A whole JSON schema.
    """
    definitions = definitions_of(schema)
    rest = {key: part for key, part in schema.items() if key != "$defs"}
    used: set[str] = set()
    waiting = list(_referred_names(rest))
    while waiting:
        name = waiting.pop()
        if name not in used and name in definitions:
            used.add(name)
            waiting.extend(_referred_names(definitions[name]))
    kept = {name: part for name, part in definitions.items() if name in used}
    return {"$defs": kept, **rest} if kept else rest


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """Return a part of a schema with the definitions it refers to renamed.

    Args:
        node: Any part of a schema.
        names: New names by old name.
    """
    if is_array(node):
        return [renamed(part, names) for part in node]
    if not is_object(node):
        return node
    result = {key: renamed(part, names) for key, part in node.items()}
    name = referred_name(node)
    if name is not None and name in names:
        result["$ref"] = reference_to(names[name])
    return result


def with_shared_definitions(
    first: JsonObject, second: JsonObject
) -> tuple[JsonObject, JsonObject, JsonObject]:
    """Return one set of definitions for two schemas, and the schemas that use it.

    A definition of the second schema whose name has another content in the first one
    is renamed.

    Args:
        first: A whole JSON schema.
        second: A whole JSON schema.

    Returns:
        The definitions, and the two schemas without theirs.
    """
    first, second = expanded(first), expanded(second)
    mine, theirs = definitions_of(first), definitions_of(second)
    names: dict[str, str] = {}
    for name, definition in theirs.items():
        if name in mine and not is_same(mine[name], definition, mine, theirs):
            names[name] = free_name(name, {*mine, *theirs, *names.values()})
    if names:
        theirs = {names.get(key, key): renamed(theirs[key], names) for key in theirs}
        second = renamed(second, names)
    return (
        {**theirs, **mine},
        {key: part for key, part in first.items() if key != "$defs"},
        {key: part for key, part in second.items() if key != "$defs"},
    )


def is_same(
    first: Any,
    second: Any,
    first_definitions: JsonObject,
    second_definitions: JsonObject,
    assumed: frozenset[tuple[str, str]] = frozenset(),
) -> bool:
    """Tell whether two parts of schemas say the same, however definitions are named.

    Args:
        first: A part of a schema.
        second: A part of another schema.
        first_definitions: Definitions of the first schema.
        second_definitions: Definitions of the second schema.
        assumed: Pairs of definitions that are being compared further up; definitions
            may contain themselves.

    Returns:
        Whether they are equal once every reference is followed.
    """

    def same(one: Any, other: Any) -> bool:
        return is_same(one, other, first_definitions, second_definitions, assumed)

    mine, theirs = referred_name(first), referred_name(second)
    if mine is not None and theirs is not None:
        if not same(_siblings(first), _siblings(second)):
            return False
        if (mine, theirs) in assumed:
            return True
        assumed |= {(mine, theirs)}
        first = referred(first, first_definitions)
        second = referred(second, second_definitions)
    first = _with_siblings(first, first_definitions)
    second = _with_siblings(second, second_definitions)
    if is_object(first) and is_object(second):
        return first.keys() == second.keys() and all(
            same(part, second[key]) for key, part in first.items()
        )
    if is_array(first) and is_array(second):
        return len(first) == len(second) and all(map(same, first, second))
    # `1 == True` in Python, not in JSON.
    return isinstance(first, bool) == isinstance(second, bool) and first == second


def _siblings(node: JsonObject) -> JsonObject:
    return {key: part for key, part in node.items() if key != "$ref"}


def _with_siblings(node: Any, definitions: JsonObject) -> Any:
    if referred_name(node) is None:
        return node
    target = referred(node, definitions)
    return {**target, **_siblings(node)} if is_object(target) else target


def _referred_names(node: Any) -> Iterator[str]:
    """Yield the names of the definitions that a part of a schema refers to."""
    if (name := referred_name(node)) is not None:
        yield name
    if is_object(node):
        node = list(node.values())
    if is_array(node):
        for part in node:
            yield from _referred_names(part)
