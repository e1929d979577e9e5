"""The state of a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synalinks._internal.context import overlay
from synalinks._internal.json import dumps
from synalinks._internal.naming import unique_name
from synalinks.data_models._containment import is_in
from synalinks.data_models._default import default_json
from synalinks.data_models._duck_type import (
    is_data_model,
    json_of,
    property_names,
    schema_of,
)
from synalinks.data_models._json_data_model import JsonDataModel
from synalinks.data_models._json_shape import copied, is_object
from synalinks.data_models._operators import Reshaping
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.data_models._trainable import Trainable
from synalinks.data_models._validation import first_violation
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import ItemsView, KeysView, Sequence, ValuesView

    from synalinks._internal.json import JsonObject


class Variable(Reshaping):
    """A JSON object that a module keeps between calls.

    Reading gives copies of the stored value, with the fields on top that the context
    variable `overlay` holds for this variable: so several candidates can be tried at
    once. Writing changes what is stored, never an overlay.

    Args:
        initializer: The first value: a dict, or an object that returns one when it is
            called. What it leaves out comes from the defaults of the fields.
        data_model: A data model of any kind that gives the schema; by default that of
            the initializer.
        trainable: Whether optimizers may change it; without effect unless the schema
            has the fields of `Trainable`.
        name: Name of the variable; made up if not given.
        description: What it is for; by default the docstring of the data model.

    Attributes:
        name: Name of the variable.
        description: What it is for; optimizers may show it to a language model.
        path: Where it is in a program; set by what holds the variable.

    Raises:
        ConfigurationError: There is no schema, a field has neither a value nor a
            default, or the first value does not fit the schema.

    Example:
        >>> from synalinks.data_models import Instructions
        >>> variable = Variable({"instructions": "Be brief."}, Instructions)
        >>> variable.get("instructions")
        'Be brief.'
    """

    def __init__(
        self,
        initializer: Any = None,
        data_model: Any = None,
        trainable: bool = True,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        if isinstance(initializer, type) and not is_data_model(initializer):
            initializer = initializer()
        if data_model is None:
            data_model = _data_model_of(initializer)
        self._schema = schema_of(data_model)
        self._value = default_json(data_model, _initial_value(initializer))
        self._has_bookkeeping = Trainable.keys() <= property_names(self._schema)
        self.trainable = trainable
        self.name: str = name or unique_name("Variable")
        self.path: str = self.name
        self.description: str = description or self._schema.get("description", "")

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change it; False without the fields of `Trainable`."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value) and self._has_bookkeeping

    @property
    def learnable_fields(self) -> tuple[str, ...]:
        """The fields that make a candidate: `examples`, and all but bookkeeping."""
        bookkeeping = Trainable.keys() - {"examples"} if self._has_bookkeeping else ()
        return tuple(
            key for key in property_names(self._schema) if key not in bookkeeping
        )

    def __synalinks_schema__(self) -> JsonObject:
        return self._schema

    def __synalinks_json__(self) -> JsonObject:
        layer = overlay.get()
        if layer is None or self not in layer:
            return self._value
        return {**self._value, **layer[self]}

    def get_schema(self) -> JsonObject:
        """Return a copy of the schema."""
        return copied(self._schema)

    def get_json(self) -> JsonObject:
        """Return a copy of the value."""
        return copied(self.__synalinks_json__())

    def get(self, key: str, default: Any = None) -> Any:
        """Return a copy of the value of a field.

        Args:
            key: Name of the field.
            default: What to return where the field is absent.
        """
        value = self.__synalinks_json__()
        return copied(value[key]) if key in value else default

    def __getitem__(self, key: str) -> Any:
        return copied(self.__synalinks_json__()[key])

    def __contains__(self, other: Any) -> bool:
        return is_in(other, self)

    # Otherwise Python would take `__getitem__` for that of a sequence.
    __iter__ = None

    def keys(self) -> KeysView[str]:
        """Return the keys of the value."""
        return self.__synalinks_json__().keys()

    def values(self) -> ValuesView[Any]:
        """Return copies of the values of the fields."""
        return self.get_json().values()

    def items(self) -> ItemsView[str, Any]:
        """Return the keys of the value with copies of the values of the fields."""
        return self.get_json().items()

    def update(self, other: Mapping[str, Any]) -> None:
        """Replace the values of some fields; they are not checked.

        Args:
            other: The new values by field.
        """
        # A new dict: whoever has read the old one keeps what was read.
        self._value = {**self._value, **copied(dict(other))}

    def extend(self, key: str, values: Sequence[Any]) -> None:
        """Append to a list, at a cost that does not grow with the list.

        Args:
            key: Name of a field that holds a list.
            values: What to append; it is not checked.
        """
        self._value[key].extend(copied(list(values)))

    def assign(self, value: Any) -> None:
        """Replace the whole value.

        Args:
            value: A dict, or a data model that has a value.

        Raises:
            ConfigurationError: The value does not fit the schema.
        """
        if not is_data_model(value) and not isinstance(value, Mapping):
            msg = (
                f"Variable `{self.path}` expected a dict or a data model, received "
                f"{show(value)}."
            )
            raise ConfigurationError(msg)
        new = copied(json_of(value) if is_data_model(value) else {**value})
        if violation := first_violation(new, self._schema):
            msg = (
                f"The value does not fit the schema of variable `{self.path}`: "
                f"{violation}. `update` changes some fields and keeps the others."
            )
            raise ConfigurationError(msg)
        self._value = new

    def to_json_data_model(self, name: str | None = None) -> JsonDataModel:
        """Return the value as a `JsonDataModel`, which later writes do not change.

        Args:
            name: Its name; by default that of the variable.
        """
        return JsonDataModel(
            self._schema, self.__synalinks_json__(), name=name or self.name
        )

    def to_symbolic_data_model(self, name: str | None = None) -> SymbolicDataModel:
        """Return a symbol of the same schema.

        Args:
            name: Its name; made up if not given.
        """
        return SymbolicDataModel(schema=self._schema, name=name)

    def prettify_json(self) -> str:
        """Return the value as indented JSON text."""
        return dumps(self.__synalinks_json__(), indent=2)

    def prettify_schema(self) -> str:
        """Return the schema as indented JSON text."""
        return dumps(self._schema, indent=2)

    def __repr__(self) -> str:
        return f"Variable({self.path!r}: {show(self.__synalinks_json__())})"


def _data_model_of(initializer: Any) -> Any:
    if is_data_model(initializer):
        return initializer
    schema = getattr(initializer, "schema", None)
    if schema is None:
        msg = (
            "A variable needs a schema: pass a `data_model`, or an `initializer` that "
            "has one."
        )
        raise ConfigurationError(msg)
    return SymbolicDataModel(schema=schema)


def _initial_value(initializer: Any) -> JsonObject:
    if initializer is None:
        return {}
    value = json_of(initializer) if is_data_model(initializer) else initializer
    value = value() if callable(value) else value
    if not is_object(value):
        msg = (
            "`initializer` expected a dict, or an object that returns one when it is "
            f"called, received {show(initializer)}."
        )
        raise ConfigurationError(msg)
    return copied(value)
