"""`Dispatcher`: calls one hook of many callbacks."""

from __future__ import annotations

import asyncio
import inspect
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal import context
from synalinks._internal.shape import is_dict
from synalinks.callbacks._callback import EXPERIMENT_HOOKS, Callback, StopRun
from synalinks.contracts import present_candidate, trainable_by_path
from synalinks.errors import SynalinksError, show, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

Hook: TypeAlias = Callable[..., Any]

_SLOW_S = 0.5
_NUMBERS = frozenset({int, float, bool})
# All callbacks get these, even if one fails: they give back what is held.
_FOR_ALL = (
    "on_train_end",
    "on_run_error",
    "teardown",
    "on_run_end",
    "on_experiment_end",
)
_BEFORE_PAYING = ("setup", "on_train_begin", "on_experiment_begin")
# What a callback has missed that joins a run of `fit`.
_BEGINNING: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("setup", ("train",)),
    ("on_train_begin", (None,)),
)


@dataclass(slots=True, eq=False)
class Entry:
    """A callback and its place."""

    callback: Any
    """The callback."""
    order: float
    """Lower ones are called earlier."""
    is_moved: bool = False
    """Whether it was given its place by hand, which wins over its own order."""
    is_disabled: bool = False
    """Whether it has failed and is not to be called again."""


class Dispatcher:
    """Calls the hooks of callbacks, in order.

    Attributes:
        seconds: Time spent in callbacks, by class.
        checks_changes: Whether to warn of callbacks that change the program without
            saying so.
    """

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._joined: list[Entry] = []
        self._table: dict[str, list[tuple[Entry, Hook]]] = {}
        self._warned: set[tuple[int, str, type]] = set()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.checks_changes = False

    async def dispatch(self, hook: str, *args: Any, **named: Any) -> bool:
        """Call a hook of all callbacks, in order, each awaited before the next.

        Args:
            hook: Name of the hook.
            args: Passed by position: callbacks written for other libraries name their
                arguments differently.
            named: Those that a hook takes by name only.

        Returns:
            Whether any callback returned a true value, which is a vote to reject.

        Raises:
            StopRun: A callback raised it; the others were called all the same.
        """
        if self._joined:
            await self._welcome()
        methods = self._methods(hook)
        if named:
            methods = [(entry, partial(method, **named)) for entry, method in methods]
        return await self._dispatch(methods, hook, args)

    async def _welcome(self) -> None:
        """Tell callbacks that have joined a run of its beginning."""
        joined, self._joined = self._joined, []
        for entry in joined:
            for hook, args in _BEGINNING:
                method = overridden(entry.callback, hook)
                if method is not None:
                    await self._dispatch([(entry, method)], hook, args)

    async def _dispatch(
        self, methods: Sequence[tuple[Entry, Hook]], hook: str, args: Any
    ) -> bool:
        has_vote = False
        stops: list[Exception] = []
        errors: list[Exception] = []
        logs = None
        if args and is_dict(args[-1]) and not hook.startswith("on_predict"):
            logs = args[-1]
        for entry, method in methods:
            if entry.is_disabled and hook != "teardown":
                continue
            try:
                vote = await self._call(entry, hook, method, args)
                has_vote = has_vote or (vote is not None and bool(vote))
            except StopRun as request:
                stops.append(request)
            except Exception as error:  # noqa: BLE001 - the policy decides
                errors += self._handled(entry, hook, error)
            if errors and hook not in _FOR_ALL:
                break
            if logs:  # the next callback may format every value as a number
                _keep_numbers(logs)
        _raise_first(errors, stops)
        return has_vote

    async def _call(self, entry: Entry, hook: str, method: Hook, args: Any) -> Any:
        callback = entry.callback
        before = self._digest_around(entry) if self.checks_changes else None
        started = perf_counter()
        if getattr(callback, "run_in_thread", False):
            result = await asyncio.to_thread(method, *args)
            held_s = 0.0
        else:
            result = method(*args)
            held_s = perf_counter() - started
        # Most hooks return None, and looking for more than that takes its time.
        if result is not None and inspect.isawaitable(result):
            result = await result
        self.seconds[type(callback).__name__] += perf_counter() - started
        if held_s > _SLOW_S:
            self._warn_of_slowness(entry, hook, held_s)
        if before is not None and before != self._digest_around(entry):
            self._warn_of_change(entry, hook)
        return result

    def _warn_of_slowness(self, entry: Entry, hook: str, held_s: float) -> None:
        if self._is_first(entry, hook, float):
            name = type(entry.callback).__name__
            warn(
                f"`{name}.{hook}` held up the event loop, and all calls in flight, for "
                f"{held_s:.1f} s. Set `run_in_thread = True`, or make it `async`."
            )

    def _warn_of_change(self, entry: Entry, hook: str) -> None:
        if self._is_first(entry, hook, bool):
            warn(
                f"`{type(entry.callback).__name__}.{hook}` changed the program. If it "
                "is meant to, set `mutates = True`."
            )

    def _digest_around(self, entry: Entry) -> str | None:
        """Return what identifies the program, unless the callback may change it."""
        state = context.trainer.get()
        if state is None or getattr(entry.callback, "mutates", False):
            return None
        return present_candidate(trainable_by_path(state.program)).digest

    def _handled(self, entry: Entry, hook: str, error: Exception) -> list[Exception]:
        """Return the error if it is to end the run."""
        name = type(entry.callback).__name__
        state = context.trainer.get()
        of_the_run = None if state is None else state.params.get("callback_errors")
        policy = of_the_run or _policy_of(entry.callback, hook)
        # Nothing is paid for yet: what cannot work is said rather than lived with.
        is_mistake = hook in _BEFORE_PAYING and isinstance(error, SynalinksError)
        if policy == "raise" or is_mistake:
            error.add_note(f"in the callback `{name}.{hook}`")
            return [error]
        entry.is_disabled = entry.is_disabled or policy == "disable"
        facts = {"callback": name, "hook": hook, "error": type(error).__name__}
        if state is not None:
            state.log("callback_error", {**facts, "message": str(error)})
        if self._is_first(entry, hook, type(error)):
            end = " It is not called again." if policy == "disable" else ""
            warn(f"`{name}.{hook}` failed: {type(error).__name__}: {error}.{end}")
        return []

    def _is_first(self, entry: Entry, hook: str, kind: type) -> bool:
        key = (id(entry), hook, kind)
        is_first = key not in self._warned
        self._warned.add(key)
        return is_first

    def _methods(self, hook: str) -> list[tuple[Entry, Hook]]:
        if hook not in self._table:
            pairs = ((one, overridden(one.callback, hook)) for one in self._entries)
            self._table[hook] = [(e, method) for e, method in pairs if method]
        return self._table[hook]


