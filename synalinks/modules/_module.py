"""`Module`: the unit that programs are made of."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal import context
from synalinks._internal.naming import unique_name
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import (
    DataModel,
    JsonDataModel,
    SymbolicDataModel,
    Variable,
    is_meta_class,
)
from synalinks.errors import (
    ConfigurationError,
    GraphError,
    ModuleError,
    OutputSchemaError,
    did_you_mean,
    show,
)
from synalinks.graph import Node, Origin, symbols_in
from synalinks.language_models import LanguageModel
from synalinks.modules._discovery import attributes_of_type
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.initializers import Initializer


class Module(Configurable):
    """An asynchronous building block with variables, in the shape of a Keras layer.

    Subclasses override `call`, and where needed `build` (make state that depends on the
    inputs) and `compute_output_spec` (tell the output schema without running).

    Args:
        trainable: Whether optimizers may change the variables.
        name: Name, unique among siblings; by default the class name in snake case,
            with a number where it repeats.
        description: What the module is for. Optimizers show it to language models;
            by default the first line of the class's docstring.

    Raises:
        ConfigurationError: An argument is unknown, or the name contains `/`.
    """

    _default_description: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        lines = (inspect.cleandoc(cls.__dict__.get("__doc__") or "")).splitlines()
        cls._default_description = lines[0] if lines else cls.__name__

    def __init__(
        self,
        *,
        trainable: bool = True,
        name: str | None = None,
        description: str | None = None,
        **kwargs: Any,
    ) -> None:
        _check_arguments(type(self).__name__, name, kwargs)
        self.name = name or unique_name(type(self).__name__)
        self.description = description or self._default_description
        self.path = self.name
        self._prefix = f"{self.name}/"
        self.built = False
        self._trainable = trainable
        self._variables: list[Variable] = []
        self._build_lock: asyncio.Lock | None = None
        self._input_specs: Any = None

    # -- what subclasses override ----------------------------------------------

    async def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; subclasses name their arguments.

        Args:
            args: What the module was called with; data models are `JsonDataModel`s.
            kwargs: `training`, whether the call is part of training, if the override
                takes it; and whatever else the module was called with.

        Raises:
            ModuleError: The subclass does not override it.
        """
        msg = f"`{type(self).__name__}` does not override `async def call`."
        raise ModuleError(msg)

    async def build(self, inputs: Any) -> None:
        """Make state that depends on the inputs; runs once, before the first call.

        Args:
            inputs: The data model, or models, that the module was first called with.
        """

    async def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs for symbolic inputs; by default by running `call`.

        Args:
            args: What the module was called with, symbolic.
            kwargs: Keyword arguments of the call.

        Raises:
            OutputSchemaError: `call` cannot run on symbolic inputs.
        """
        try:
            return await self.call(*args, **kwargs)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            msg = (
                f"The output schema of `{self.name}` cannot be told: `call` failed on "
                f"symbolic inputs with {type(error).__name__}: {error} Override "
                "`async def compute_output_spec(self, inputs, training=False)` so "
                "that it returns a `SymbolicDataModel`."
            )
            raise OutputSchemaError(msg) from error

    # -- calling ---------------------------------------------------------------

    async def __call__(
        self, *args: Any, training: bool | None = None, **kwargs: Any
    ) -> Any:
        """Run the module on data models, or record it in a graph on symbolic ones.

        Args:
            args: Data models, None, or lists and dicts of these.
            training: Whether the call is part of training; None: as the outer call.
            kwargs: Passed to `call`.

        Returns:
            What `call` returns; symbolic outputs for symbolic inputs.

        Raises:
            ConfigurationError: A positional argument is no data model.
        """
        args = tuple(self._to_models(arg) for arg in args)
        if not self.built:
            await self._build_once(args)
        outer = context.call.get()
        if training is None:
            training = outer.training if outer else _default_training(type(self))
        if _accepts_training(type(self)):
            kwargs["training"] = training
        if any(True for _ in symbols_in((args, kwargs))):
            return await self._record(args, kwargs)
        scope = context.CallScope(path=self.path, training=training)
        token = context.call.set(scope)
        try:
            return await self.call(*args, **kwargs)
        finally:
            context.call.reset(token)

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a node of a graph: the same as calling the module.

        Args:
            args: Values of the node's arguments.
            kwargs: Values of the node's keyword arguments.

        Returns:
            What `call` returns.
        """
        return await self(*args, **kwargs)

    def _to_models(self, value: Any) -> Any:
        if value is None or isinstance(value, (JsonDataModel, SymbolicDataModel)):
            return value
        if isinstance(value, (DataModel, Variable)):
            return value.to_json_data_model()
        if is_meta_class(value):
            return value.to_symbolic_data_model()
        if is_row(value):
            return [self._to_models(part) for part in value]
        if is_dict(value):
            return {key: self._to_models(part) for key, part in value.items()}
        msg = (
            f"`{self.name}` takes data models as positional arguments, received: "
            f"{show(value)} of type `{type(value).__name__}`. Make it an instance of "
            "a `synalinks.DataModel`, or pass it by keyword if it is an option."
        )
        raise ConfigurationError(msg)

    async def _build_once(self, args: tuple[Any, ...]) -> None:
        if self._build_lock is None:
            self._build_lock = asyncio.Lock()
        async with self._build_lock:
            if not self.built:
                inputs = args[0] if len(args) == 1 else list(args)
                await self.build(inputs)
                self._input_specs = _to_specs(args)
                self.built = True
                self._set_paths_below()
        self._build_lock = None

    async def _record(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        outputs = await self.compute_output_spec(*args, **kwargs)
        options = {key: value for key, value in kwargs.items() if key != "training"}
        node = Node(operation=self, args=args, kwargs=options)
        if is_row(outputs):
            return tuple(
                _symbol(part, node, index) for index, part in enumerate(outputs)
            )
        return _symbol(outputs, node, 0)

    # -- state -----------------------------------------------------------------

    def add_variable(
        self,
        initializer: Initializer | JsonObject | None = None,
        data_model: Any = None,
        trainable: bool = True,
        name: str | None = None,
        description: str | None = None,
    ) -> Variable:
        """Make a variable that is saved, and optimised if it is trainable.

        Args:
            initializer: Makes the first value; by default the model's defaults.
            data_model: Schema of the value; every field needs a default.
            trainable: Whether optimizers may change it; needs a `Trainable` model.
            name: Name, unique in the module.
            description: What it is for; by default the model's docstring.

        Returns:
            The variable.

        Raises:
            ModuleError: The module is built already, or has a variable of this name.
        """
        if self.built:
            msg = f"`{self.name}` is built: add variables in `__init__` or `build`."
            raise ModuleError(msg)
        variable = Variable(
            initializer=initializer,
            data_model=data_model,
            trainable=trainable,
            name=name,
            description=description,
        )
        if any(variable.name == other.name for other in self._variables):
            msg = f"`{self.name}` has a variable named `{variable.name}` already."
            raise ModuleError(msg)
        variable.path = f"{self.path}/{variable.name}"
        self._variables.append(variable)
        return variable

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change the variables; setting it sets all parts."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for child in self.children():
            child.trainable = value

    @property
    def variables(self) -> list[Variable]:
        """All variables of the module and its parts."""
        return [variable for _, variable in self.named_variables()]

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that optimizers may change."""
        return [
            variable
            for module in self._flatten_modules()
            if module.trainable
            for variable in module.own_variables()
            if variable.trainable
        ]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that optimizers leave alone."""
        trainable = set(map(id, self.trainable_variables))
        return [one for one in self.variables if id(one) not in trainable]

    @property
    def language_models(self) -> list[LanguageModel]:
        """The language models that the module and its parts call, each once."""
        found = {
            id(model): model
            for module in self._flatten_modules()
            for model in attributes_of_type(module, LanguageModel)
        }
        return list(found.values())

    def own_variables(self) -> list[Variable]:
        """Return the module's own variables, without those of its parts."""
        return attributes_of_type(self, Variable)

    def named_variables(self) -> Iterator[tuple[str, Variable]]:
        """Yield (path, variable) of the module and its parts.

        Yields:
            The path `<module names>/<variable name>` and the variable.
        """
        for module in self._flatten_modules():
            for variable in module.own_variables():
                yield variable.path, variable

    def get_variable(
        self, name: str | None = None, index: int | None = None
    ) -> Variable:
        """Return one variable of the module or its parts.

        Args:
            name: Name or path of the variable.
            index: Position in `variables`.

        Raises:
            ConfigurationError: There is no such variable, or both or none are given.
        """
        named = list(self.named_variables())
        return pick(
            self, "variable", [(path, v.name, v) for path, v in named], name, index
        )

    # -- parts -----------------------------------------------------------------

    def children(self) -> list[Module]:
        """Return the modules that this one is directly made of."""
        return attributes_of_type(self, Module)

    def _flatten_modules(
        self,
        include_self: bool = True,
        recursive: bool = True,
    ) -> list[Module]:
        found: dict[int, Module] = {id(self): self}
        waiting = self.children()
        while waiting:
            module = waiting.pop(0)
            if id(module) not in found:
                found[id(module)] = module
                if recursive:
                    waiting = module.children() + waiting
        return list(found.values())[0 if include_self else 1 :]

    def _set_paths_below(self) -> None:
        """Give the module's variables and parts the paths that follow from its own."""
        _check_names(self)
        for variable in self.own_variables():
            variable.path = f"{self._prefix}{variable.name}"
        for child in self.children():
            child.place_below(self._prefix)

    def place_below(self, prefix: str) -> None:
        """Take a place in a larger module, with the paths that follow from it.

        Args:
            prefix: Path of the larger module, with `/` at its end; or nothing.
        """
        self.path = f"{prefix}{self.name}"
        self._prefix = f"{self.path}/"
        self._set_paths_below()

    def get_build_config(self) -> JsonObject | None:
        """Return the schemas that the module was built with, or None."""
        if self._input_specs is None:
            return None
        return {"inputs": self._input_specs}

    def clone(self, name: str | None = None) -> Self:
        """Return an unbuilt module of the same configuration.

        Args:
            name: Name of the clone; a new automatic one when None.
        """
        return type(self).from_config({**self.get_config(), "name": name})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"


def pick(
    owner: Module,
    kind: str,
    entries: list[tuple[str, str, Any]],
    name: str | None,
    index: int | None,
) -> Any:
    """Return one of several named parts.

    Args:
        owner: Whose parts they are.
        kind: What they are, for messages.
        entries: (path, name, part) of each.
        name: Name or path looked for, or None.
        index: Position looked for, or None.

    Raises:
        ConfigurationError: There is no such part, or both or none are asked for.
    """
    if (name is None) == (index is None):
        msg = f"`get_{kind}` takes `name` or `index`, received {name=}, {index=}."
        raise ConfigurationError(msg)
    if index is not None:
        if not -len(entries) <= index < len(entries):
            msg = f"`{owner.name}` has {len(entries)} {kind}s, received {index=}."
            raise ConfigurationError(msg)
        return entries[index][2]
    for path, own_name, part in entries:
        if name in (path, own_name):
            return part
    known = [path for path, _, _ in entries]
    msg = (
        f"`{owner.name}` has no {kind} named {name!r}. Available: {show(known)}."
        f"{did_you_mean(name or '', known)}"
    )
    raise ConfigurationError(msg)


def _check_names(module: Module) -> None:
    names: dict[str, Module] = {}
    for child in module.children():
        if names.setdefault(child.name, child) is not child:
            msg = (
                f"Two modules of `{module.name}` are named `{child.name}`. Names must "
                "be unique among siblings, since saved variables are found by them: "
                "pass another `name=`."
            )
            raise GraphError(msg)


def _check_arguments(class_name: str, name: Any, unknown: dict[str, Any]) -> None:
    if unknown:
        msg = f"`{class_name}` got unknown arguments: {', '.join(sorted(unknown))}."
        raise ConfigurationError(msg)
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        msg = (
            f"The name of a `{class_name}` is a text without `/` (paths of saved "
            f"variables are made of it), received: {show(name)}."
        )
        raise ConfigurationError(msg)


@cache
def _accepts_training(cls: type[Module]) -> bool:
    parameters = inspect.signature(cls.call).parameters.values()
    return any(
        parameter.name == "training" or parameter.kind is parameter.VAR_KEYWORD
        for parameter in parameters
    )


@cache
def _default_training(cls: type[Module]) -> bool:
    parameter = inspect.signature(cls.call).parameters.get("training")
    return bool(parameter is not None and parameter.default is True)


def _to_specs(value: Any) -> Any:
    if is_row(value):
        return [_to_specs(part) for part in value]
    if is_dict(value):
        return {key: _to_specs(part) for key, part in value.items()}
    return None if value is None else {"schema": value.get_schema()}


def _symbol(output: Any, node: Node, index: int) -> SymbolicDataModel | None:
    if output is None:
        return None
    symbol = SymbolicDataModel(schema=output.get_schema())
    symbol.origin = Origin(node, index)
    return symbol
