"""Which classes and functions a file may name.

A file is data: it names classes, and only those registered here are ever looked up.
Nothing is imported and no code is run because a file says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from synalinks._internal import context
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

T = TypeVar("T")

_OWN_PACKAGE = "synalinks"
_registered: dict[str, Any] = {}
_names: dict[object, str] = {}
_own: set[object] = set()


def register_synalinks_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Make a class or function loadable from saved files.

    Args:
        package: A word of your own that keeps names apart from other people's.
        name: The name in files; the class's or function's own name when None.

    Returns:
        A decorator that registers its argument and returns it unchanged.

    Raises:
        ConfigurationError: What is decorated is neither class nor function, or another
            one has this name.

    Example:
        ```python
        @synalinks.saving.register_synalinks_serializable(package="shop")
        class Router(synalinks.Module): ...
        ```
    """

    def register(target: T) -> T:
        own_name = name or getattr(target, "__name__", None)
        if not own_name or not callable(target):
            msg = (
                "`register_synalinks_serializable` takes a class or a function, "
                f"received: {show(target)}."
            )
            raise ConfigurationError(msg)
        _add(f"{package}>{own_name}", target)
        return target

    return register


def register_own(cls: type) -> None:
    """Register a class of this library under its public package.

    Args:
        cls: The class; classes defined elsewhere are left alone.
    """
    parts = cls.__module__.split(".")
    if parts[0] == _OWN_PACKAGE:
        _add(f"{'.'.join(parts[:2])}>{cls.__name__}", cls)
        _own.add(cls)


def is_own(cls: object) -> bool:
    """Return whether a class is one of this library.

    Args:
        cls: A class.
    """
    return cls in _own


def _add(key: str, target: Any) -> None:
    known = _registered.get(key)
    # The same definition may be run again, as in a notebook.
    if known is not None and _definition(known) != _definition(target):
        msg = (
            f"{key!r} is the name of another class or function in saved files: "
            f"{show(known)}, now also {show(target)}. Pass another `package` or `name`."
        )
        raise ConfigurationError(msg)
    _registered[key] = target
    _names[target] = key


def _definition(target: Any) -> tuple[str, str]:
    module = getattr(target, "__module__", "").partition("._")[0]
    return module, getattr(target, "__qualname__", repr(target))


class CustomObjectScope:
    """A `with` block in which further classes and functions may be loaded.

    Args:
        custom_objects: Objects by the name that files give them.
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None) -> None:
        self._custom_objects = dict(custom_objects or {})

    def __enter__(self) -> CustomObjectScope:
        self._token = context.custom_objects.set(
            {**_in_scope(), **self._custom_objects}
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        context.custom_objects.reset(self._token)


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """Return what the enclosing `CustomObjectScope`s allow, and all registered."""
    return {**_registered, **_in_scope()}


def get_registered_name(obj: object) -> str:
    """Return the registered name of a class or function, or its own name.

    Args:
        obj: A class or function.
    """
    return _names.get(obj) or getattr(obj, "__name__", repr(obj))


def is_registered(obj: object) -> bool:
    """Return whether a class or function is registered.

    Args:
        obj: A class or function.
    """
    return obj in _names


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """Return the class or function of a name, or None.

    Args:
        name: A registered name such as `"shop>Router"`, or a name in scope.
        custom_objects: Further objects by name; they win over the registered.
    """
    return {**get_custom_objects(), **(custom_objects or {})}.get(name)


def _in_scope() -> Mapping[str, Any]:
    return context.custom_objects.get({})
