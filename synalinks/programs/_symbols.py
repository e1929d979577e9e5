"""The symbols that a functional program is made of, checked and in lists."""

from __future__ import annotations

import inspect
from typing import Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import is_data_model
from synalinks.errors import GraphError, show
from synalinks.graph import Symbol
from synalinks.modules import Module


def to_symbols(argument: str, structure: Any) -> Any:
    """Return `inputs` or `outputs` of a program with lists in place of tuples.

    JSON has no tuples: a program is to be the same before and after it is saved.

    Args:
        argument: `inputs` or `outputs`, for messages.
        structure: A symbol, or a list, tuple or dict of symbols.

    Raises:
        GraphError: Something in it is no symbol.
    """
    if structure is None or isinstance(structure, Symbol):
        return structure
    if is_row(structure):
        return [to_symbols(argument, part) for part in structure]
    if is_dict(structure):
        return {key: to_symbols(argument, part) for key, part in structure.items()}
    msg = (
        f"`{argument}` of a program are what `Input` and calls of modules on it "
        f"return, received: {show(structure)}. {_advice(argument, structure)}"
    )
    raise GraphError(msg)


def _advice(argument: str, value: Any) -> str:
    if inspect.iscoroutine(value):
        value.close()  # or Python warns of it, far from here
        return "An `await` is missing: write `outputs = await module(inputs)`."
    if isinstance(value, Module):
        return f"Call the module: `{argument} = await module(inputs)`."
    if argument == "inputs" and is_data_model(value):
        cls = value if isinstance(value, type) else type(value)
        return f"Write `inputs = synalinks.Input(data_model={cls.__name__})`."
    return f"Pass `{argument}=` a symbol, or a list or dict of symbols."
