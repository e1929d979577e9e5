"""`CallbackList`: the callbacks of a run, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_row
from synalinks.callbacks._adapters import as_callback
from synalinks.callbacks._callback import HOOKS
from synalinks.callbacks._dispatcher import Dispatcher, Entry
from synalinks.callbacks._requirements import check_requirements
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from synalinks.contracts import TrainerState


class CallbackList(Dispatcher):
    """The callbacks of a run; each hook calls them one after the other.

    Args:
        callbacks: One callback, a list of them (also nested), another `CallbackList`,
            or None. See `as_callback` for what may be one.

    Raises:
        ConfigurationError: Something is no callback, or the same one is given twice.
    """

    def __init__(self, callbacks: Any = None) -> None:
        super().__init__()
        self._bound: tuple[Any, Mapping[str, Any]] | None = None
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
        entry = self._entry_of(callback)
        after = [i for i, one in enumerate(self._entries) if one.order <= entry.order]
        self._put(entry, after[-1] + 1 if after else 0)

    def insert(self, index: int, callback: Any) -> None:
        """Add a callback at a position; it takes the order of its new neighbour.

        Args:
            index: Its position afterwards, from 0.
            callback: See `as_callback`.
        """
        self._put(self._entry_of(callback), len(self._entries))
        self.move_to_position(self._entries[-1].callback, index)

    def _entry_of(self, callback: Any) -> Entry:
        found = as_callback(callback)
        if any(found is entry.callback for entry in self._entries):
            msg = f"{show(callback)} is in the list of callbacks twice."
            raise ConfigurationError(msg)
        return Entry(found, _order_of(found))

    def _put(self, entry: Entry, position: int) -> None:
        self._entries.insert(position, entry)
        self._table.clear()
        if self._bound is not None and context.trainer.get() is not None:
            # It joins a run under way.
            _bind(entry.callback, *self._bound)
            self._joined.append(entry)

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
            entry.order, entry.is_moved = neighbour.order, True
        self._entries.insert(index, entry)
        self._table.clear()

    def refresh(self) -> None:
        """Read the orders anew, where they are computed; what was moved stays so."""
        for entry in self._entries:
            if not entry.is_moved:
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
        self._bound = (program, params)
        for callback in self:
            _bind(callback, program, params)

    def check_requirements(self, state: TrainerState) -> None:
        """Refuse a run of `fit` that lacks what a callback needs.

        Args:
            state: The state of the run.
        """
        check_requirements(self, state)

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


CallbackCollection = CallbackList


def _bind(callback: Any, program: Any, params: Mapping[str, Any]) -> None:
    setters = (
        ("set_params", params), ("set_model", program), ("set_program", program),
    )  # fmt: skip
    for setter, value in setters:
        if hasattr(callback, setter):
            getattr(callback, setter)(value)


def _order_of(callback: Any) -> float:
    if "priority" in getattr(callback, "__dict__", {}):
        return -callback.priority
    return getattr(callback, "callback_order", 0)


def _flatten(callbacks: Any) -> Iterator[Any]:
    if callbacks is None:
        return
    if is_row(callbacks) or isinstance(callbacks, CallbackList):
        for part in callbacks:
            yield from _flatten(part)
    else:
        yield callbacks
