"""Calling something with hooks around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from synalinks import config
from synalinks._internal import context
from synalinks.errors import warn
from synalinks.hooks._call import NOTHING, Call
from synalinks.hooks._hook import Hook, observed_now
from synalinks.hooks._identity import new_span_id, new_trace_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractContextManager

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage
    from synalinks.hooks._call import Kind

T = TypeVar("T")

_session_hooks: list[Hook] = []
_warned: set[tuple[type, type]] = set()


def add_session_hook(hook: Hook) -> None:
    """Have a hook observe every call, whenever what is called was made.

    Args:
        hook: The hook.
    """
    _session_hooks.append(hook)


def remove_session_hooks(kind: type[Hook]) -> None:
    """Take the hooks of a class away from every call.

    Args:
        kind: The class.
    """
    _session_hooks[:] = [one for one in _session_hooks if not isinstance(one, kind)]


def session_hooks() -> Sequence[Hook]:
    """Return the hooks that observe every call."""
    return _session_hooks


def is_observed(hooks: Sequence[Hook]) -> bool:
    """Return whether anyone observes a call.

    Args:
        hooks: Those of what is called.
    """
    return bool(hooks or _session_hooks)


async def observe(
    subject: Any,
    run: Callable[[], Awaitable[T]],
    *,
    kind: Kind,
    hooks: Sequence[Hook] = (),
    inputs: Any = None,
    kwargs: JsonObject | None = None,
) -> T:
    """Make a call with the hooks of what is called, and those of the session.

    Args:
        subject: What is called.
        run: Makes the call.
        kind: What kind of thing it is.
        hooks: Its own hooks.
        inputs: What it is called with.
        kwargs: Its keyword arguments.

    Returns:
        What the call returned.

    Raises:
        BaseException: What the call raised.
    """
    everyone = _everyone(hooks)
    call = new_call(subject, kind=kind, inputs=inputs, kwargs=kwargs)
    with context.bound(observed_now, call):
        begin(everyone, call)
        try:
            result = await run()
        except BaseException as error:
            call.exception = error
            raise
        else:
            call.outputs = result
            return result
        finally:
            end(everyone, call)


class Observation:
    """A call with hooks around it that ends elsewhere than it began, as streams do.

    It begins at once, as part of the call under way here.

    Args:
        subject: What is called.
        kind: What kind of thing it is.
        hooks: Its own hooks.
        inputs: What it is called with.
    """

    def __init__(
        self, subject: Any, *, kind: Kind, hooks: Sequence[Hook], inputs: Any
    ) -> None:
        self._everyone = _everyone(hooks)
        self._call = new_call(subject, kind=kind, inputs=inputs)
        with self.inside():
            begin(self._everyone, self._call)

    def inside(self) -> AbstractContextManager[object]:
        """Return the context in which something is part of the call."""
        return context.bound(observed_now, self._call)

    def end(self, outputs: Any, exception: BaseException | None) -> None:
        """Tell hooks that the call has ended.

        Args:
            outputs: What it returned.
            exception: Why it failed, or None.
        """
        self._call.outputs, self._call.exception = outputs, exception
        with self.inside():
            end(self._everyone, self._call)


def new_call(
    subject: Any, *, kind: Kind, inputs: Any = None, kwargs: JsonObject | None = None
) -> Call:
    """Return a call that is part of the one under way here, if there is one.

    Args:
        subject: What is called.
        kind: What kind of thing it is.
        inputs: What it is called with.
        kwargs: Its keyword arguments.
    """
    parent = observed_now.get()
    sample = context.sample.get()
    name = getattr(subject, "name", None) or type(subject).__name__
    return Call(
        id=new_span_id(),
        parent=parent,
        trace_id=new_trace_id() if parent is None else parent.trace_id,
        kind=kind,
        name=name,
        path=getattr(subject, "path", name),
        subject=subject,
        inputs=inputs,
        kwargs=kwargs or {},
        phase=context.phase.get(),
        sample_id=sample.id if sample else None,
    )


def begin(hooks: Sequence[Hook], call: Call) -> None:
    """Tell hooks that a call begins.

    Args:
        hooks: The hooks.
        call: The call.
    """
    parent_id = call.parent_id
    for hook in hooks:
        try:
            hook.on_call_begin(call.id, parent_id, call.inputs, call.kwargs)
        except Exception as error:  # noqa: BLE001 - who observes must not disturb
            _tell_of(hook, error)


def end(hooks: Sequence[Hook], call: Call) -> None:
    """Tell hooks that a call has ended.

    Args:
        hooks: The hooks.
        call: The call, with outputs or exception.
    """
    call.end()
    parent_id = call.parent_id
    for hook in hooks:
        try:
            hook.on_call_end(call.id, parent_id, call.outputs, call.exception)
        except Exception as error:  # noqa: BLE001 - who observes must not disturb
            _tell_of(hook, error)


def note_usage(ledger: object, usage: Usage) -> None:
    """Count what an answer took for the call under way, if it is of the same model.

    Args:
        ledger: The counters of the model that answered.
        usage: What it took.
    """
    call = observed_now.get()
    if call is not None and getattr(call.subject, "ledger", None) is ledger:
        # Most calls have one answer, and a sum takes longer than all else here.
        call.usage = usage if call.usage is NOTHING else call.usage + usage


def _everyone(hooks: Sequence[Hook]) -> Sequence[Hook]:
    if not hooks:
        return (
            *_session_hooks,
        )  # as they are now: a call ends with those it began with
    return (*hooks, *(one for one in _session_hooks if one not in hooks))


def _tell_of(hook: Hook, error: Exception) -> None:
    key = (type(hook), type(error))
    if key not in _warned:
        _warned.add(key)
        warn(f"The hook `{type(hook).__name__}` failed: {error!r}")


def _forget() -> None:
    _session_hooks.clear()
    _warned.clear()


config.on_clear_session(_forget)
