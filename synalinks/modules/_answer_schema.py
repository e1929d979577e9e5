"""What a module answers with, from its `schema` and `data_model` arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import (
    SymbolicDataModel,
    is_data_model,
    is_strictly_chat_message,
    is_strictly_chat_messages,
)
from synalinks.errors import ConfigurationError, SchemaError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def schema_argument(
    module_name: str, schema: JsonObject | None, data_model: Any
) -> JsonObject | None:
    """Return the JSON schema that a module was given; None if it was given none.

    Args:
        module_name: The module, for messages.
        schema: A JSON schema, or None.
        data_model: A data model, or None.

    Raises:
        ConfigurationError: Both are given.
        SchemaError: What is given is no data model, or no schema of an object.
    """
    if schema is not None and data_model is not None:
        msg = f"`{module_name}` takes `schema` or `data_model`, received both."
        raise ConfigurationError(msg)
    if schema is None and data_model is None:
        return None
    if data_model is not None and not is_data_model(data_model):
        msg = (
            f"`data_model` of `{module_name}` is a `synalinks.DataModel` class, "
            f"received: {show(data_model)}."
        )
        raise SchemaError(msg)
    return SymbolicDataModel(schema=schema, data_model=data_model).get_schema()


def answer_schema(
    module_name: str, schema: JsonObject | None, data_model: Any
) -> JsonObject | None:
    """Return the JSON schema that a language model is to answer in; None for free text.

    Args:
        module_name: The module, for messages.
        schema: A JSON schema, or None.
        data_model: A data model, or None.

    Raises:
        SchemaError: What is given is no data model, no schema of an object, or a chat.
    """
    given = schema_argument(module_name, schema, data_model)
    if given is None:
        return None
    symbol = SymbolicDataModel(schema=given)
    if is_strictly_chat_message(symbol):
        return None
    if is_strictly_chat_messages(symbol):
        msg = (
            f"`{module_name}` answers one message: leave `data_model` out for a "
            "`ChatMessage`."
        )
        raise SchemaError(msg)
    return given
