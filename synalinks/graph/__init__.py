"""Graphs of operations: recorded on symbols, run on values."""

from synalinks.graph._function import Function, leaves_of
from synalinks.graph._node import (
    Node,
    Operation,
    Origin,
    Symbol,
    map_symbols,
    symbols_in,
)

__all__ = [
    "Function",
    "Node",
    "Operation",
    "Origin",
    "Symbol",
    "leaves_of",
    "map_symbols",
    "symbols_in",
]
