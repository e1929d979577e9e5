"""What a picture of a program shows: boxes in levels, and what flows between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks.graph._node import symbols_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A module in the picture."""

    title: str
    """What it is: its class."""
    lines: Sequence[str]
    """What else is said of it."""
    is_trainable: bool
    """Whether it has anything to train."""
    level: int
    """How many boxes what it takes has gone through at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """A picture of a program, without any place or colour."""

    boxes: Sequence[Box]
    """The modules, in the order in which they were wired."""
    arrows: Sequence[tuple[int, int]]
    """Positions of two boxes: what the first returns, the second takes."""

    def levels(self) -> list[list[int]]:
        """Return the positions of the boxes of each level.

        Those of a level are in the order of what they take, so that few arrows cross.
        """
        n_levels = max(box.level for box in self.boxes) + 1
        levels: list[list[int]] = [[] for _ in range(n_levels)]
        for position, box in enumerate(self.boxes):
            levels[box.level].append(position)
        places: dict[int, float] = {}
        for level in levels:
            level.sort(key=lambda one: self._pull(one, places))
            middle = (len(level) - 1) / 2
            places |= {one: index - middle for index, one in enumerate(level)}
        return levels

    def _pull(self, position: int, places: dict[int, float]) -> float:
        sources = [places[a] for a, b in self.arrows if b == position and a in places]
        return sum(sources) / len(sources) if sources else 0.0


def diagram_of(
    program: Any,
    *,
    show_schemas: bool,
    show_module_names: bool,
    show_trainable: bool,
    show_defs: bool = False,
    expand_nested: bool = False,
) -> Diagram:
    """Return the picture of a program.

    Args:
        program: The program. One without a graph is a box with its modules under it.
        show_schemas: Whether boxes say which fields they return.
        show_module_names: Whether they say their names.
        show_trainable: Whether what can be trained is marked.
        show_defs: Whether boxes say what the types that fields name are made of.
        expand_nested: Whether a program in it is drawn with its own modules.
    """
    wiring = _wiring(program, expand_nested=expand_nested)
    levels: dict[int, int] = {}
    for position in range(len(wiring.parts)):
        sources = [levels[a] for a, b in wiring.arrows if b == position]
        levels[position] = max(sources) + 1 if sources else 0
    boxes = [
        Box(
            title=part.title,
            lines=[
                *([part.name] if show_module_names else []),
                *(_fields_of(part) if show_schemas else []),
                *(_definitions_of(part) if show_defs else []),
            ],
            is_trainable=show_trainable and part.is_trainable,
            level=levels[position],
        )
        for position, part in enumerate(wiring.parts)
    ]
    return Diagram(boxes=boxes, arrows=wiring.arrows)


@dataclass(frozen=True, slots=True)
class _Part:
    """A module, and the programs around it."""

    module: Any
    around: tuple[Any, ...]

    @property
    def title(self) -> str:
        """Its class; of an operation on data models, such as `&`, its kind."""
        return getattr(self.module, "kind", None) or type(self.module).__name__

    @property
    def is_trainable(self) -> bool:
        """Whether it has anything to train."""
        return bool(getattr(self.module, "trainable_variables", ()))

    @property
    def name(self) -> str:
        """Its name, after those of the programs that it is nested in."""
        return "/".join(one.name for one in (*self.around[1:], self.module))

    @property
    def schema(self) -> JsonObject:
        """The schema of what it returns; empty if that is not known."""
        program = self.around[-1]
        schema: JsonObject | None = getattr(self.module, "schema", None)
        if schema is None and hasattr(program, "output_schema_of"):
            schema = program.output_schema_of(self.module)
        return schema or {}


@dataclass(slots=True)
class _Wiring:
    """Modules, and what flows between them."""

    parts: list[_Part]
    arrows: list[tuple[int, int]]
    entries: list[int]
    """Positions of those that take what comes from outside."""
    exits: list[int]
    """Positions of those that return what goes outside."""


def _wiring(
    program: Any, *, expand_nested: bool, around: tuple[Any, ...] = ()
) -> _Wiring:
    around = (*around, program)
    if program.outputs is None:
        modules = [program, *program.children()]
        parts = [_Part(module, around) for module in modules]
        return _Wiring(parts, [(0, index) for index in range(1, len(parts))], [0], [0])
    found = _Wiring([], [], [], [])
    places: dict[int, tuple[list[int], list[int]]] = {}
    for node in _sorted_nodes(program.outputs):
        entries, exits = _add(found, node.operation, around, expand_nested)
        places[id(node)] = entries, exits
        sources = [one for parent in node.parents() for one in places[id(parent)][1]]
        found.arrows += [(a, b) for a in sources for b in entries]
        if not sources:
            found.entries += entries
    found.arrows = list(dict.fromkeys(found.arrows))
    ends = {id(one.origin.node) for one in symbols_in(program.outputs) if one.origin}
    found.exits = [one for end in ends for one in places[end][1]]
    return found


def _add(
    found: _Wiring, module: Any, around: tuple[Any, ...], expand_nested: bool
) -> tuple[list[int], list[int]]:
    """Add a module, or those of a nested program.

    Returns:
        Positions of the boxes through which it takes, and through which it returns.
    """
    first = len(found.parts)
    if not expand_nested or getattr(module, "outputs", None) is None:
        found.parts.append(_Part(module, around))
        return [first], [first]
    inner = _wiring(module, expand_nested=True, around=around)
    found.parts += inner.parts
    found.arrows += [(a + first, b + first) for a, b in inner.arrows]
    return [one + first for one in inner.entries], [one + first for one in inner.exits]


def _sorted_nodes(outputs: Any) -> list[Any]:
    """Return the nodes that outputs come from, each after those that it takes from."""
    found: dict[int, Any] = {}

    def visit(node: Any) -> None:
        if id(node) not in found:
            for parent in node.parents():
                visit(parent)
            found[id(node)] = node

    for symbol in symbols_in(outputs):
        if symbol.origin is not None:
            visit(symbol.origin.node)
    return list(found.values())


def _fields_of(part: _Part) -> Iterator[str]:
    for name, field in part.schema.get("properties", {}).items():
        yield f"{name}: {_type_of(field)}"


def _definitions_of(part: _Part) -> Iterator[str]:
    for name, definition in part.schema.get("$defs", {}).items():
        fields: JsonObject = definition.get("properties", {})
        told = ", ".join(f"{key}: {_type_of(one)}" for key, one in fields.items())
        yield f"{name} = {{{told}}}" if fields else f"{name} = {_type_of(definition)}"


def _type_of(part: JsonObject) -> str:
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))[:40]
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "items" in part:
        return f"list of {_type_of(part['items'])}"
    if "anyOf" in part:
        return " or ".join(_type_of(one) for one in part["anyOf"])
    return str(part.get("type", "any"))


def to_dot(diagram: Diagram, *, rankdir: str) -> str:
    """Return a picture in the language of Graphviz.

    Args:
        diagram: The picture.
        rankdir: `TB` from top to bottom, or `LR` from left to right.
    """
    lines = ["digraph program {", f"  rankdir={rankdir};", "  node [shape=box];"]
    for position, box in enumerate(diagram.boxes):
        label = "\\n".join(_escaped(text) for text in (box.title, *box.lines))
        style = ' style=filled fillcolor="#FFF1D6"' if box.is_trainable else ""
        lines.append(f'  n{position} [label="{label}"{style}];')
    lines += [f"  n{source} -> n{target};" for source, target in diagram.arrows]
    return "\n".join([*lines, "}", ""])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
