"""`Lambda`: a function of one's own as a module."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.data_models import (
    JsonDataModel,
    SymbolicDataModel,
    first_violation,
    is_data_model,
    json_of,
)
from synalinks.errors import ConfigurationError, ModuleError, show
from synalinks.modules._answer_schema import schema_argument
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject


class Lambda(Module):
    """Apply a function to the inputs.

    Args:
        function: Takes a `JsonDataModel` and returns a dict, a data model or None;
            plain or `async`. To load a saved program, register it with
            `synalinks.saving.register_synalinks_serializable` or pass it in
            `custom_objects`.
        schema: JSON schema of what it returns.
        data_model: Data model of what it returns; give this or `schema`.
        name: Name of the module.
        description: What the module is for.
        trainable: Has no effect: there is nothing to train.

    Raises:
        ConfigurationError: `function` is not callable, or its result's schema is not
            told.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        *,
        schema: JsonObject | None = None,
        data_model: Any = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = False,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        if not callable(function):
            msg = f"`Lambda` takes a function, received: {show(function)}."
            raise ConfigurationError(msg)
        self.function = function
        returned = schema_argument(self.name, schema, data_model)
        if returned is None:
            msg = (
                f"`{self.name}` needs the `data_model` or `schema` of what it returns."
            )
            raise ConfigurationError(msg)
        self.schema = returned

    async def call(self, inputs: Any) -> JsonDataModel | None:
        """Apply the function.

        Args:
            inputs: Passed to the function; None gives None without it.

        Returns:
            What the function returned, as a data model.

        Raises:
            ConfigurationError: The function returned something else than data.
            ModuleError: What it returned does not fit the schema.
        """
        if inputs is None:
            return None
        result = self.function(inputs)
        if inspect.isawaitable(result):
            result = await result
        if result is None:
            return None
        has_value = is_data_model(result) and not isinstance(result, type)
        json = json_of(result) if has_value else result
        if not is_dict(json):
            msg = (
                f"The function of `{self.name}` returns a dict, a data model or None, "
                f"received: {show(result)}."
            )
            raise ConfigurationError(msg)
        violation = first_violation(json, self.schema)
        if violation:
            msg = (
                f"The function of `{self.name}` returned what does not fit its schema: "
                f"{violation}. Received: {show(json)}; expected the keys "
                f"{', '.join(f'`{key}`' for key in self.schema.get('properties', {}))}."
            )
            raise ModuleError(msg)
        return JsonDataModel(schema=self.schema, json=json)

    async def compute_output_spec(self, inputs: Any) -> SymbolicDataModel:
        """Return the declared schema, without running the function.

        Args:
            inputs: Symbolic inputs; not used.
        """
        return SymbolicDataModel(schema=self.schema)
