"""What a functional program is given, checked before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.data_models import JsonDataModel, SymbolicDataModel, schema_of
from synalinks.errors import ConfigurationError, show
from synalinks.graph import leaves_of
from synalinks.modules import InputModule

if TYPE_CHECKING:
    from synalinks.graph import Function, Symbol


def checked_inputs(program_name: str, inputs: Any, graph: Function) -> Any:
    """Return what a program was given, in the structure of its inputs.

    As in Keras, a program of one input takes a list of one too.

    Args:
        program_name: The program, for messages.
        inputs: Values or symbols.
        graph: The program's graph.

    Raises:
        ConfigurationError: A value lacks fields that its input requires.
        GraphError: The values have another structure than the inputs.
    """
    if isinstance(graph.inputs, SymbolicDataModel) and is_row(inputs):
        inputs = leaves_of(inputs, [graph.inputs])[0]
    given = leaves_of(inputs, graph.inputs)
    for value, symbol in zip(given, graph.input_symbols, strict=True):
        _check_fields(program_name, value, symbol)
    return inputs


def is_absent(inputs: Any, graph: Function) -> bool:
    """Return whether there is nothing to run on: every input is None, none may be.

    Args:
        inputs: Values in the structure of the graph's inputs.
        graph: The program's graph.
    """
    given = leaves_of(inputs, graph.inputs)
    if any(value is not None for value in given):
        return False
    return not any(map(_is_optional, graph.input_symbols))


def _is_optional(symbol: Symbol) -> bool:
    operation = symbol.origin.node.operation if symbol.origin else None
    return isinstance(operation, InputModule) and operation.optional


def _check_fields(program_name: str, value: Any, symbol: Any) -> None:
    if value is None:
        return
    if not isinstance(value, (JsonDataModel, SymbolicDataModel)):
        msg = f"`{program_name}` takes data models, received: {show(value)}."
        raise ConfigurationError(msg)
    required: list[str] = schema_of(symbol).get("required", [])
    present = value.keys()
    missing = [key for key in required if key not in present]
    if missing:
        msg = (
            f"`{program_name}` takes inputs with the fields {show(required)}; "
            f"missing: {show(missing)}, received: {show(value)}."
        )
        raise ConfigurationError(msg)
