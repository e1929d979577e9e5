"""`CallbackList`: the callbacks of a run, in order."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_dict, is_row
from synalinks.callbacks._adapters import as_callback
from synalinks.callbacks._callback import HOOKS, Callback, StopRun
from synalinks.errors import ConfigurationError, show, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SLOW_S = 0.5


@dataclass(slots=True, eq=False)
class _Entry:
    callback: Any
    order: float
    is_disabled: bool = False


class CallbackList:
    """The callbacks of a run; each hook calls them one after the other.

    Args:
        callbacks: One callback, a list of them (also nested), another `CallbackList`,
            or None. See `as_callback` for what may be one.

    Raises:
        ConfigurationError: Something is no callback, or the same one is given twice.
    """

    def __init__(self, callbacks: Any = None) -> None:
        self._entries: list[_Entry] = []
        self._table: dict[str, list[tuple[_Entry, Callable[..., Any]]]] = {}
        self._warned: set[tuple[int, str, type]] = set()
        self.seconds: Counter[str] = Counter()
        for callback in _flatten(callbacks):
            self.append(callback)

    # -- the list --------------------------------------------------------------------

    def append(self, callback: Any) -> None:
        """Add a callback after the last one of its `callback_order` or a lower one.

        Args:
            callback: See `as_callback`.

        Raises:
            ConfigurationError: It is no callback, or is in the list already.
        """
        found = as_callback(callback)
        if any(found is entry.callback for entry in self._entries):
            msg = f"{show(callback)} is in the list of callbacks twice."
            raise ConfigurationError(msg)
        order = _order_of(found)
        after = [i for i, entry in enumerate(self._entries) if entry.order <= order]
        position = after[-1] + 1 if after else 0
        self._entries.insert(position, _Entry(found, order))
        self._table.clear()

    def extend(self, callbacks: Any) -> None:
        """Add several callbacks.

        Args:
            callbacks: As for the constructor.
        """
        for callback in _flatten(callbacks):
            self.append(callback)

    def remove(self, which: Any) -> list[Any]:
        """Remove one callback, or all of a class.

        Args:
            which: The callback itself, or a class.

        Returns:
            What was removed.

        Raises:
            ValueError: There is nothing to remove.
        """
        found = [
            entry
            for entry in self._entries
            if entry.callback is which
            or (isinstance(which, type) and isinstance(entry.callback, which))
        ]
        if not found:
            msg = f"{show(which)} is not in the list of callbacks."
            raise ValueError(msg)
        self._entries = [entry for entry in self._entries if entry not in found]
        self._table.clear()
        return [entry.callback for entry in found]

    def move_to_front(self, callback: Any) -> None:
        """Make a callback the first in every hook, whatever its order.

        Args:
            callback: A callback of the list.
        """
        self.move_to_position(callback, 0)

    def move_to_back(self, callback: Any) -> None:
        """Make a callback the last in every hook, whatever its order.

        Args:
            callback: A callback of the list.
        """
        self.move_to_position(callback, len(self._entries) - 1)

    def move_to_position(self, callback: Any, index: int) -> None:
        """Put a callback at a position; it takes the order of its new neighbour.

        Args:
            callback: A callback of the list.
            index: Its position afterwards, from 0.

        Raises:
            IndexError: There is no such position.
            ValueError: The callback is not in the list.
        """
        if not 0 <= index < len(self._entries):
            msg = f"There are {len(self._entries)} callbacks, received index {index}."
            raise IndexError(msg)
        entry = next((one for one in self._entries if one.callback is callback), None)
        if entry is None:
            msg = f"{show(callback)} is not in the list of callbacks."
            raise ValueError(msg)
        self._entries.remove(entry)
        if self._entries:
            neighbour = self._entries[max(0, index - 1) if index else 0]
            entry.order = neighbour.order
        self._entries.insert(index, entry)
        self._table.clear()

    def refresh(self) -> None:
        """Read the orders anew, where they are computed."""
        for entry in self._entries:
            entry.order = _order_of(entry.callback)
        self._entries.sort(key=lambda entry: entry.order)
        self._table.clear()

    def __iter__(self) -> Iterator[Any]:
        return iter([entry.callback for entry in self._entries])

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Any:
        return self._entries[index].callback

    def has(self, kind: type) -> bool:
        """Return whether there is a callback of a class.

        Args:
            kind: The class.
        """
        return any(isinstance(entry.callback, kind) for entry in self._entries)

    def bind(self, program: Any, params: Mapping[str, Any]) -> None:
        """Give all callbacks the program and the parameters of a run.

        Args:
            program: The program.
            params: Parameters by name.
        """
        setters = (
            ("set_params", params), ("set_model", program), ("set_program", program),
        )  # fmt: skip
        for callback in self:
            for setter, value in setters:
                if hasattr(callback, setter):
                    getattr(callback, setter)(value)

    # -- hooks -----------------------------------------------------------------------

    def __getattr__(self, hook: str) -> Any:
        """Return the function that calls a hook, for loops of one's own.

        Raises:
            AttributeError: There is no hook of that name.
        """
        if hook in HOOKS:
            return partial(self.dispatch, hook)
        msg = f"`CallbackList` has no attribute {hook!r}."
        raise AttributeError(msg)

    async def dispatch(self, hook: str, *args: Any) -> bool:
        """Call a hook of all callbacks, in order, each awaited before the next.

        Args:
            hook: Name of the hook.
            args: Passed by position: callbacks written for other libraries name their
                arguments differently.

        Returns:
            Whether any callback returned a true value, which is a vote to reject.

        Raises:
            StopRun: A callback raised it; the others were called all the same.
        """
        stop: StopRun | None = None
        has_vote = False
        for entry, method in self._methods(hook):
            if entry.is_disabled and hook != "teardown":
                continue
            try:
                result = await self._call(entry, hook, method, args)
            except StopRun as request:
                stop = stop or request
            except Exception as error:  # noqa: BLE001 - the policy decides
                self._handle(entry, hook, error)
            else:
                has_vote = has_vote or bool(result)
        if args and is_dict(args[-1]) and not hook.startswith("on_predict"):
            _keep_numbers(args[-1])
        if stop is not None:
            raise stop
        return has_vote

    async def _call(
        self, entry: _Entry, hook: str, method: Callable[..., Any], args: Any
    ) -> Any:
        started = perf_counter()
        if getattr(entry.callback, "run_in_thread", False):
            result = await asyncio.to_thread(method, *args)
            held_s = 0.0
        else:
            result = method(*args)
            held_s = perf_counter() - started
        if inspect.isawaitable(result):
            result = await result
        name = type(entry.callback).__name__
        self.seconds[name] += perf_counter() - started
        if held_s > _SLOW_S and self._is_first(entry, hook, float):
            warn(
                f"`{name}.{hook}` held up the event loop, and all calls in flight, for "
                f"{held_s:.1f} s. Set `run_in_thread = True`, or make it `async`."
            )
        return result

    def _handle(self, entry: _Entry, hook: str, error: Exception) -> None:
        name = type(entry.callback).__name__
        policy = getattr(entry.callback, "on_hook_error", "raise")
        if policy == "raise":
            error.add_note(f"in the callback `{name}.{hook}`")
            raise error
        entry.is_disabled = entry.is_disabled or policy == "disable"
        facts = {"callback": name, "hook": hook, "error": type(error).__name__}
        state = context.trainer.get()
        if state is not None:
            state.log("callback_error", {**facts, "message": str(error)})
        if self._is_first(entry, hook, type(error)):
            end = " It is not called again." if policy == "disable" else ""
            warn(f"`{name}.{hook}` failed: {type(error).__name__}: {error}.{end}")

    def _is_first(self, entry: _Entry, hook: str, kind: type) -> bool:
        key = (id(entry), hook, kind)
        is_first = key not in self._warned
        self._warned.add(key)
        return is_first

    def _methods(self, hook: str) -> list[tuple[_Entry, Callable[..., Any]]]:
        if hook not in self._table:
            pairs = ((one, _overridden(one.callback, hook)) for one in self._entries)
            self._table[hook] = [(e, method) for e, method in pairs if method]
        return self._table[hook]


CallbackCollection = CallbackList


def _overridden(callback: Any, hook: str) -> Callable[..., Any] | None:
    """Return a hook, unless it is the one of the base class that does nothing."""
    own = getattr(type(callback), hook, None)
    if (
        own is not None
        and own is getattr(Callback, hook)
        and hook not in vars(callback)
    ):
        short = hook.replace("on_train_batch", "on_batch")
        if short == hook or _overridden(callback, short) is None:
            return None
    return getattr(callback, hook, None)


def _order_of(callback: Any) -> float:
    if "priority" in vars(callback):
        return -callback.priority
    return getattr(callback, "callback_order", 0)


def _keep_numbers(logs: dict[str, Any]) -> None:
    """Move what is no number out of the logs: printers format every value."""
    for key, value in list(logs.items()):
        if isinstance(value, (int, float)):
            continue
        item = getattr(value, "item", None)
        if callable(item) and getattr(value, "ndim", None) == 0:
            logs[key] = item()
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


def _flatten(callbacks: Any) -> Iterator[Any]:
    if callbacks is None:
        return
    if is_row(callbacks) or isinstance(callbacks, CallbackList):
        for part in callbacks:
            yield from _flatten(part)
    else:
        yield callbacks
