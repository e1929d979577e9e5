"""Masks: which fields are meant, and where in a schema they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import definitions_of, referred
from synalinks.data_models._json_shape import is_array, is_object
from synalinks.data_models._name import base_name, plural, singular
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject


class Mask:
    """The fields that a list of names or a pattern means.

    Args:
        names: Field names; `query` also means `query_1`, `query_2`, ... and the plural
            `queries`.
        pattern: Regular expression searched in the name without numeric suffix, and
            in the singular of that.

    Raises:
        ConfigurationError: Nothing is given, the names are no list of names, or the
            pattern is no regular expression.
    """

    def __init__(self, names: Any = None, pattern: str | None = None) -> None:
        if names is None and pattern is None:
            msg = "A mask needs names or a pattern: pass `mask=[...]` or `pattern=...`."
            raise ConfigurationError(msg)
        self._names = _checked_names(names)
        self._pattern = None if pattern is None else _compiled(pattern)
        self._covered: dict[str, bool] = {}

    def covers(self, key: str) -> bool:
        """Tell whether the mask means a field.

        Args:
            key: Name of the field.

        Returns:
            Whether the names or the pattern mean it.
        """
        covered = self._covered.get(key)
        if covered is None:
            covered = self._covers_new(key)
            self._covered[key] = covered
        return covered

    def _covers_new(self, key: str) -> bool:
        base = base_name(key)
        if key in self._names or base in self._names:
            return True
        # A plural begins like its singular. Looking at that first mostly saves the
        # import of the library that knows plurals.
        near = (name for name in self._names if name[:1] == base[:1])
        if any(plural(name) == base for name in near):
            return True
        if self._pattern is None:
            return False
        return any(
            name is not None and self._pattern.search(name)
            for name in (base, singular(base))
        )


class MaskedSchema:
    """A mask laid over a schema: what of it is covered, and where.

    Fields are the declared properties of objects. The keys of a map (a free `dict`)
    are data, not fields: a map is covered as a whole or not at all.

    Args:
        schema: A whole JSON schema, its top level expanded.
        mask: The mask.
        recursive: Whether objects inside the schema are masked too.
    """

    def __init__(self, schema: JsonObject, mask: Mask, *, recursive: bool) -> None:
        self.schema = schema
        self.covers = mask.covers
        self.definitions = definitions_of(schema)
        self._recursive = recursive
        # By identity: the nodes live as long as the schema that this object holds.
        self._reached: dict[int, bool] = {}

    def reaches(self, node: Any) -> bool:
        """Tell whether the mask covers a field somewhere inside a node.

        Args:
            node: A part of the schema.

        Returns:
            Whether it does; always False for a mask that is not recursive.
        """
        if not self._recursive:
            return False
        reached = self._reached.get(id(node))
        if reached is None:
            reached = any(map(self._covers_property, _nodes_inside(self, node)))
            self._reached[id(node)] = reached
        return reached

    def is_kept_whole(self, node: Any, seen: frozenset[int] = frozenset()) -> bool:
        """Tell whether every value of a node has something that `in_mask` can keep.

        Args:
            node: A part of the schema that the mask reaches.
            seen: Nodes that are being looked at further up.

        Returns:
            False where the value may be, say, null instead of a nested object.
        """
        node = referred(node, self.definitions)
        if id(node) in seen:
            return True
        branches = branches_of(node)
        if branches:
            return all(
                self.reaches(branch) and self.is_kept_whole(branch, seen | {id(node)})
                for branch in branches
            )
        # Not a set: the type may be a list of types.
        return node.get("type") in ("object", "array")

    def _covers_property(self, node: JsonObject) -> bool:
        return any(self.covers(key) for key in node.get("properties", ()))


def branches_of(node: Any) -> list[Any]:
    """Return the alternatives that a node consists of; empty for any other node.

    Args:
        node: A part of a schema, not a reference.
    """
    if not is_object(node) or "properties" in node:
        return []
    all_of = node.get("allOf", [])
    return node.get("anyOf") or node.get("oneOf") or (all_of * (len(all_of) == 1))


def elements_of(node: JsonObject) -> list[Any]:
    """Return the schemas that the elements of an array may have.

    Args:
        node: A part of a schema that describes arrays.
    """
    rest = node.get("items")
    return [*node.get("prefixItems", ()), *([] if rest is None else [rest])]


def _nodes_inside(masked: MaskedSchema, node: Any) -> Iterator[JsonObject]:
    """Yield the objects among a node and what it is made of, each once."""
    waiting, seen = [node], set[int]()
    while waiting:
        node = referred(waiting.pop(), masked.definitions)
        if not is_object(node) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += [*branches_of(node), *elements_of(node)]
        waiting += node.get("properties", {}).values()


def _checked_names(names: Any) -> frozenset[str]:
    if names is None:
        return frozenset()
    if isinstance(names, (tuple, set, frozenset)):
        names = list(names)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not is_array(names) or not all(isinstance(name, str) for name in names):
        hint = f" Write `mask=[{names!r}]`." if isinstance(names, str) else ""
        msg = f"`mask` expected a list of field names, received {show(names)}.{hint}"
        raise ConfigurationError(msg)
    return frozenset(names)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as error:
        msg = f"`pattern` expected a regular expression, received {pattern!r}: {error}."
        raise ConfigurationError(msg) from error
