"""First values: the defaults of a data model, completed by what is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from synalinks.data_models._data_model import DataModel
from synalinks.data_models._duck_type import json_of, schema_of
from synalinks.data_models._json_shape import copied
from synalinks.data_models._object_schema import properties_of
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.data_models._validation import first_violation
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def default_json(data_model: Any, given: Mapping[str, Any] | None = None) -> JsonObject:
    """Return the value that a data model has by default.

    Args:
        data_model: A data model of any kind. That of a value is this value; that of a
            class or a symbol is made of the defaults of the fields.
        given: Values of some fields, used instead.

    Returns:
        A JSON object that is valid for the schema.

    Raises:
        ConfigurationError: A field has neither a value nor a default, or a value is
            not valid.
    """
    given = dict(given or {})
    if isinstance(data_model, type) and issubclass(data_model, DataModel):
        return _default_of_class(data_model, given)
    schema = schema_of(data_model)
    if isinstance(data_model, SymbolicDataModel):
        defaults = {
            key: copied(part["default"])
            for key, part in properties_of(schema).items()
            if "default" in part
        }
    else:
        defaults = json_of(data_model)
    value = {**defaults, **given}
    _check_complete(
        [key for key in schema.get("required", ()) if key not in value], "the schema"
    )
    if given and (violation := first_violation(value, schema)):
        msg = f"The initial value does not fit the schema: {violation}."
        raise ConfigurationError(msg)
    return _in_order(value, schema)


def _default_of_class(data_model: type[DataModel], given: JsonObject) -> JsonObject:
    try:
        return data_model.model_validate(given).get_json()
    except ValidationError as error:
        problems = error.errors(include_url=False)
        name = f"`{data_model.__qualname__}`"
        missing = [
            str(problem["loc"][0])
            for problem in problems
            if problem["type"] == "missing" and len(problem["loc"]) == 1
        ]
        _check_complete(missing, name)
        place = ".".join(map(str, problems[0]["loc"]))
        msg = (
            f"The initial value does not fit {name}: {place}: {problems[0]['msg']}, "
            f"received {show(problems[0]['input'])}."
        )
        raise ConfigurationError(msg) from error


def _check_complete(missing: list[str], name: str) -> None:
    if not missing:
        return
    fields = ", ".join(f"`{field}`" for field in missing)
    msg = (
        f"Every field needs a first value, and {fields} of {name} has none. Give the "
        "field a default, or pass an initial value for it in `initializer`."
    )
    raise ConfigurationError(msg)


def _in_order(value: JsonObject, schema: JsonObject) -> JsonObject:
    declared = {key: value[key] for key in properties_of(schema) if key in value}
    return {**declared, **value}
