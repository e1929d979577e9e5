"""Objects that are described by the arguments they were made with."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError
from synalinks.saving._registry import register_own
from synalinks.saving._serialization import from_json_form, to_json_form
from synalinks.saving._sharing import shared_objects, with_shared_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from synalinks._internal.json import JsonObject


class Configurable:
    """Remembers its constructor's arguments, so that it can be saved and made again.

    A subclass gets `get_config` and `from_config` for nothing as long as its arguments
    are JSON values, data models, other configurable objects, or registered functions.
    """

    _arguments: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        register_own(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Bind the arguments before `__init__` sees them.

        Returns:
            The object, not initialised yet.
        """
        self = super().__new__(cls)
        self._arguments = _bind(cls.__init__, args, kwargs)
        return self

    # Hidden from the type checker, which would believe that there are all names.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Tell of a subclass that forgot `super().__init__()`.

            Returns:
                Nothing: there is no attribute of this name.

            Raises:
                AttributeError: There is no such attribute, or not yet.
            """
            if "name" in self.__dict__ or name.startswith("__"):
                return object.__getattribute__(self, name)  # raises what is usual
            cls = type(self).__name__
            msg = (
                f"`{cls}` has no `{name}` yet: `{cls}.__init__` must call "
                "`super().__init__(...)` before anything else."
            )
            raise AttributeError(msg)

    def get_config(self) -> JsonObject:
        """Return the constructor's arguments as JSON.

        The present `name`, `description`, `trainable` and `language_model` win over
        those given.

        Raises:
            ConfigurationError: The constructor got `*args`, which have no names.
        """
        config = dict(self._arguments)
        for key in config:
            if key.startswith("*"):
                msg = (
                    f"`{type(self).__name__}` was made with positional `{key}`, which "
                    "a configuration cannot hold. Give the arguments names, or "
                    "override `get_config` and `from_config`."
                )
                raise ConfigurationError(msg)
        for key in ("name", "description", "trainable", "language_model"):
            if key in config and hasattr(self, key):
                config[key] = getattr(self, key)
        return with_shared_ids(
            lambda: {key: to_json_form(value) for key, value in config.items()}
        )

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make an object from what `get_config` returned.

        Args:
            config: The constructor's arguments as JSON.

        Returns:
            The object.
        """
        with shared_objects():
            arguments = {key: from_json_form(value) for key, value in config.items()}
        return cls(**arguments)


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _bind(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    signature = _signature(function)
    try:
        bound = signature.bind(None, *args, **kwargs)
    except TypeError:  # the call of `__init__` that follows raises the right message
        return {}
    bound.apply_defaults()
    arguments: dict[str, Any] = {}
    for name, value in list(bound.arguments.items())[1:]:
        match signature.parameters[name].kind:
            case inspect.Parameter.VAR_KEYWORD:
                arguments.update(value)
            case inspect.Parameter.VAR_POSITIONAL:
                arguments.update({f"*{name}": value} if value else {})
            case _:
                arguments[name] = value
    return arguments
