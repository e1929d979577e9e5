"""Parts of a run's state that only grow: what is new in them since the last time."""

from __future__ import annotations

from itertools import islice
from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from synalinks._internal.json import JsonObject

    Part: TypeAlias = list[Any] | dict[str, Any]
    Address: TypeAlias = tuple[str, ...]

_OF_A_VARIABLE = ("predictions", "candidates")


class Parts:
    """Takes parts out of the state that would make each snapshot longer than the last.

    They are lists and dicts whose entries are put in or replaced, and never changed
    once they are there. What is new is told by the identity of the entries: that takes
    nanoseconds per entry, where writing it takes microseconds. A list that is not the
    one before with more behind it is saved from where they differ.

    Args:
        of_optimizer: Keys of the optimizer's state that hold dicts of such dicts.
    """

    def __init__(self, of_optimizer: Sequence[str]) -> None:
        self._of_optimizer = of_optimizer
        self._saved: dict[Address, Part] = {}

    def take(self, core: JsonObject) -> tuple[list[Any], list[Any]]:
        """Take the parts out of a state, and leave None where they were.

        Args:
            core: What `core_state` returned; nothing that belongs to the run itself is
                changed.

        Returns:
            What is new; and which parts there are, each with its length.
        """
        news: list[Any] = []
        there: list[Any] = []
        for address, holder in self._holders(core):
            part: Part = holder[address[-1]]
            holder[address[-1]] = None
            there.append([address, len(part)])
            new = self._new_in(address, part)
            if new is not None:
                news.append([address, *new])
        return news, there

    def _holders(self, core: JsonObject) -> Iterator[tuple[Address, JsonObject]]:
        """Yield where each part is, and the dict that it is to be taken out of."""
        for path, value in core["variables"].items():
            names = [one for one in _OF_A_VARIABLE if value.get(one)]
            core["variables"][path] = holder = {**value} if names else value
            for name in names:
                yield ("variables", path, name), holder
        core["optimizer"] = state = {**core["optimizer"]}
        for key in self._of_optimizer:
            state[key] = holder = {**state[key]}
            for name in [name for name, part in holder.items() if part]:
                yield ("optimizer", key, name), holder

    def _new_in(self, address: Address, part: Part) -> tuple[int, Part] | None:
        """Return how much of the saved part still holds, and what comes on top."""
        old = self._saved.get(address)
        if is_dict(part):
            self._saved[address] = {**part}
            return _new_entries(old if is_dict(old) else {}, part)
        self._saved[address] = part[:]
        return _new_end(old if is_list(old) else [], part)


def _new_entries(
    old: dict[str, Any], part: dict[str, Any]
) -> tuple[int, dict[str, Any]] | None:
    n_old = len(old)
    if [*old] != [*part][:n_old]:  # entries are gone, or in another order
        return 0, {**part}
    if all(map(is_, old.values(), part.values())):  # as nearly always
        new = dict(islice(part.items(), n_old, None))
    else:
        new = {key: one for key, one in part.items() if old.get(key) is not one}
    return (n_old, new) if new else None


def _new_end(old: list[Any], part: list[Any]) -> tuple[int, list[Any]] | None:
    n_kept = min(len(old), len(part))
    if not all(map(is_, old, part)):
        n_kept = [*map(is_, old, part)].index(False)
    is_same = n_kept == len(old) == len(part)
    return None if is_same else (n_kept, part[n_kept:])


def put_back(core: JsonObject, there: Iterable[Any], pieces: Iterable[Any]) -> None:
    """Put parts back where `take` took them from.

    Args:
        core: The state.
        there: Which parts there were, as `take` told.
        pieces: What was new, of all times, oldest first.

    Raises:
        FileFormatError: They are not what was taken.
    """
    parts: dict[Address, Part] = {}
    for address, n_kept, new in pieces:
        _add(parts, tuple(address), n_kept, new)
    for address, n in there:
        part = parts.get(tuple(address), [])
        if len(part) != n:
            msg = f"The journal has {len(part)} entries of {address}, not {n}."
            raise FileFormatError(msg)
        holder = core
        for key in address[:-1]:
            holder = holder[key]
        holder[address[-1]] = part


def _add(parts: dict[Address, Part], address: Address, n_kept: int, new: Part) -> None:
    part = parts.get(address)
    if is_list(new) and is_list(part):
        part[n_kept:] = new
    elif n_kept and is_dict(new) and is_dict(part):
        part.update(new)
    else:
        parts[address] = new
