"""Functional programs as JSON: their operations, and how these are wired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_without_waiting
from synalinks._internal.shape import is_dict, is_list, is_row
from synalinks.data_models import DataOperation, SymbolicDataModel, apply
from synalinks.errors import FileFormatError, show
from synalinks.graph import Symbol, has_symbols, map_symbols
from synalinks.modules import InputModule
from synalinks.saving import (
    deserialize_synalinks_object,
    serialize_synalinks_object,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.graph import Function, Node

_SYMBOL = "__symbolic_data_model__"
_OPERATION = "DataOperation"

# A use of an operation: its name, and which of its uses it is.
_Use = tuple[str, int]
# What each use of an operation returned.
_Made = dict[_Use, Any]


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
        # `Function` has refused such symbols.
        if origin is None:  # pragma: no cover
            raise AssertionError(symbol)
        name, path = origin.node.operation.name, origin.index
        # A node that returns one data model has it at 0.
        index = list(path) or 0 if isinstance(path, tuple) else path
        return [name, uses[name].index(origin.node), index]

    def symbol_form(symbol: Symbol) -> JsonObject:
        history = {"synalinks_history": reference(symbol)}
        return {"class_name": _SYMBOL, "config": history}

    modules: list[JsonObject] = []
    for name, nodes in uses.items():
        inbound = [
            {
                "args": _argument_form(node.args, symbol_form),
                "kwargs": _argument_form(node.kwargs, symbol_form),
            }
            for node in nodes
            if not isinstance(node.operation, InputModule)
        ]
        form = _operation_form(nodes[0])
        modules.append({**form, "name": name, "inbound_nodes": inbound})
    return {
        "modules": modules,
        "input_modules": map_symbols(graph.inputs, reference),
        "output_modules": map_symbols(graph.outputs, reference),
    }


def _argument_form(value: Any, symbol_form: Callable[[Symbol], JsonObject]) -> Any:
    if isinstance(value, Symbol):
        return symbol_form(value)
    if not has_symbols(value) and value not in ((), {}):
        return serialize_synalinks_object(value)
    if is_dict(value):
        return {key: _argument_form(part, symbol_form) for key, part in value.items()}
    return [_argument_form(part, symbol_form) for part in value]


def _operation_form(node: Node) -> JsonObject:
    operation = node.operation
    if isinstance(operation, DataOperation):
        config = {"kind": operation.kind, "params": operation.params}
        return {"class_name": _OPERATION, "config": config}
    return serialize_synalinks_object(operation)


def graph_from_config(config: JsonObject) -> tuple[Any, Any]:
    """Return the symbolic inputs and outputs of a graph that is made anew.

    Args:
        config: What `graph_to_config` returned.

    Raises:
        FileFormatError: Two modules have one name, or nodes refer to each other in a
            cycle or to nothing.
    """
    _check_names(config["modules"])
    made: _Made = {}
    waiting: list[tuple[str, int, Any, JsonObject]] = []
    for form in config["modules"]:
        operation = _operation(form)
        if isinstance(operation, InputModule):
            made[form["name"], 0] = operation.symbol()
        waiting += [
            (form["name"], index, operation, use)
            for index, use in enumerate(form["inbound_nodes"])
        ]
    while waiting:
        ready = [entry for entry in waiting if _references(entry[3]) <= made.keys()]
        if not ready:
            without = {entry[:2]: entry[3] for entry in waiting}
            raise FileFormatError(_stuck(without, made))
        for name, index, operation, use in ready:
            made[name, index] = _replay(operation, use, made)
        waiting = [entry for entry in waiting if entry[:2] not in made]
    return (
        _resolve(config["input_modules"], made),
        _resolve(config["output_modules"], made),
    )


def _check_names(forms: list[JsonObject]) -> None:
    seen: set[str] = set()
    for form in forms:
        if form["name"] in seen:
            msg = (
                f"Two modules of the saved graph are named {show(form['name'])}. Names "
                "must be unique, since saved variables are found by them."
            )
            raise FileFormatError(msg)
        seen.add(form["name"])


def _stuck(waiting: dict[_Use, JsonObject], made: _Made) -> str:
    """Return what is wrong with nodes that never get their inputs."""
    for (name, _), use in waiting.items():
        for absent, index in sorted(_references(use) - waiting.keys() - made.keys()):
            return (
                f"`{name}` of the saved graph takes the output of `{absent}` (use "
                f"{index}), which is not in the file."
            )
    trail: list[_Use] = []
    use = next(iter(waiting))
    while use not in trail:
        trail.append(use)
        use = min(_references(waiting[use]) & waiting.keys())
    around = [*trail[trail.index(use) :], use]
    cycle = " → ".join(f"`{name}`" for name, _ in reversed(around))
    return f"The saved graph has a cycle: {cycle}."


def _operation(form: JsonObject) -> Any:
    if form["class_name"] == _OPERATION:
        return form
    return deserialize_synalinks_object(form)


def _replay(operation: Any, use: JsonObject, made: _Made) -> Any:
    """Return what an operation returns for symbols that are made already.

    Raises:
        FileFormatError: An operation on data has no symbol to work on.
    """
    args = _argument(use["args"], made)
    kwargs = _argument(use["kwargs"], made)
    if not is_dict(operation):
        return run_without_waiting(operation(*args, **kwargs))
    config = operation["config"]
    symbol = apply(config["kind"], *args, **config["params"])
    if not isinstance(symbol, SymbolicDataModel) or symbol.origin is None:
        msg = f"`{operation['name']}` of the saved graph takes nothing of the graph."
        raise FileFormatError(msg)
    symbol.origin.node.operation = DataOperation(
        kind=config["kind"], params=config["params"], name=operation["name"]
    )
    return symbol


def _references(structure: Any) -> set[_Use]:
    if is_dict(structure):
        if structure.get("class_name") == _SYMBOL:
            name, index, _ = structure["config"]["synalinks_history"]
            return {(name, index)}
        structure = list(structure.values())
    if is_list(structure):
        return {pair for part in structure for pair in _references(part)}
    return set()


def _argument(form: Any, made: _Made) -> Any:
    if is_list(form):
        return [_argument(part, made) for part in form]
    if not is_dict(form):
        return form
    if form.get("class_name") == _SYMBOL:
        return _resolve(form["config"]["synalinks_history"], made)
    if "class_name" in form and "config" in form:
        return deserialize_synalinks_object(form)
    return {key: _argument(part, made) for key, part in form.items()}


def _resolve(reference: Any, made: _Made) -> Any:
    """Return the symbols that references, or lists and dicts of these, stand for.

    Raises:
        FileFormatError: One refers to nothing.
    """
    if reference is None:
        return None
    if is_dict(reference):
        return {key: _resolve(part, made) for key, part in reference.items()}
    if not is_list(reference):
        msg = f"{show(reference)} refers to no node of the saved graph."
        raise FileFormatError(msg)
    match reference:
        case [str(name), int(use), _]:
            return _symbol_at(made.get((name, use)), reference)
        case _:
            return [_resolve(part, made) for part in reference]


def _symbol_at(value: Any, reference: list[Any]) -> SymbolicDataModel:
    index: Any = reference[2]
    steps: list[Any] = index if is_list(index) else [index]
    if is_row(value) or is_dict(value):
        for step in steps:
            value = _part(value, step)
    if not isinstance(value, SymbolicDataModel):
        msg = f"The saved graph refers to {show(reference)}, which is no data model."
        raise FileFormatError(msg)
    return value


def _part(value: Any, step: Any) -> Any:
    parts: Any = value if is_row(value) or is_dict(value) else {}
    try:
        return parts[step]
    except (LookupError, TypeError):
        return None
