"""`ForwardedCallback`: what stands in a worker for a callback that runs share."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks import HOOKS, Callback, overrides
from synalinks.contracts import ArmResult
from synalinks.errors import ConfigurationError
from synalinks.experiments._run import reaching
from synalinks.experiments._run_image import RunImage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import TrainerState

_SAID = ("requires", "provides", "mutates")
_STATE = ("state_dict", "load_state_dict")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCall:
    """What a worker wants to be called."""

    index: int
    """That of the callback."""
    method: str
    """A hook, or a method that saves or restores."""
    in_run: bool
    """Whether it is called from within a training."""
    is_new: bool
    """Whether that has just begun."""
    built_with: Any
    """What the program was built with, once it is."""
    is_kept: bool
    """Whether answers of models would be saved with the run."""
    content: bytes
    """Arguments, and what has changed in the run."""


class HookLine:
    """Calls, from a worker, methods of the callbacks that runs share.

    Args:
        ray: The package.
        switchboard: The actor.
        name: Name of the line.
    """

    def __init__(self, ray: Any, switchboard: Any, name: str) -> None:
        self._ray = ray
        self._switchboard = switchboard
        self._name = name
        self._numbers = itertools.count()
        self._image: RunImage | None = None

    async def call(self, index: int, hook: str, args: Any, named: Any) -> Any:
        """Call a hook, and return when it has done what it does.

        Args:
            index: That of the callback.
            hook: Name of the hook.
            args: Passed by position.
            named: Passed by name.

        Returns:
            What it returned.

        Raises:
            CancelledError: The run was cancelled; so is the hook.
            CutOffError: Nobody can be asked.
        """
        number, call = next(self._numbers), self._packed(index, hook, args, named)
        try:
            with reaching(self._ray):
                result = await self._switchboard.ask.remote(self._name, number, call)
        except asyncio.CancelledError:
            self._switchboard.put.remote(self._name, (number, None))
            raise
        return self._taken(result, args)

    def call_now(self, index: int, method: str, *args: Any) -> Any:
        """Call a method that is no hook, and hold up the event loop for it.

        Args:
            index: That of the callback.
            method: Name of the method.
            args: Passed by position.

        Returns:
            What it returned.

        Raises:
            CutOffError: Nobody can be asked.
        """
        number, call = next(self._numbers), self._packed(index, method, args, {})
        with reaching(self._ray):
            asked = self._switchboard.ask.remote(self._name, number, call)
            result = self._ray.get(asked)
        return self._taken(result, args)

    def _packed(self, index: int, method: str, args: Any, named: Any) -> HookCall:
        state: TrainerState | None = context.trainer.get()
        ctx: Any = args[0] if state is None else state.ctx
        image = self._image
        if image is None:
            image = self._image = RunImage(self._ray.cloudpickle, ctx, is_copy=False)
        is_new = state is not None and state is not image.state
        if state is not None and is_new:
            image.begin(state)
        program = None if state is None else state.program
        given = [_sendable(image, one) for one in args]
        try:
            content = image.dumps((given, named, image.changes()))
        except ConfigurationError:
            raise
        except Exception as error:
            msg = f"What the hook `{method}` is called with cannot be sent: {error}."
            raise ConfigurationError(msg) from error
        return HookCall(
            index=index,
            method=method,
            in_run=state is not None,
            is_new=is_new,
            built_with=program and program.built and program.get_build_config(),
            is_kept=context.journal.get() is not None,
            content=content,
        )

    def _taken(self, result: bytes, args: Any) -> Any:
        image: Any = self._image
        value, error, changes, changed = image.loads(result)
        image.apply(changes)
        for old, new in zip(args, changed, strict=False):
            _refill(old, new)
        if error is not None:
            raise error
        return value


def _sendable(image: RunImage, value: Any) -> Any:
    return image.sendable(value) if isinstance(value, BaseException) else value


def _refill(old: Any, new: Any) -> None:
    """Give logs, or the result of a run, what a hook has written into them."""
    if isinstance(new, dict):
        old.clear()
        old.update(new)
    elif isinstance(new, ArmResult):
        for one in fields(new):
            setattr(old, one.name, getattr(new, one.name))


class ForwardedCallback(Callback):
    """Stands in a worker for a callback that runs share: what it overrides is called.

    Args:
        line: Leads to it.
        index: That of the callback on the line.
        callback: The callback.
    """

    scope = "experiment"
    # Its errors have been dealt with where it is: those that come here end the run.
    on_hook_error = "raise"

    def __init__(self, line: HookLine, index: int, callback: Any) -> None:
        self._line = line
        self._index = index
        self._name = type(callback).__name__
        self._key = str(getattr(callback, "state_key", self._name))
        self._has_state = _has_state(callback)
        own: Mapping[str, Any] = getattr(callback, "__dict__", {})
        order: float = getattr(callback, "callback_order", 0)
        self.callback_order = -own["priority"] if "priority" in own else order
        for name in _SAID:
            if getattr(callback, name, None):
                setattr(self, name, getattr(callback, name))
        members = getattr(callback, "members", ())
        self.members: list[Any] = [ForwardedCallback(line, index, m) for m in members]
        for hook in HOOKS:
            if any(overrides(one, hook) for one in self.members or [callback]):
                setattr(self, hook, _ForwardedHook(self, hook, callback))

    def __reduce__(self) -> Any:
        return _renamed, (self._name,), vars(self)

    @property
    def state_key(self) -> str:
        """That of the callback."""
        return self._key

    def state_dict(self) -> JsonObject:
        """Return the state of the callback."""
        return self._line.call_now(self._index, "state_dict") if self._has_state else {}

    def load_state_dict(self, state: JsonObject) -> None:
        """Give the callback a state back.

        Args:
            state: The state.
        """
        if self._has_state:
            self._line.call_now(self._index, "load_state_dict", state)

    async def call(self, hook: str, args: Any, named: Any) -> Any:
        """Call a hook of the callback.

        Args:
            hook: Name of the hook.
            args: Passed by position.
            named: Passed by name.

        Returns:
            What it returned.
        """
        return await self._line.call(self._index, hook, args, named)


class _ForwardedHook:
    """A hook of a callback elsewhere."""

    def __init__(self, forwarded: ForwardedCallback, hook: str, callback: Any) -> None:
        self._forwarded = forwarded
        self._hook = hook
        # By which it is known who has written it.
        self.__module__ = getattr(getattr(callback, hook), "__module__", "")

    async def __call__(self, *args: Any, **named: Any) -> Any:
        return await self._forwarded.call(self._hook, args, named)


def _renamed(name: str) -> ForwardedCallback:
    # Times, warnings and saved states are told by the name of the class.
    kind = type(name, (ForwardedCallback,), {})
    return kind.__new__(kind)


def _has_state(callback: Any) -> bool:
    kind: Any = callback.__class__
    of_class = [getattr(kind, name, None) for name in _STATE]
    return all(of_class) and of_class != [getattr(Callback, name) for name in _STATE]
