"""The arguments of a function as a JSON schema, and from JSON to the function."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from synalinks.data_models import first_violation, is_data_model, json_of
from synalinks.errors import ConfigurationError, SchemaError
from synalinks.modules._docstring import read_docstring

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject

_RESERVED = ("training",)
_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


class Signature(Protocol):
    """What a tool takes."""

    @property
    def schema(self) -> JsonObject:
        """JSON schema of the arguments: an object, with one property for each."""
        ...

    def bind(self, arguments: JsonObject) -> JsonObject:
        """Return the arguments as the function takes them.

        Args:
            arguments: JSON values and data models by name.
        """
        ...


class SchemaSignature:
    """What a tool takes, by a JSON schema.

    Args:
        schema: JSON schema of the arguments: an object.
        name: What the tool is called in messages.
    """

    def __init__(self, schema: JsonObject, name: str) -> None:
        self._name = name
        self.schema: JsonObject = schema

    def bind(self, arguments: JsonObject) -> JsonObject:
        """Return the arguments as JSON.

        Args:
            arguments: JSON values and data models by name.

        Raises:
            SchemaError: They are not valid.
        """
        given = as_json(arguments)
        problem = first_violation(given, self.schema)
        if problem is not None:
            raise SchemaError(_misfit(self._name, problem))
        return given


class ToolSignature:
    """What a function takes.

    Args:
        function: The function; every argument has a type hint and is documented.
        name: What it is called in messages.

    Raises:
        ConfigurationError: An argument has no type hint, no documentation, or a kind
            or name that cannot be given by a language model.

    Attributes:
        schema: JSON schema of the arguments: an object, with one property for each.
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self._name = name
        _, described = read_docstring(function)
        hints = _hints_of(function, name)
        fields: dict[str, Any] = {}
        for one in inspect.signature(function).parameters.values():
            _check(one, name, hints, described)
            # The alias is the name: as a field's own name some would hide methods.
            fields[f"argument_{len(fields)}"] = (
                hints[one.name],
                Field(
                    ... if one.default is one.empty else one.default,
                    alias=one.name,
                    title=one.name.replace("_", " ").title(),
                    description=described[one.name],
                ),
            )
        self._model: type[BaseModel] = create_model(
            name, __config__=ConfigDict(extra="forbid"), **fields
        )
        self.schema: JsonObject = self._model.model_json_schema()

    def bind(self, arguments: JsonObject) -> JsonObject:
        """Return the arguments as the function takes them.

        Args:
            arguments: JSON values and data models by name.

        Returns:
            Values of the types that the function's hints say, defaults included.

        Raises:
            SchemaError: They are not valid.
        """
        given = as_json(arguments)
        problem = first_violation(given, self.schema)
        if problem is None:
            try:
                bound = self._model.model_validate(given)
            except ValidationError as error:
                first = error.errors()[0]
                problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            else:
                return {
                    str(field.alias): getattr(bound, name)
                    for name, field in self._model.model_fields.items()
                }
        raise SchemaError(_misfit(self._name, problem))


def as_json(arguments: JsonObject) -> JsonObject:
    """Return arguments with data models as JSON.

    Args:
        arguments: JSON values and data models by name.
    """
    return {
        name: json_of(value) if _is_value(value) else value
        for name, value in arguments.items()
    }


def _misfit(name: str, problem: str) -> str:
    return f"The arguments of the tool `{name}` do not fit: {problem}."


def _is_value(value: Any) -> bool:
    return is_data_model(value) and not isinstance(value, type)


def _hints_of(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.unwrap(function), include_extras=True)
    except (NameError, TypeError) as error:
        msg = (
            f"The type hints of the tool `{name}` cannot be read: {error}. Types that "
            "it names must be defined where the function is."
        )
        raise ConfigurationError(msg) from error


def _check(
    one: inspect.Parameter,
    name: str,
    hints: dict[str, Any],
    described: dict[str, str],
) -> None:
    problem = None
    if one.kind in _VARIADIC or one.kind is one.POSITIONAL_ONLY:
        problem = "cannot be given by name"
    elif one.name in _RESERVED:
        problem = "has a name that modules use; choose another"
    elif one.name not in hints:
        problem = "has no type hint"
    elif not described.get(one.name):
        problem = (
            "is not documented. Add it to the docstring's section `Args:`, as "
            f"`{one.name}: what it is`; language models read it"
        )
    if problem is not None:
        msg = f"The argument `{one.name}` of the tool `{name}` {problem}."
        raise ConfigurationError(msg)
