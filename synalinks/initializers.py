"""First values of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import SymbolicDataModel, default_json, schema_of
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

__all__ = ["Empty", "Initializer"]


class Initializer:
    """Gives a variable its first value.

    Args:
        schema: JSON schema of the variable. Either this or `data_model`, or none where
            the variable has its own.
        json: The first value, or a part of it; the rest comes from the defaults.
        data_model: A data model of any kind: gives the schema and, if it has a value,
            the first value.

    Raises:
        ConfigurationError: Both schema and data model are given, or the JSON is no
            object.
    """

    def __init__(
        self,
        schema: JsonObject | None = None,
        json: JsonObject | None = None,
        data_model: Any = None,
    ) -> None:
        if json is not None and not isinstance(json, dict):  # pyright: ignore[reportUnnecessaryIsInstance]
            msg = f"`json` expected a dict, received {show(json)}."
            raise ConfigurationError(msg)
        if schema is not None or data_model is not None:
            symbol = SymbolicDataModel(data_model=data_model, schema=schema)
            data_model = symbol if data_model is None else data_model
        self._data_model = data_model
        self._json = json

    @property
    def schema(self) -> JsonObject | None:
        """JSON schema of the variable, shared; None if none was given."""
        return None if self._data_model is None else schema_of(self._data_model)

    def __call__(self) -> JsonObject:
        """Return the first value.

        Raises:
            ConfigurationError: A field has neither a value nor a default, or the
                value does not fit the schema.
        """
        if self._data_model is None:
            return self._json or {}
        return default_json(self._data_model, self._json)

    def get_config(self) -> JsonObject:
        """Return what `from_config` needs to make an equal initializer."""
        # All of the value: a schema does not hold what a `default_factory` makes.
        return {"schema": self.schema, "json": self()}

    @classmethod
    def from_config(cls, config: JsonObject) -> Initializer:
        """Make an initializer from what `get_config` returned.

        Args:
            config: Schema and JSON.

        Returns:
            The initializer.
        """
        return cls(**config)


class Empty(Initializer):
    """Gives a variable the defaults of its fields."""
