"""Data models of one kind from those of another."""

from __future__ import annotations

from typing import Any

from synalinks.data_models import (
    JsonDataModel,
    SymbolicDataModel,
    is_data_model,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError, show


def convert_to_json_data_model(x: Any) -> JsonDataModel | None:
    """Return the value of a data model as a `JsonDataModel`; None stays None.

    Args:
        x: A `DataModel` instance, `JsonDataModel` or `Variable`, or None.

    Raises:
        ConfigurationError: It has no value.
    """
    if x is None or isinstance(x, JsonDataModel):
        return x
    return JsonDataModel(schema_of(x), json_of(x))


def convert_to_symbolic_data_model(x: Any) -> SymbolicDataModel | None:
    """Return a symbol of the schema of a data model; None stays None.

    Args:
        x: A data model of any kind, or None. A symbol is returned as it is.

    Raises:
        ConfigurationError: It is not a data model.
    """
    if x is None or isinstance(x, SymbolicDataModel):
        return x
    if not is_data_model(x):
        msg = f"Expected a data model or None, received {show(x)}."
        raise ConfigurationError(msg)
    return SymbolicDataModel(schema=schema_of(x))
