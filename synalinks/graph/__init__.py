"""Graphs of operations: recorded on symbols, run on values."""

from synalinks.graph._diagram import Box, Diagram, diagram_of, to_dot
from synalinks.graph._diagram_drawing import draw as draw_diagram
from synalinks.graph._function import Function, leaves_of
from synalinks.graph._node import (
    Node,
    Operation,
    Origin,
    Symbol,
    has_symbols,
    map_symbols,
    symbols_in,
)

__all__ = [
    "Box",
    "Diagram",
    "Function",
    "Node",
    "Operation",
    "Origin",
    "Symbol",
    "diagram_of",
    "draw_diagram",
    "has_symbols",
    "leaves_of",
    "map_symbols",
    "symbols_in",
    "to_dot",
]
