"""`CallbackList`: the callbacks of a run, in order."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


HOOKS = tuple(
    name for name in vars(Callback) if name.startswith("on_") or name == "teardown"
)


class CallbackList:
    """The callbacks of a run; each hook calls them one after the other.

    Args:
        callbacks: One callback, a list of them (also nested), another `CallbackList`,
            or None. Any object with a hook of ours will do.

    Raises:
        ConfigurationError: Something is no callback, or the same one is given twice.
    """

    def __init__(self, callbacks: Any = None) -> None:
        self._callbacks: list[Any] = []
        for callback in _flatten(callbacks):
            self.append(callback)

    def append(self, callback: Any) -> None:
        """Add a callback after those of its `callback_order`.

        Args:
            callback: An object with at least one hook.

        Raises:
            ConfigurationError: It has no hook, or is in the list already.
        """
        if isinstance(callback, type) or not any(
            hasattr(callback, hook) for hook in HOOKS
        ):
            hint = " Pass an instance: add `()`." if isinstance(callback, type) else ""
            msg = (
                f"A callback is an object with hooks such as `on_epoch_end`, received: "
                f"{show(callback)}.{hint}"
            )
            raise ConfigurationError(msg)
        if any(callback is other for other in self._callbacks):
            msg = f"{show(callback)} is in the list of callbacks twice."
            raise ConfigurationError(msg)
        self._callbacks.append(callback)
        self._callbacks.sort(key=lambda one: getattr(one, "callback_order", 0))

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._callbacks))

    def __len__(self) -> int:
        return len(self._callbacks)

    def __getitem__(self, index: int) -> Any:
        return self._callbacks[index]

    def has(self, kind: type) -> bool:
        """Return whether there is a callback of a class.

        Args:
            kind: The class.
        """
        return any(isinstance(callback, kind) for callback in self._callbacks)

    def bind(self, program: Any, params: Mapping[str, Any]) -> None:
        """Give all callbacks the program and the parameters of a run.

        Args:
            program: The program.
            params: Parameters by name.
        """
        for callback in self:
            for setter, value in (
                ("set_params", params),
                ("set_model", program),
                ("set_program", program),
            ):
                if hasattr(callback, setter):
                    getattr(callback, setter)(value)

    async def dispatch(self, hook: str, *args: Any) -> None:
        """Call a hook of all callbacks, in order, each awaited before the next.

        Args:
            hook: Name of the hook.
            args: Passed by position: callbacks written for other libraries name their
                arguments differently.
        """
        for callback in self:
            method = getattr(callback, hook, None)
            if method is None:
                continue
            result = method(*args)
            if inspect.isawaitable(result):
                await result


def _flatten(callbacks: Any) -> Iterator[Any]:
    if callbacks is None:
        return
    if is_row(callbacks) or isinstance(callbacks, CallbackList):
        for part in callbacks:
            yield from _flatten(part)
    else:
        yield callbacks
