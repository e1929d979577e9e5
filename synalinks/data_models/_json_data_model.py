"""A JSON object with its schema: what flows through programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal.json import dumps
from synalinks._internal.naming import unique_name
from synalinks.data_models._containment import is_in
from synalinks.data_models._duck_type import json_of, schema_from
from synalinks.data_models._json_shape import copied
from synalinks.data_models._operators import Reshaping
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import ItemsView, KeysView, Mapping, ValuesView

    from synalinks._internal.json import JsonObject


class JsonDataModel(Reshaping):
    """A JSON object and the schema that describes it.

    The JSON is neither copied nor checked against the schema, so that making one
    costs next to nothing: give it objects that nobody changes. The methods return
    copies. Two are equal when their JSON is.

    Args:
        schema: JSON schema of an object. Either this or `data_model`.
        json: The JSON object. May be left out where `data_model` is a value.
        data_model: A data model that gives the schema, and the JSON where it has some.
        name: Name of the value; made up on first use if not given.

    Raises:
        ConfigurationError: The schema or the JSON is missing, given twice, or is not
            an object.

    Example:
        >>> schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
        >>> answer = JsonDataModel(schema=schema, json={"answer": "42"})
        >>> answer.get("answer")
        '42'
    """

    __slots__ = ("_json", "_name", "_schema")

    def __init__(
        self,
        schema: JsonObject | None = None,
        json: JsonObject | None = None,
        data_model: Any = None,
        name: str | None = None,
    ) -> None:
        if data_model is not None or not isinstance(schema, dict):
            schema = schema_from(schema, data_model, "JsonDataModel")
            if json is None:
                json = json_of(data_model)
        if not isinstance(json, dict):
            msg = (
                f"`JsonDataModel` expected `json` to be a dict, received {show(json)}. "
                "Pass `json=`, or a `data_model=` that has a value."
            )
            raise ConfigurationError(msg)
        self._schema = schema
        self._json = json
        self._name = name

    @property
    def name(self) -> str:
        """Name of the value."""
        if self._name is None:
            self._name = unique_name("JsonDataModel")
        return self._name

    def __synalinks_schema__(self) -> JsonObject:
        return self._schema

    def __synalinks_json__(self) -> JsonObject:
        return self._json

    def get_schema(self) -> JsonObject:
        """Return a copy of the schema."""
        return copied(self._schema)

    def get_json(self) -> JsonObject:
        """Return a copy of the JSON object."""
        return copied(self._json)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a copy of the value of a key.

        Args:
            key: Name of a field.
            default: What to return where the key is absent.
        """
        return copied(self._json[key]) if key in self._json else default

    def __getitem__(self, key: str) -> Any:
        return copied(self._json[key])

    def __contains__(self, other: Any) -> bool:
        return is_in(other, self)

    # Otherwise Python would take `__getitem__` for that of a sequence.
    __iter__ = None

    def keys(self) -> KeysView[str]:
        """Return the keys of the JSON object."""
        return self._json.keys()

    def values(self) -> ValuesView[Any]:
        """Return copies of the values of the JSON object."""
        return self.get_json().values()

    def items(self) -> ItemsView[str, Any]:
        """Return the keys of the JSON object with copies of their values."""
        return self.get_json().items()

    def update(self, other: Mapping[str, Any]) -> None:
        """Replace the values of some keys; the schema stays as it is.

        Args:
            other: The new values by key.
        """
        # A new dict, since the old one may be shared.
        self._json = {**self._json, **other}

    def clone(self, name: str | None = None) -> JsonDataModel:
        """Return an independent copy.

        Args:
            name: Name of the copy; by default that of the original.
        """
        return JsonDataModel(self.get_schema(), self.get_json(), name=name or self.name)

    def to_json_data_model(self, name: str | None = None) -> JsonDataModel:
        """Return a value that shares JSON and schema with this one.

        Args:
            name: Its name; by default that of the original.
        """
        return JsonDataModel(self._schema, self._json, name=name or self._name)

    def to_symbolic_data_model(self, name: str | None = None) -> SymbolicDataModel:
        """Return a symbol of the same schema.

        Args:
            name: Its name; made up if not given.
        """
        return SymbolicDataModel(schema=self._schema, name=name)

    def prettify_json(self) -> str:
        """Return the JSON object as indented JSON text."""
        return dumps(self._json, indent=2)

    def prettify_schema(self) -> str:
        """Return the schema as indented JSON text."""
        return dumps(self._schema, indent=2)

    def get_config(self) -> JsonObject:
        """Return what `from_config` needs to make an equal value."""
        return {"schema": self.get_schema(), "json": self.get_json(), "name": self.name}

    @classmethod
    def from_config(cls, config: JsonObject) -> JsonDataModel:
        """Make a value from what `get_config` returned.

        Args:
            config: Schema, JSON and name.

        Returns:
            The value.
        """
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JsonDataModel):
            return NotImplemented
        return self._json == other._json

    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride]

    def __repr__(self) -> str:
        return f"JsonDataModel({show(self._json)})"
