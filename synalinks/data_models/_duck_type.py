"""What all kinds of data model have in common: a schema, and maybe a JSON value.

Public methods return copies. Code on hot paths reads the shared objects through
`schema_of` and `json_of`, and must not change them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models._definition import expanded
from synalinks.data_models._json_shape import is_object
from synalinks.data_models._object_schema import properties_of
from synalinks.errors import ConfigurationError, SchemaError, show

if TYPE_CHECKING:
    from collections.abc import KeysView

    from synalinks._internal.json import JsonObject


def plain_json(value: Any) -> Any:
    """Return data models, and lists, tuples and dicts of these, as JSON.

    Args:
        value: What a program takes or gives; None stays None.

    Raises:
        ConfigurationError: Something in it is no data model.
    """
    if value is None:
        return None
    if is_dict(value):
        return {key: plain_json(part) for key, part in value.items()}
    if is_row(value):
        return [plain_json(part) for part in value]
    return json_of(value)


def is_data_model(value: Any) -> bool:
    """Return whether a value is a data model of any kind, class or instance.

    Args:
        value: Any object.
    """
    return hasattr(value, "__synalinks_schema__")


def schema_of(model: Any) -> JsonObject:
    """Return the schema of a data model, shared: do not change it.

    Args:
        model: A data model of any kind.

    Raises:
        ConfigurationError: It is not a data model.
    """
    read = getattr(model, "__synalinks_schema__", None)
    if read is not None:
        return read()
    msg = (
        "Expected a data model (a `DataModel` class or instance, `JsonDataModel`, "
        f"`SymbolicDataModel` or `Variable`), received {show(model)}."
    )
    raise ConfigurationError(msg)


def json_of(model: Any) -> JsonObject:
    """Return the JSON object of a data model that has one, shared: do not change it.

    Args:
        model: A `DataModel` instance, `JsonDataModel` or `Variable`.

    Raises:
        ConfigurationError: It is a class, or not a data model.
        GraphError: It is symbolic.
    """
    read = getattr(model, "__synalinks_json__", None)
    if read is not None and not isinstance(model, type):
        return read()
    what = "the class " if isinstance(model, type) else ""
    msg = f"Expected a data model that has a value, received {what}{show(model)}."
    raise ConfigurationError(msg)


def schema_from(schema: Any, data_model: Any, receiver: str) -> JsonObject:
    """Return the schema that an argument pair `schema`, `data_model` stands for.

    Args:
        schema: A JSON schema, or None.
        data_model: A data model of any kind, or None.
        receiver: Name of what takes the arguments, for the message.

    Raises:
        ConfigurationError: Both or neither are given.
        SchemaError: The schema is not that of an object.
    """
    if (schema is None) == (data_model is None):
        received = "neither" if schema is None else "both"
        msg = (
            f"`{receiver}` takes either `schema` or `data_model`, received {received}."
        )
        raise ConfigurationError(msg)
    if schema is None:
        return schema_of(data_model)
    if is_object(schema) and _describes_object(schema):
        return schema
    msg = (
        f"`{receiver}` expected the JSON schema of an object "
        f"(`{{'type': 'object', 'properties': ...}}`), received {show(schema)}."
    )
    raise SchemaError(msg)


def property_names(schema: JsonObject) -> KeysView[str]:
    """Return the names of the properties of a schema.

    Args:
        schema: JSON schema of an object.
    """
    return properties_of(expanded(schema)).keys()


def _describes_object(schema: JsonObject) -> bool:
    if "type" in schema:
        return schema["type"] == "object"
    return "properties" in schema or "$ref" in schema
