"""What modules are called with, as the data models that `call` gets."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import (
    DataModel,
    JsonDataModel,
    SymbolicDataModel,
    Variable,
    is_meta_class,
)
from synalinks.errors import ConfigurationError, show


def to_models(module_name: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the positional arguments of a call with everything in them a data model.

    Args:
        module_name: The module, for messages.
        arguments: Each a data model of any kind, None, or lists, tuples and dicts of
            these.

    Raises:
        ConfigurationError: Something in them is no data model.
    """
    if len(arguments) == 1 and isinstance(arguments[0], JsonDataModel):  # in a run
        return arguments
    return tuple(map(partial(_to_models, module_name), arguments))


def _to_models(module_name: str, argument: Any) -> Any:
    def convert(value: Any) -> Any:
        if value is None or isinstance(value, (JsonDataModel, SymbolicDataModel)):
            return value
        if isinstance(value, (DataModel, Variable)):
            return value.to_json_data_model()
        if is_meta_class(value):
            return value.to_symbolic_data_model()
        if is_row(value):
            return [convert(part) for part in value]
        if is_dict(value):
            return {key: convert(part) for key, part in value.items()}
        msg = (
            f"`{module_name}` takes data models as positional arguments, received: "
            f"{show(argument)}{_where(argument, value)}. {_advice(argument, value)}"
        )
        raise ConfigurationError(msg)

    return convert(argument)


def _where(argument: Any, value: Any) -> str:
    found = f"{show(value)} of type `{type(value).__name__}`"
    return (
        f" of type `{type(value).__name__}`" if argument is value else f" with {found}"
    )


def _advice(argument: Any, value: Any) -> str:
    if inspect.iscoroutine(value):
        value.close()  # or Python warns of it, far from here
        return "An `await` is missing: write `await module(inputs)`."
    if is_dict(argument):
        return (
            "A dict is for several data models by name: for one, make it an instance "
            "of a `synalinks.DataModel`, such as `Query(**fields)`."
        )
    return (
        "Make it an instance of a `synalinks.DataModel`, or pass it by keyword if it "
        "is an option."
    )
