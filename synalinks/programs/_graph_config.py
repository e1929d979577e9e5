"""Functional programs as JSON: their operations, and how these are wired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_without_waiting
from synalinks._internal.shape import is_dict, is_list
from synalinks.data_models import DataOperation, SymbolicDataModel, apply
from synalinks.errors import FileFormatError, show
from synalinks.graph import Symbol, map_symbols
from synalinks.modules import InputModule
from synalinks.saving import (
    deserialize_synalinks_object,
    serialize_synalinks_object,
)

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.graph import Function, Node

_SYMBOL = "__symbolic_data_model__"


def graph_to_config(graph: Function) -> JsonObject:
    """Return a graph as JSON.

    Args:
        graph: The graph of a functional program.
    """
    uses: dict[str, list[Node]] = {}
    for node in graph.nodes:
        uses.setdefault(node.operation.name, []).append(node)

    def reference(symbol: Symbol) -> list[Any]:
        origin = symbol.origin
        if origin is None:  # `Function` has refused such symbols
            raise AssertionError(symbol)
        name = origin.node.operation.name
        return [name, uses[name].index(origin.node), origin.index]

    def symbol_form(symbol: Symbol) -> JsonObject:
        history = {"synalinks_history": reference(symbol)}
        return {"class_name": _SYMBOL, "config": history}

    modules: list[JsonObject] = []
    for name, nodes in uses.items():
        form = _operation_form(nodes[0])
        inbound = [
            {
                "args": serialize_synalinks_object(map_symbols(node.args, symbol_form)),
                "kwargs": serialize_synalinks_object(
                    map_symbols(node.kwargs, symbol_form)
                ),
            }
            for node in nodes
            if not isinstance(node.operation, InputModule)
        ]
        modules.append({**form, "name": name, "inbound_nodes": inbound})
    return {
        "modules": modules,
        "input_modules": map_symbols(graph.inputs, reference),
        "output_modules": map_symbols(graph.outputs, reference),
    }


def _operation_form(node: Node) -> JsonObject:
    operation = node.operation
    if isinstance(operation, DataOperation):
        config = {"kind": operation.kind, "params": operation.params}
        return {"class_name": "DataOperation", "config": config}
    return serialize_synalinks_object(operation)


def graph_from_config(config: JsonObject) -> tuple[Any, Any]:
    """Return the symbolic inputs and outputs of a graph that is made anew.

    Args:
        config: What `graph_to_config` returned.

    Raises:
        FileFormatError: Nodes refer to each other in a cycle or to nothing.
    """
    symbols: dict[tuple[str, int], Any] = {}
    waiting: list[tuple[str, int, Any, JsonObject]] = []
    for form in config["modules"]:
        operation = _operation(form)
        if isinstance(operation, InputModule):
            symbols[form["name"], 0] = operation.symbol()
        waiting += [
            (form["name"], index, operation, use)
            for index, use in enumerate(form["inbound_nodes"])
        ]
    while waiting:
        ready = [entry for entry in waiting if _references(entry[3]) <= symbols.keys()]
        if not ready:
            names = [f"{name}[{index}]" for name, index, _, _ in waiting]
            msg = (
                f"These nodes of the saved graph never get their inputs: {show(names)}."
            )
            raise FileFormatError(msg)
        for name, index, operation, use in ready:
            symbols[name, index] = _replay(operation, use, symbols)
        waiting = [entry for entry in waiting if entry not in ready]

    def find(structure: Any) -> Any:
        return _resolve(structure, symbols)

    return find(config["input_modules"]), find(config["output_modules"])


def _operation(form: JsonObject) -> Any:
    if form["class_name"] == "DataOperation":
        return form
    return deserialize_synalinks_object(form)


def _replay(
    operation: Any, use: JsonObject, symbols: dict[tuple[str, int], Any]
) -> Any:
    args = _resolve_forms(use["args"], symbols)
    kwargs = _resolve_forms(use["kwargs"], symbols)
    if not is_dict(operation):
        return run_without_waiting(operation(*args, **kwargs))
    form = operation
    config = form["config"]
    symbol = apply(config["kind"], *args, **config["params"])
    if symbol.origin is not None:
        symbol.origin.node.operation = DataOperation(
            kind=config["kind"], params=config["params"], name=form["name"]
        )
    return symbol


def _references(structure: Any) -> set[tuple[str, int]]:
    if is_dict(structure):
        form = structure
        if form.get("class_name") == _SYMBOL:
            name, index, _ = form["config"]["synalinks_history"]
            return {(name, index)}
        structure = list(form.values())
    if is_list(structure):
        parts = structure
        return {pair for part in parts for pair in _references(part)}
    return set()


def _resolve_forms(structure: Any, symbols: dict[tuple[str, int], Any]) -> Any:
    if is_list(structure):
        return [_resolve_forms(part, symbols) for part in structure]
    if is_dict(structure):
        form = structure
        if form.get("class_name") == _SYMBOL:
            return _resolve(form["config"]["synalinks_history"], symbols)
        if "class_name" in form:
            return deserialize_synalinks_object(form)
        return {key: _resolve_forms(part, symbols) for key, part in form.items()}
    return structure


def _resolve(reference: Any, symbols: dict[tuple[str, int], Any]) -> Any:
    if is_dict(reference):
        return {key: _resolve(part, symbols) for key, part in reference.items()}
    if not is_list(reference):
        msg = f"{show(reference)} refers to no node of the saved graph."
        raise FileFormatError(msg)
    match reference:
        case [str(name), int(index), int(output)]:
            made = symbols.get((name, index))
            return _found(made[output] if isinstance(made, tuple) else made, name)
        case _:
            return [_resolve(part, symbols) for part in reference]


def _found(symbol: Any, name: str) -> SymbolicDataModel:
    if not isinstance(symbol, SymbolicDataModel):
        msg = f"The saved graph refers to `{name}`, which gives nothing."
        raise FileFormatError(msg)
    return symbol
