"""Masks applied to schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models._definition import (
    expanded,
    pruned,
    reference_to,
    referred_name,
    renamed,
)
from synalinks.data_models._mask import branches_of, elements_of
from synalinks.data_models._name import free_name
from synalinks.data_models._object_schema import properties_of, reshaped

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.data_models._mask import MaskedSchema

# Of nodes that are masked inside. The default of a field would have to be masked too.
_KEPT = {"description", "title", "type", "maxItems"}


def mask_schema(masked: MaskedSchema, *, keep: bool) -> JsonObject:
    """Return a schema without the fields that a mask covers, or with these alone.

    A field that is covered is kept or dropped with all there is in it. An object that
    is not covered and has covered fields inside is kept with the rest of its fields,
    or with these fields alone.

    Args:
        masked: The schema and the mask.
        keep: Whether the covered fields are kept or dropped.
    """
    walk = _SchemaWalk(masked, keep=keep)
    result = walk.masked_object(expanded(masked.schema))
    definitions = {**masked.definitions, **walk.definitions()}
    result = pruned({**result, "$defs": definitions})
    # A masked definition takes the name of the original where that is not used.
    left = result.get("$defs", {})
    names = {
        new: old for old, new in walk.names.items() if new in left and old not in left
    }
    if names:
        result = renamed(result, names)
        result["$defs"] = {
            names.get(key, key): part for key, part in result["$defs"].items()
        }
    return result


class _SchemaWalk:
    def __init__(self, masked: MaskedSchema, *, keep: bool) -> None:
        self.names: dict[str, str] = {}
        """Names of the masked definitions, by name of the original."""
        self._masked = masked
        self._keep = keep

    def definitions(self) -> JsonObject:
        """Return the masked definitions; masking one may call for others."""
        done: JsonObject = {}
        while waiting := [name for name in self.names if self.names[name] not in done]:
            for name in waiting:
                original = self._masked.definitions[name]
                done[self.names[name]] = self._masked_node(original)
        return done

    def masked_object(self, node: JsonObject) -> JsonObject:
        required: list[str] = []
        properties: JsonObject = {}
        for key, part in properties_of(node).items():
            is_required = key in node.get("required", ())
            if self._masked.covers(key) or not self._masked.reaches(part):
                if self._masked.covers(key) != self._keep:
                    continue
                properties[key] = part
            else:
                properties[key] = self._masked_node(part)
                is_required &= not self._keep or self._masked.is_kept_whole(part)
            if is_required:
                required.append(key)
        return reshaped(node, properties, required)

    def _masked_node(self, node: JsonObject) -> Any:
        """Return a node that is not covered and has covered fields inside."""
        if (name := referred_name(node)) is not None:
            taken = {*self._masked.definitions, *self.names.values()}
            self.names.setdefault(name, free_name(name, taken))
            return {**_only(node, _KEPT), "$ref": reference_to(self.names[name])}
        if "properties" in node:
            return self.masked_object(node)
        if branches := branches_of(node):
            return _union(_only(node, _KEPT), self._masked_parts(branches))
        return self._masked_array(node)

    def _masked_array(self, node: JsonObject) -> JsonObject:
        kept = _only(node, _KEPT)
        if self._keep:
            # Elements without a covered field are left out, so positions are lost.
            parts = self._masked_parts(elements_of(node))
            return {**kept, "items": _union({}, parts)}
        kept |= _only(node, {"minItems"})
        if "prefixItems" in node:
            kept["prefixItems"] = self._masked_parts(node["prefixItems"])
        if "items" in node:
            kept["items"] = self._masked_parts([node["items"]])[0]
        return kept

    def _masked_parts(self, parts: list[Any]) -> list[Any]:
        return [
            self._masked_node(part) if self._masked.reaches(part) else part
            for part in parts
            if self._masked.reaches(part) or not self._keep
        ]


def _only(node: JsonObject, keys: set[str]) -> JsonObject:
    return {key: part for key, part in node.items() if key in keys}


def _union(node: JsonObject, parts: list[Any]) -> JsonObject:
    if len(parts) == 1:
        return {**parts[0], **node}
    return {**node, "anyOf": parts}