def _policy_of(callback: Any, hook: str) -> str:
    if hook in EXPERIMENT_HOOKS and not _has_policy(callback):
        return "warn"  # what watches an experiment ends none of its runs
    return getattr(callback, "on_hook_error", "raise")


def _has_policy(callback: Any) -> bool:
    kinds = [kind for kind in type(callback).__mro__ if kind is not Callback]
    return any("on_hook_error" in vars(one) for one in (callback, *kinds))


def overridden(callback: Any, hook: str) -> Hook | None:
    """Return a hook, unless it is the one of the base class that does nothing.

    Args:
        callback: A callback, of any class.
        hook: Name of the hook.
    """
    kind = callback.__class__
    own = getattr(kind, hook, None)
    if (
        own is not None
        and own is getattr(Callback, hook)
        and hook not in getattr(callback, "__dict__", {})
    ):
        short = hook.replace("on_train_batch", "on_batch")
        if short == hook or overridden(callback, short) is None:
            return None
    return getattr(callback, hook, None)


def overrides(callback: Any, hook: str) -> bool:
    """Return whether a callback does something in a hook.

    Args:
        callback: A callback, of any class.
        hook: Name of the hook.
    """
    return overridden(callback, hook) is not None


def _raise_first(errors: list[Exception], stops: list[Exception]) -> None:
    for error in errors[1:]:
        errors[0].add_note(f"also {error.__notes__[-1]}: {error!r}")
    for problem in (*errors, *stops):
        raise problem


def _keep_numbers(logs: dict[str, Any]) -> None:
    """Move what is no number out of the logs: printers format every value."""
    odd = [(key, value) for key, value in logs.items() if type(value) not in _NUMBERS]
    for key, given in odd:
        item, value = getattr(given, "item", None), given
        if callable(item) and getattr(given, "ndim", None) == 0:
            value = logs[key] = item()  # a scalar of NumPy
        if isinstance(value, (int, float)):
            continue
        state = context.trainer.get()
        if state is None:  # a loop of one's own may log what it likes
            continue
        del logs[key]
        state.log(key, value)
        warn(
            f"`logs[{key!r}]` is no number but {show(value)}: it is kept in "
            "`trainer.records`. Use `self.trainer.log` for texts."
        )
