"""`Module`: the unit that programs are made of."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal import context
from synalinks._internal.naming import described, unique_name
from synalinks.errors import (
    ConfigurationError,
    ModuleError,
    OutputSchemaError,
    did_you_mean,
    show,
)
from synalinks.graph import Node, has_symbols
from synalinks.hooks import is_observed, observe
from synalinks.modules._arguments import to_models
from synalinks.modules._recording import specs_of, symbols_from_specs, symbols_of
from synalinks.modules._tree import ModuleTree, check_name
from synalinks.saving import copy_configurable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.hooks import Hook, Kind


class Module(ModuleTree):
    """An asynchronous building block with variables, in the shape of a Keras layer.

    Subclasses override `call`, and where needed `build` (make state that depends on the
    inputs) and `compute_output_spec` (tell the output schema without running).

    Args:
        trainable: Whether optimizers may change the variables.
        name: Name, unique among siblings; by default the class name in snake case,
            with a number where it repeats.
        description: What the module is for. Optimizers show it to language models;
            by default the first line of the class's docstring.
        hooks: `Hook`s that observe the calls of this module; never saved.

    Raises:
        ConfigurationError: An argument is unknown, or the name contains `/`.
    """

    _default_description: ClassVar[str] = ""
    _observed_as: ClassVar[Kind] = "module"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._default_description = described(cls)

    def __init__(
        self,
        *,
        trainable: bool = True,
        name: str | None = None,
        description: str | None = None,
        hooks: Sequence[Hook] | None = None,
        **kwargs: Any,
    ) -> None:
        _check_arguments(type(self).__name__, kwargs)
        check_name(f"`{type(self).__name__}`", name)
        self.name: str = name or self._automatic_name()
        self.description: str = description or self._default_description
        self.path: str = self.name
        self._prefix = f"{self.name}/"
        self.hooks: list[Hook] = list(hooks or ())
        self._arguments.pop("hooks", None)  # they belong to this process
        self.built: bool = False
        self._trainable = bool(trainable)
        self._variables: list[Variable] = []
        self._build_lock: asyncio.Lock | None = None
        self._input_specs: Any = None
        # Inputs and outputs of the last call on symbols.
        self._wired: tuple[Any, Any] = (None, None)

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
            return await self._awaitable("call", self.call(*args, **kwargs))
        except (
            ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
            AssertionError,
        ) as error:  # fmt: skip
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
        args = to_models(self.name, args)
        if not self.built:
            await self._build_once(args)
        outer = context.call.get()
        # What a node of a graph is run with later: only what is said here.
        options = kwargs if training is None else {**kwargs, "training": training}
        if training is None:
            training = outer.training if outer else _default_training(type(self))
        if _takes_training(type(self).call):
            kwargs = {**kwargs, "training": training}
        scope = context.CallScope(path=self.path, training=training)
        with context.bound(context.call, scope):
            if not has_symbols(args) and not has_symbols(kwargs):
                if is_observed(self.hooks):
                    return await self._observed_call(args, kwargs)
                return await self._awaitable("call", self.call(*args, **kwargs))
            if not _takes_training(type(self).compute_output_spec):
                kwargs = {**kwargs}
                kwargs.pop("training", None)
            spec = self.compute_output_spec(*args, **kwargs)
            outputs = await self._awaitable("compute_output_spec", spec)
        outputs = symbols_of(outputs, Node(operation=self, args=args, kwargs=options))
        self._wired = (args[0] if len(args) == 1 else list(args), outputs)
        return outputs

    async def _observed_call(self, args: tuple[Any, ...], kwargs: JsonObject) -> Any:
        return await observe(
            self,
            lambda: self._awaitable("call", self.call(*args, **kwargs)),
            kind=self._observed_as,
            hooks=self.hooks,
            inputs=args,
            kwargs=kwargs,
        )

    def add_hook(self, hook: Hook) -> None:
        """Have a hook observe the calls of this module from now on.

        Args:
            hook: The hook.
        """
        self.hooks.append(hook)

    def run(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """Run as a node of a graph: the same as calling the module.

        Args:
            args: Values of the node's arguments.
            kwargs: Values of the node's keyword arguments.

        Returns:
            What `call` returns.
        """
        return self(*args, **kwargs)

    def _awaitable(self, method: str, returned: Any) -> Awaitable[Any]:
        if isawaitable(returned):
            return returned
        msg = (
            f"`{type(self).__name__}.{method}` is no `async def`: it returned "
            f"{show(returned)} at once. Write `async def {method}(...)`."
        )
        raise ModuleError(msg)

    async def _build_once(self, args: tuple[Any, ...]) -> None:
        if self._build_lock is None:
            self._build_lock = asyncio.Lock()
        try:
            async with self._build_lock:
                if not self.built:
                    self._set_paths_below()
                    built = self.build(args[0] if len(args) == 1 else list(args))
                    await self._awaitable("build", built)
                    self._input_specs = specs_of(args)
                    self.built = True
                    self._set_paths_below()
        finally:
            # A lock is of one event loop, and the next attempt may be in another.
            self._build_lock = None

    @property
    def input(self) -> Any:
        """The symbols that the module was last called on; None before that."""
        return self._wired[0]

    @property
    def output(self) -> Any:
        """The symbols that the module then returned; None before that.

        With it a program can be made of a part of another:
        `Program(inputs=program.inputs, outputs=program.get_module("draft").output)`.
        """
        return self._wired[1]

    # -- configuration ---------------------------------------------------------

    def _automatic_name(self) -> str:
        given = context.automatic_name.get()
        if given is None or given[0] is not type(self):
            return unique_name(type(self).__name__)
        # That of what is copied or loaded; modules inside get names of their own.
        context.automatic_name.set(None)
        check_name(f"`{type(self).__name__}`", given[1])
        return given[1]

    def present_attributes(self) -> JsonObject:
        """Return what is to be the same in a copy, if it is no argument."""
        return {
            "name": self.name,
            **({"description": self.description} if self._is_described() else {}),
            **({} if self.trainable else {"trainable": False}),
        }

    def _is_described(self) -> bool:
        return self.description != self._default_description

    def restore_attributes(self, attributes: JsonObject) -> None:
        """Set what `present_attributes` returned, the name excepted.

        Args:
            attributes: What it returned.
        """
        self.description = str(attributes.get("description", self.description))
        if attributes.get("trainable") is False:
            self.trainable = False

    def get_build_config(self) -> JsonObject | None:
        """Return the schemas that the module was built with, or None."""
        if self._input_specs is None:
            return None
        return {"inputs": self._input_specs}

    async def build_from_config(self, config: JsonObject) -> None:
        """Build the module for the inputs that `get_build_config` described.

        Its parts are built too where `call` can run on symbolic inputs.

        Args:
            config: The schemas.
        """
        args = tuple(symbols_from_specs(config["inputs"]))
        await self._build_once(args)
        try:
            await self(*args)
        except OutputSchemaError:  # then they are built at the first call
            return

    def clone(self, name: str | None = None) -> Self:
        """Return an unbuilt module of the same configuration.

        Language models and functions are shared, variables are not.

        Args:
            name: Name of the clone; a new automatic one when None.
        """
        return copy_configurable(self, name=name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"


def _check_arguments(class_name: str, unknown: dict[str, Any]) -> None:
    if unknown:
        known = ("trainable", "name", "description", "hooks")
        names = ", ".join(f"`{name}`" for name in sorted(unknown))
        hints = (did_you_mean(name, known) for name in sorted(unknown))
        hint = next(filter(None, hints), "")
        msg = f"`{class_name}` got unknown arguments: {names}.{hint}"
        raise ConfigurationError(msg)


@cache
def _takes_training(method: Callable[..., Any]) -> bool:
    parameters = inspect.signature(method).parameters.values()
    return any(
        parameter.name == "training" or parameter.kind is parameter.VAR_KEYWORD
        for parameter in parameters
    )


@cache
def _default_training(cls: type[Module]) -> bool:
    parameter = inspect.signature(cls.call).parameters.get("training")
    return bool(parameter is not None and parameter.default is True)
