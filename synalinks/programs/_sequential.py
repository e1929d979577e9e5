"""`Sequential`: a program whose modules follow one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import run_without_waiting
from synalinks.data_models import SymbolicDataModel
from synalinks.errors import ConfigurationError, NotBuiltError, show
from synalinks.graph import Function
from synalinks.modules import Module
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
        if not rebuild:
            return
        try:
            self._rebuild()
        except Exception:
            # The program stays as it was.
            self._steps = [step for step in self._steps if step is not module]
            self._rebuild()
            raise

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

        Raises:
            ConfigurationError: They are not one data model.
        """
        if not isinstance(inputs, SymbolicDataModel):
            msg = f"`{self.name}` takes one data model, received: {show(inputs)}."
            raise ConfigurationError(msg)
        self._input = inputs
        await self._wire()

    def _rebuild(self) -> None:
        self._graph = None
        self.built = False
        if self._input is not None and self._steps:
            run_without_waiting(self._wire())

    async def _wire(self) -> None:
        if not self._steps:
            msg = f"`{self.name}` has no module to run: `add` one."
            raise NotBuiltError(msg)
        outputs: Any = self._input
        for module in self._steps:
            outputs = await module(outputs)
        self._set_graph(Function(self._input, outputs))

    def get_config(self) -> JsonObject:
        """Return the modules and names, without variables' values."""
        if type(self).__init__ is not Sequential.__init__:
            return Module.get_config(self)
        parts = {"input": _operation_of(self._input), "modules": self._steps}
        return {
            **serialize_synalinks_object(parts),
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
        if cls.__init__ is not Sequential.__init__:
            return super(Program, cls).from_config(config)
        parts = {"input": config.get("input"), "modules": config["modules"]}
        made: JsonObject = deserialize_synalinks_object(parts)
        given, modules = made["input"], made["modules"]
        return cls(
            modules=[*([given.symbol()] if given else []), *modules],
            trainable=config.get("trainable", True),
            name=config.get("name"),
            description=config["description"],
        )


def _operation_of(symbol: SymbolicDataModel | None) -> Any:
    origin = symbol and symbol.origin
    return origin and origin.node.operation
