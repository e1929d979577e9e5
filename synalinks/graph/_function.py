"""A graph from given inputs to given outputs, in an order that can be run."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_all
from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import GraphError, counted, show
from synalinks.graph._node import Symbol, has_symbols, map_symbols, symbols_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from synalinks.graph._node import Node


class Function:
    """The part of a graph that computes `outputs` from `inputs`.

    Args:
        inputs: A symbol, or a list, tuple or dict of symbols.
        outputs: A symbol, or a list, tuple or dict of symbols.

    Raises:
        GraphError: An output does not depend on the inputs alone, the graph has a
            cycle, or two operations have one name.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.input_symbols: list[Symbol] = list(symbols_in(inputs))
        self._sources = [_node_of(symbol) for symbol in self.input_symbols]
        if not self._sources or not has_symbols(outputs):
            msg = "A graph needs at least one symbolic input and one symbolic output."
            raise GraphError(msg)
        self.nodes: list[Node] = _sorted_nodes(outputs, self._sources)
        _check_names(self.nodes)
        given = set(map(id, self._sources))
        self._pending = [node for node in self.nodes if id(node) not in given]
        self._is_chain = all(
            node.parents() in ([], [previous])
            for previous, node in zip([None, *self.nodes], self.nodes, strict=False)
        )

    async def run(self, inputs: Any, **options: Any) -> Any:
        """Compute the outputs; a node runs as soon as the nodes it needs have run.

        Args:
            inputs: Values in the structure of the graph's inputs.
            options: Keyword arguments passed to every operation, such as `training`.

        Returns:
            Values in the structure of the graph's outputs.

        Raises:
            GraphError: The values do not have the structure of the inputs.
        """
        given = leaves_of(inputs, self.inputs)
        results: dict[int, Any] = {
            id(node): value for node, value in zip(self._sources, given, strict=True)
        }
        if self._is_chain:
            for node in self._pending:
                results[id(node)] = await _run_node(node, results, options)
        else:
            await _run_concurrently(self._pending, results, options)
        return map_symbols(self.outputs, partial(_value_of, results))


def leaves_of(values: Any, structure: Any) -> list[Any]:
    """Return the values that stand where a structure has its symbols.

    Values are matched to the structure, not walked by themselves: a value may be a list
    or a dict in its own right.

    Args:
        values: A value, or a list, tuple or dict of values.
        structure: A symbol, or a list, tuple or dict of symbols.

    Raises:
        GraphError: The values have another structure.
    """
    if isinstance(structure, Symbol):
        return [values]
    if structure is None:  # nothing is taken here
        return []
    if is_dict(structure):
        if not is_dict(values) or values.keys() != structure.keys():
            expected = ", ".join(f"`{key}`" for key in structure)
            msg = f"The graph takes a dict of {expected}, received: {show(values)}."
            raise GraphError(msg)
        pairs = [(values[key], part) for key, part in structure.items()]
    else:
        if not is_row(values) or len(values) != len(structure):
            received = counted(len(values), "value") if is_row(values) else show(values)
            msg = (
                f"The graph has {counted(len(structure), 'input')} and takes a list of "
                f"as many values, received: {received}."
            )
            raise GraphError(msg)
        pairs = list(zip(values, structure, strict=True))
    return [leaf for value, part in pairs for leaf in leaves_of(value, part)]


def _node_of(symbol: Symbol) -> Node:
    if symbol.origin is None:
        msg = (
            f"{symbol!r} was not made by `Input` or by calling a module, so it cannot "
            "be an input or output of a graph."
        )
        raise GraphError(msg)
    return symbol.origin.node


def _run_node(node: Node, results: dict[int, Any], options: Any) -> Awaitable[Any]:
    value_of = partial(_value_of, results)
    if node.is_plain:
        return node.operation.run(*map(value_of, node.args), **options)
    args = map_symbols(node.args, value_of)
    kwargs = map_symbols(node.kwargs, value_of)
    return node.operation.run(*args, **{**options, **kwargs})


async def _run_concurrently(
    nodes: list[Node], results: dict[int, Any], options: Any
) -> None:
    done = {id(node): asyncio.Event() for node in nodes}

    async def run(node: Node) -> None:
        for parent in node.parents():
            if id(parent) in done:
                await done[id(parent)].wait()
        results[id(node)] = await _run_node(node, results, options)
        done[id(node)].set()

    await run_all([run(node) for node in nodes])


def _value_of(results: dict[int, Any], symbol: Symbol) -> Any:
    origin = symbol.origin
    if origin is None:  # a constant without a node cannot have passed the checks
        msg = f"{symbol!r} has no value in this graph."
        raise GraphError(msg)
    value: Any = results[id(origin.node)]
    if not is_row(value) and not is_dict(value):
        return value
    for step in origin.path():
        if value is None:  # all of a nested structure is absent
            return None
        parts: Any = value
        value = parts[step]
    return value


def _sorted_nodes(outputs: Any, sources: list[Node]) -> list[Node]:
    """Return every node that the outputs need, parents before children.

    Raises:
        GraphError: There is a cycle, or a node whose inputs are not in the graph.
    """
    done = {id(source): source for source in sources}
    for symbol in symbols_in(outputs):
        _visit(_node_of(symbol), done)
    return list(done.values())


def _visit(start: Node, done: dict[int, Node]) -> None:
    # A loop rather than recursion: a long chain must not reach Python's limit.
    trail: dict[int, tuple[Node, Iterator[Node]]] = {}

    def enter(node: Node) -> None:
        if id(node) in trail:
            names = [f"`{step.operation.name}`" for step, _ in trail.values()]
            cycle = " → ".join([*names, f"`{node.operation.name}`"])
            msg = f"The graph has a cycle: {cycle}."
            raise GraphError(msg)
        if id(node) not in done:
            _check_connected(node)
            trail[id(node)] = (node, iter(node.parents()))

    enter(start)
    while trail:
        node, parents = trail[next(reversed(trail))]
        parent = next(parents, None)
        if parent is not None:
            enter(parent)
        else:
            done[id(node)] = trail.pop(id(node))[0]


def _check_connected(node: Node) -> None:
    symbols = list(symbols_in((node.args, node.kwargs)))
    if not symbols:
        msg = (
            f"The outputs depend on `{node.operation.name}`, which is not among the "
            "inputs of the graph. Pass it in `inputs`."
        )
        raise GraphError(msg)
    for symbol in symbols:
        if symbol.origin is None:
            msg = (
                f"`{node.operation.name}` takes {symbol!r}, which has no value when "
                "the graph runs: it was not made by `Input` or by calling a module."
            )
            raise GraphError(msg)


def _check_names(nodes: list[Node]) -> None:
    seen: dict[str, object] = {}
    for node in nodes:
        name = node.operation.name
        if seen.setdefault(name, node.operation) is not node.operation:
            msg = (
                f"Two modules of the graph are named `{name}`. Names must be unique, "
                "since saved variables are found by them: pass another `name=`."
            )
            raise GraphError(msg)
