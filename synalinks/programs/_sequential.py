"""`Sequential`: a program whose modules follow one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_without_waiting
from synalinks.data_models import SymbolicDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.graph import Function
from synalinks.modules import Input, Module
from synalinks.programs._program import Program
from synalinks.saving import (
    deserialize_synalinks_object,
    serialize_synalinks_object,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from synalinks._internal.json import JsonObject


class Sequential(Program):
    """A program that passes the inputs through its modules, one after the other.

    Args:
        modules: Modules in order; the first may be what `Input` returned. Without it
            the program is built at its first call.
        trainable: Whether optimizers may change the variables.
        name: Name of the program.
        description: What the program is for; required.

    Raises:
        ConfigurationError: There is no description, or a part is no module.
    """

    def __init__(
        self,
        modules: Sequence[Module | SymbolicDataModel] | None = None,
        trainable: bool = True,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        if not description:
            msg = (
                "`Sequential` needs a `description`: it has no docstring of its own, "
                "and optimizers tell language models what a program is for."
            )
            raise ConfigurationError(msg)
        super().__init__(name=name, description=description, trainable=trainable)
        self._input: SymbolicDataModel | None = None
        self._steps: list[Module] = []
        for module in modules or ():
            self.add(module, rebuild=False)
        self._rebuild()

    def add(self, module: Module | SymbolicDataModel, rebuild: bool = True) -> None:
        """Append a module.

        Args:
            module: The module; or, first of all, what `Input` returned.
            rebuild: Whether to wire the program anew at once.

        Raises:
            ConfigurationError: It is no module, or an input that does not come first.
        """
        if isinstance(module, SymbolicDataModel) and not self._steps:
            self._input = module
        elif isinstance(module, Module):
            self._steps.append(module)
        else:
            msg = (
                f"`{self.name}` takes modules, the first may be an `Input`; "
                f"received: {show(module)}."
            )
            raise ConfigurationError(msg)
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Module:
        """Remove and return the last module.

        Args:
            rebuild: Whether to wire the program anew at once.

        Returns:
            The module.

        Raises:
            ConfigurationError: There is no module.
        """
        if not self._steps:
            msg = f"`{self.name}` has no module to remove."
            raise ConfigurationError(msg)
        module = self._steps.pop()
        if rebuild:
            self._rebuild()
        return module

    async def build(self, inputs: Any) -> None:
        """Wire the modules for inputs of this schema.

        Args:
            inputs: The first inputs.
        """
        self._input = Input(schema=inputs.get_schema())
        self._rebuild()

    def _rebuild(self) -> None:
        self._graph = None
        self.built = False
        if self._input is None or not self._steps:
            return
        outputs: Any = self._input
        for module in self._steps:
            outputs = run_without_waiting(module(outputs))
        self._set_graph(Function(self._input, outputs))

    def get_config(self) -> JsonObject:
        """Return the modules and names, without variables' values."""
        inputs = self._input and {"input_schema": self._input.get_schema()}
        return {
            **(inputs or {}),
            "modules": [serialize_synalinks_object(module) for module in self._steps],
            "name": self.name,
            "description": self.description,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make a program from what `get_config` returned.

        Args:
            config: The configuration.

        Returns:
            The program, its variables at their first values.
        """
        modules = [deserialize_synalinks_object(form) for form in config["modules"]]
        schema = config.get("input_schema")
        return cls(
            modules=[*([Input(schema=schema)] if schema else []), *modules],
            trainable=config.get("trainable", True),
            name=config["name"],
            description=config["description"],
        )
