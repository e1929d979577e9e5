"""A data model of which only the schema is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from synalinks._internal.json import dumps
from synalinks._internal.naming import unique_name
from synalinks.data_models._containment import is_in
from synalinks.data_models._duck_type import property_names, schema_from
from synalinks.data_models._json_shape import copied
from synalinks.data_models._operators import Reshaping
from synalinks.errors import GraphError, SchemaError
from synalinks.graph import Symbol

if TYPE_CHECKING:
    from collections.abc import KeysView

    from synalinks._internal.json import JsonObject
    from synalinks.graph import Origin


class SymbolicDataModel(Reshaping, Symbol):
    """A data model that has no value yet: a schema, and where it comes from.

    Calling a module on one, or applying an operator to it, computes nothing: it
    records a step of a graph and returns another one.

    Args:
        data_model: A data model that gives the schema.
        schema: JSON schema of an object. Either this or `data_model`.
        record_history: Whether operators applied to it are recorded in a graph.
        name: Name of the symbol; made up if not given.

    Attributes:
        origin: The node of the graph that makes the value, or None.
        cases: The schemas that a value may come with, where it depends on what is
            absent when the graph runs; the symbol's own schema covers them all.

    Raises:
        ConfigurationError: The schema is missing, given twice, or not of an object.
    """

    def __init__(
        self,
        data_model: Any = None,
        schema: JsonObject | None = None,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        self._schema = schema_from(schema, data_model, "SymbolicDataModel")
        self.record_history = record_history
        self.name: str = name or unique_name("SymbolicDataModel")
        self.origin: Origin | None = None
        self.cases: tuple[JsonObject, ...] = (self._schema,)

    def __synalinks_schema__(self) -> JsonObject:
        return self._schema

    def __synalinks_json__(self) -> NoReturn:
        self.get_json()

    def get_schema(self) -> JsonObject:
        """Return a copy of the schema."""
        return copied(self._schema)

    def get_json(self) -> NoReturn:
        """Raise, since a symbol has no value.

        Raises:
            GraphError: Always.
        """
        msg = (
            f"`{self.name}` is symbolic: it has a schema and no JSON, since the "
            "program is being built and not run. If a module needs the JSON to tell "
            "what it returns, implement `compute_output_spec` in it."
        )
        raise GraphError(msg)

    # The surface of a value is here too: whoever reads a symbol in a `call` is told
    # what to do instead of getting an `AttributeError`.

    def get(self, key: str, default: Any = None) -> NoReturn:
        """Raise, as `get_json` does.

        Args:
            key: Name of a field.
            default: Accepted, and of no effect.
        """
        self.get_json()

    def __getitem__(self, key: str) -> NoReturn:
        self.get_json()

    __iter__ = None

    def values(self) -> NoReturn:
        """Raise, as `get_json` does."""
        self.get_json()

    def items(self) -> NoReturn:
        """Raise, as `get_json` does."""
        self.get_json()

    def update(self, other: Any) -> NoReturn:
        """Raise, as `get_json` does.

        Args:
            other: Accepted, and of no effect.
        """
        self.get_json()

    def to_json_data_model(self, name: str | None = None) -> NoReturn:
        """Raise, as `get_json` does.

        Args:
            name: Accepted, and of no effect.
        """
        self.get_json()

    def prettify_json(self) -> NoReturn:
        """Raise, as `get_json` does."""
        self.get_json()

    def keys(self) -> KeysView[str]:
        """Return the names of the properties."""
        return property_names(self._schema)

    def __contains__(self, other: Any) -> bool:
        return is_in(other, self)

    def clone(self, name: str | None = None) -> SymbolicDataModel:
        """Return a symbol of the same schema that no node makes.

        Args:
            name: Its name; made up if not given.
        """
        return SymbolicDataModel(
            schema=self.get_schema(), record_history=self.record_history, name=name
        )

    def to_symbolic_data_model(self, name: str | None = None) -> SymbolicDataModel:
        """Return this symbol, or one of another name for the same value.

        Args:
            name: Name of the new symbol; None to return this one.
        """
        if name is None or name == self.name:
            return self
        symbol = SymbolicDataModel(
            schema=self._schema, record_history=self.record_history, name=name
        )
        symbol.origin, symbol.cases = self.origin, self.cases
        return symbol

    def prettify_schema(self) -> str:
        """Return the schema as indented JSON text."""
        return dumps(self._schema, indent=2)

    def get_config(self) -> JsonObject:
        """Return what `from_config` needs to make a symbol of the same schema."""
        return {"schema": self.get_schema(), "name": self.name}

    @classmethod
    def from_config(cls, config: JsonObject) -> SymbolicDataModel:
        """Make a symbol from what `get_config` returned.

        Args:
            config: Schema and name.

        Returns:
            The symbol, which no node makes.
        """
        return cls(**config)

    def __get_pydantic_core_schema__(self, *_: Any) -> NoReturn:
        # `A | B` in an annotation is evaluated to a symbol by the operators.
        msg = (
            f"{self!r} is used as the type of a field. Between data models, `A | B` "
            "is an operation on data: write `typing.Union[A, B]` in annotations."
        )
        raise SchemaError(msg)

    def __repr__(self) -> str:
        return f"SymbolicDataModel({self.name!r}: {', '.join(self.keys()) or '∅'})"
