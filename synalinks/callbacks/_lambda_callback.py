"""`LambdaCallback`: hooks given as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import HOOKS, Callback
from synalinks.errors import UnknownHookError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable


class LambdaCallback(Callback):
    """A callback made of functions.

    Args:
        callback_order: Lower runs earlier.
        hooks: Functions by the name of the hook, such as `on_epoch_end=print`; plain
            or `async`, with the arguments of the hook.

    Raises:
        UnknownHookError: There is no hook of that name.
    """

    def __init__(
        self, *, callback_order: float = 0, **hooks: Callable[..., Any]
    ) -> None:
        self.callback_order = callback_order
        for name, function in hooks.items():
            if name not in HOOKS:
                msg = f"There is no hook `{name}`.{did_you_mean(name, HOOKS)}"
                raise UnknownHookError(msg)
            setattr(self, name, function)
