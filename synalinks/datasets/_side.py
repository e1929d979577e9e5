"""One side of a row: what goes in, or what should come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from synalinks.data_models import (
    DataModel,
    JsonDataModel,
    first_violation,
    schema_of,
)
from synalinks.datasets._template import Template
from synalinks.errors import ConfigurationError, SchemaError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_NUMBER_TYPES = {"integer", "number", "boolean"}


class Side:
    """Makes data models of rows.

    Args:
        side: `"input"` or `"output"`, for messages.
        data_model: A data model of any kind, or None.
        schema: A JSON schema of an object, or None. Either this or `data_model`.
        template: A template that makes a JSON object of a row; None to take the
            columns that are named as the fields are.

    Raises:
        ConfigurationError: Not exactly one of `data_model` and `schema` is given.
    """

    def __init__(
        self,
        side: str,
        data_model: Any,
        schema: JsonObject | None,
        template: str | None,
    ) -> None:
        if (data_model is None) == (schema is None):
            received = "neither" if schema is None else "both"
            msg = (
                f"A dataset takes either `{side}_data_model` or `{side}_schema`, "
                f"received {received}."
            )
            raise ConfigurationError(msg)
        self._side = side
        is_class = isinstance(data_model, type) and issubclass(data_model, DataModel)
        self._cls: type[DataModel] | None = data_model if is_class else None
        self.schema = _checked_schema(
            schema_of(data_model) if schema is None else schema
        )
        self._template = Template(template, f"{side}_template") if template else None

    def make(self, row: Mapping[str, Any], where: str) -> JsonDataModel:
        """Return the data model of one row.

        Args:
            row: Values by column.
            where: Where the row comes from, such as `data.csv:7`.

        Raises:
            ConfigurationError: The row lacks a column, or does not fit the schema.
        """
        try:
            value = self._template.render(row) if self._template else self._picked(row)
            return JsonDataModel(schema=self.schema, json=self._validated(value))
        except ConfigurationError as error:
            msg = f"{where}: {error}"
            raise ConfigurationError(msg) from error.__cause__

    def _picked(self, row: Mapping[str, Any]) -> JsonObject:
        fields = self.schema.get("properties", {})
        missing = [name for name in self.schema.get("required", ()) if name not in row]
        if missing:
            hint = "".join(did_you_mean(name, row) for name in missing)
            msg = (
                f"the {self._side} needs the columns {_listed(missing)}, which the row "
                f"does not have. Columns: {_listed(row)}.{hint} Rename them, or pass "
                f"an `{self._side}_template`."
            )
            raise ConfigurationError(msg)
        return {name: row[name] for name in fields if name in row}

    def _validated(self, value: object) -> JsonObject:
        if not isinstance(value, dict):
            msg = (
                f"the {self._side} is {show(value)}. Expected a JSON object with the "
                f"fields {_listed(self.schema.get('properties', {}))}."
            )
            raise ConfigurationError(msg)
        found = cast("JsonObject", value)
        if self._cls is not None:
            return self._validated_by_class(self._cls, found)
        found = _with_numbers(found, self.schema)
        if violation := first_violation(found, self.schema):
            msg = f"the {self._side} does not fit its schema: {violation}."
            raise ConfigurationError(msg)
        return found

    def _validated_by_class(
        self, cls: type[DataModel], value: JsonObject
    ) -> JsonObject:
        try:
            return cls.model_validate(value).get_json()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            path = "".join(f"[{part!r}]" for part in first["loc"])
            msg = (
                f"the {self._side}{path} does not fit `{cls.__name__}`: "
                f"{first['msg']}, received {show(first['input'])}."
            )
            raise ConfigurationError(msg) from None


def _with_numbers(value: JsonObject, schema: JsonObject) -> JsonObject:
    """Return an object with texts read as numbers where only numbers are allowed.

    A CSV file has nothing but texts. (Classes do this by themselves.)
    """
    fields = schema.get("properties", {})
    return {
        name: _number(part)
        if fields.get(name, {}).get("type") in _NUMBER_TYPES
        else part
        for name, part in value.items()
    }


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return value


def _checked_schema(schema: JsonObject) -> JsonObject:
    import jsonschema

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        msg = f"{show(schema)} is not a JSON schema: {error.message}."
        raise SchemaError(msg) from None
    return schema


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
