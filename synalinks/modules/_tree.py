"""The tree of modules: parts, variables, and the paths that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import Variable
from synalinks.errors import ConfigurationError, GraphError, ModuleError, show
from synalinks.language_models import LanguageModel
from synalinks.modules._discovery import attributes_of_type
from synalinks.modules._selection import pick
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject
    from synalinks.initializers import Initializer
    from synalinks.modules._module import Module


class ModuleTree(Configurable):
    """What a module is made of: its variables, its parts, and their names."""

    name: str
    path: str
    built: bool
    # Paths of the variables and parts begin with it.
    _prefix: str
    _trainable: bool
    _variables: list[Variable]

    # -- variables -------------------------------------------------------------

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
            ConfigurationError: The name contains `/`, or the first value is not valid.
        """
        if self.built:
            msg = f"`{self.name}` is built: add variables in `__init__` or `build`."
            raise ModuleError(msg)
        check_name("variable", name)
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
        variable.path = f"{self._prefix}{variable.name}"
        self._variables.append(variable)
        return variable

    @property
    def trainable(self) -> bool:
        """Whether optimizers may change the variables; setting it sets all parts."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for module in self._flatten_modules():
            module._trainable = bool(value)  # noqa: SLF001 - the parts are of this class

    @property
    def variables(self) -> list[Variable]:
        """All variables of the module and its parts."""
        return _once([variable for _, variable in self.named_variables()])

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that optimizers may change.

        They are trainable themselves, and so is a module that has them, and the
        modules around it.
        """
        return _once(
            [
                variable
                for _, module in self._walk(self._prefix, trainable_only=True)
                for variable in module.own_variables()
                if variable.trainable
            ]
        )

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that optimizers leave alone."""
        trainable = set(map(id, self.trainable_variables))
        return [one for one in self.variables if id(one) not in trainable]

    def own_variables(self) -> list[Variable]:
        """Return the module's own variables, without those of its parts."""
        return attributes_of_type(self, Variable)

    def named_variables(self) -> Iterator[tuple[str, Variable]]:
        """Yield (path, variable) of the module and its parts.

        Yields:
            The path `<module names>/<variable name>` and the variable.
        """
        for prefix, module in self._walk(self._root_prefix()):
            for variable in module.own_variables():
                yield f"{prefix}{variable.name}", variable

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
        entries = [(path, one.name, one) for path, one in self.named_variables()]
        return pick(self.name, "variable", entries, name, index)

    # -- parts -----------------------------------------------------------------

    @property
    def language_models(self) -> list[LanguageModel]:
        """The language models that the module and its parts call, each once."""
        return _once(
            [
                model
                for module in self._flatten_modules()
                for model in attributes_of_type(module, LanguageModel)
            ]
        )

    def children(self) -> list[Module]:
        """Return the modules that this one is directly made of."""
        parts: list[Any] = attributes_of_type(self, ModuleTree)
        return [part for part in parts if part is not self]

    def _flatten_modules(
        self,
        include_self: bool = True,
        recursive: bool = True,
    ) -> list[Module]:
        if recursive:
            found: list[Any] = [module for _, module in self._walk("")]
        else:
            found = [self, *self.children()]
        return found[0 if include_self else 1 :]

    def _walk(
        self, prefix: str, *, trainable_only: bool = False
    ) -> Iterator[tuple[str, Module]]:
        """Yield (prefix of its paths, module) of this module and its parts, once each.

        A module that is used in several places has the path of the first.
        """
        seen: set[int] = set()
        waiting: list[tuple[str, Any]] = [(prefix, self)]
        while waiting:
            here, module = waiting.pop()
            if id(module) in seen or (trainable_only and not module.trainable):
                continue
            seen.add(id(module))
            children = module.children()
            _check_siblings(module.name, [*module.own_variables(), *children])
            yield here, module
            waiting += [(f"{here}{one.name}/", one) for one in reversed(children)]

    def _root_prefix(self) -> str:
        """Return what paths begin with when this module is looked at by itself."""
        return self._prefix

    def _set_paths_below(self) -> None:
        """Give the module's variables and parts the paths that follow from its own."""
        for prefix, module in self._walk(self._prefix):
            if module is not self:
                module.path = prefix.removesuffix("/")
                module._prefix = prefix  # noqa: SLF001 - the parts are of this class
            for variable in module.own_variables():
                variable.path = f"{prefix}{variable.name}"


def check_name(kind: str, name: Any) -> None:
    """Refuse a name that cannot be part of a path.

    Args:
        kind: What is named, for messages.
        name: The name; None for an automatic one.

    Raises:
        ConfigurationError: It is no text, is empty, or contains `/`.
    """
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        msg = (
            f"The name of a {kind} is a text without `/` (paths of saved variables "
            f"are made of it), received: {show(name)}."
        )
        raise ConfigurationError(msg)


def _check_siblings(owner: str, parts: list[Any]) -> None:
    named: dict[str, Any] = {}
    for part in parts:
        if named.setdefault(part.name, part) is not part:
            kinds = sorted({_kind(part), _kind(named[part.name])})
            what = f"Two {kinds[0]}s" if len(kinds) == 1 else "A module and a variable"
            msg = (
                f"{what} of `{owner}` are named `{part.name}`. Names must be unique "
                "among siblings, since saved variables are found by them: pass "
                "another `name=`."
            )
            raise GraphError(msg)


def _kind(part: Any) -> str:
    return "variable" if isinstance(part, Variable) else "module"


def _once(parts: list[Any]) -> list[Any]:
    return list({id(part): part for part in parts}.values())
