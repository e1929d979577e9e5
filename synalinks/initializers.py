"""First values of variables."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal.naming import snake_case
from synalinks._internal.public import publish
from synalinks._internal.shape import is_dict
from synalinks.data_models import SymbolicDataModel, default_json, schema_of
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

__all__ = ["Empty", "Initializer", "deserialize", "empty", "get", "serialize"]


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
            return dict(self._json or {})
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


empty = Empty

_KNOWN = {cls.__name__: cls for cls in (Initializer, Empty)}


def get(identifier: object) -> Initializer | None:
    """Return the initializer that an argument stands for.

    Args:
        identifier: An initializer, its class or name, what `serialize` returned, or
            None.

    Returns:
        The initializer; None for None.

    Raises:
        ConfigurationError: It is none of these.
    """
    if inspect.isclass(identifier) and issubclass(identifier, Initializer):
        return identifier()
    if identifier is None or isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str):
        return _class_of(identifier)()
    if is_dict(identifier):
        return deserialize(identifier)
    msg = (
        "Expected an initializer, its name, or its configuration; received: "
        f"{show(identifier)}."
    )
    raise ConfigurationError(msg)


def serialize(initializer: Initializer) -> JsonObject:
    """Return an initializer as JSON.

    Args:
        initializer: The initializer.
    """
    return {
        "module": __name__,
        "class_name": type(initializer).__name__,
        "config": initializer.get_config(),
        "registered_name": None,
    }


def deserialize(config: JsonObject) -> Initializer:
    """Return the initializer that a JSON form describes.

    Args:
        config: What `serialize` returned.

    Raises:
        ConfigurationError: It describes something else.
    """
    if not is_dict(config.get("config")):
        msg = f"{show(config)} does not describe an initializer."
        raise ConfigurationError(msg)
    return _class_of(str(config.get("class_name"))).from_config(config["config"])


def _class_of(name: str) -> type[Initializer]:
    by_folded = {known.lower(): cls for known, cls in _KNOWN.items()}
    found = by_folded.get(name.lower())
    if found is None:
        known = sorted(map(snake_case, _KNOWN))
        msg = (
            f"There is no initializer named {name!r}.{did_you_mean(name, known)} "
            f"Known: {', '.join(known)}."
        )
        raise ConfigurationError(msg)
    return found


publish(__name__)
