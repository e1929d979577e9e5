"""`Input`: where the data enters a functional program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import SymbolicDataModel
from synalinks.errors import ConfigurationError
from synalinks.graph import Node, Origin
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


class InputModule(Module):
    """The node of a graph that stands for an input.

    Args:
        schema: JSON schema of the data.
        optional: Whether None may be given.
        name: Name of the node.
        description: What the input is.
    """

    def __init__(
        self,
        *,
        schema: JsonObject,
        optional: bool = False,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        super().__init__(name=name, description=description)
        self.schema = schema
        self.optional = optional

    def symbol(self) -> SymbolicDataModel:
        """Return the symbol of the input, with which a graph begins."""
        symbol = SymbolicDataModel(schema=self.schema, name=self.name)
        symbol.origin = Origin(Node(operation=self, kwargs={}), ())
        self.built = True
        return symbol


def Input(  # noqa: N802 - named as in Keras: it reads as a thing, not as an action
    schema: JsonObject | None = None,
    data_model: Any = None,
    optional: bool = False,
    name: str | None = None,
) -> SymbolicDataModel:
    """Return a symbol for the data that a functional program will be given.

    Args:
        schema: JSON schema of the data.
        data_model: Data model of the data; give this or `schema`.
        optional: Whether None may be given.
        name: Name of the input.

    Raises:
        ConfigurationError: Both or neither of `schema` and `data_model` are given.

    Example:
        ```python
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(data_model=Answer)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        ```
    """
    if (schema is None) == (data_model is None):
        msg = "`Input` takes either `data_model` or `schema`."
        raise ConfigurationError(msg)
    given = SymbolicDataModel(schema=schema, data_model=data_model)
    return InputModule(schema=given.get_schema(), optional=optional, name=name).symbol()
