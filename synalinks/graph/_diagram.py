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
    program: Any, *, show_schemas: bool, show_module_names: bool, show_trainable: bool
) -> Diagram:
    """Return the picture of a program.

    Args:
        program: The program. One without a graph is a box with its modules under it.
        show_schemas: Whether boxes say which fields they return.
        show_module_names: Whether they say their names.
        show_trainable: Whether what can be trained is marked.
    """
    operations, arrows = _wiring(program)
    levels: dict[int, int] = {}
    for position in range(len(operations)):
        sources = [levels[source] for source, target in arrows if target == position]
        levels[position] = max(sources) + 1 if sources else 0
    boxes = [
        Box(
            title=type(module).__name__,
            lines=[
                *([module.name] if show_module_names else []),
                *(_fields_of(program, module) if show_schemas else []),
            ],
            is_trainable=show_trainable and bool(module.trainable_variables),
            level=levels[position],
        )
        for position, module in enumerate(operations)
    ]
    return Diagram(boxes=boxes, arrows=arrows)


def _wiring(program: Any) -> tuple[list[Any], list[tuple[int, int]]]:
    if program.outputs is None:
        parts = program.children()
        return [program, *parts], [(0, index + 1) for index in range(len(parts))]
    nodes = _sorted_nodes(program.outputs)
    places = {id(node): position for position, node in enumerate(nodes)}
    arrows = [
        (places[id(parent)], position)
        for position, node in enumerate(nodes)
        for parent in node.parents()
    ]
    return [node.operation for node in nodes], list(dict.fromkeys(arrows))


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


def _fields_of(program: Any, module: Any) -> Iterator[str]:
    schema: JsonObject | None = getattr(module, "schema", None)
    if schema is None and hasattr(program, "output_schema_of"):
        schema = program.output_schema_of(module)
    for name, part in (schema or {}).get("properties", {}).items():
        yield f"{name}: {_type_of(part)}"


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
