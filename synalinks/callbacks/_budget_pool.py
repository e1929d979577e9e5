"""`BudgetPool`: one budget for the runs of an experiment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synalinks.callbacks._spending import KINDS, Spent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class BudgetPool:
    """What all runs of one budget have spent together, or the parts of one run.

    Args:
        clock: Returns seconds; None where those of the parts are to be added up.
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self.begin({}, 0.0)

    def begin(self, spent: Mapping[str, Spent], seconds: float) -> None:
        """Begin to count, or go on.

        Args:
            spent: By name of a part of the whole, what earlier processes have spent.
            seconds: How long these have worked.
        """
        self._began_s, self._seconds_before = self._now(), seconds
        self._before = dict(spent)
        self._ended: dict[str, Spent] = {}
        self._members: dict[str, Callable[[], tuple[Spent, Spent]]] = {}

    def enter(self, name: str, read: Callable[[], tuple[Spent, Spent]]) -> None:
        """Count a part of the whole from now on.

        Args:
            name: Name of the part; it may be entered again when it was left.
            read: Returns what it has spent, and what it has in flight.
        """
        self._members[name] = read

    def leave(self, name: str) -> None:
        """Keep what a part has spent, which has ended.

        Args:
            name: Name of the part.
        """
        spent, _ = self._members.pop(name)()
        self._ended[name] = self._ended.get(name, Spent()) + spent

    def spent(self) -> Spent:
        """Return what all have spent; the seconds are those of the whole."""
        names = {*self._before, *self._ended, *self._members}
        total = sum(map(self._spent_by, sorted(names)), Spent())
        if self._clock is None:
            return total
        return replace(
            total, seconds=self._now() - self._began_s + self._seconds_before
        )

    def _now(self) -> float:
        return 0.0 if self._clock is None else self._clock()

    def in_flight(self) -> Spent:
        """Return what all have in flight."""
        return sum((read()[1] for read in self._members.values()), Spent())

    def _spent_by(self, name: str) -> Spent:
        counted = self._ended.get(name, Spent())
        if name in self._members:
            counted += self._members[name]()[0]
        # A run that is gone on with has counted less than it has spent, at first.
        before = self._before.get(name, Spent())
        larger = {
            one: max(getattr(counted, one), getattr(before, one)) for one in KINDS
        }
        return Spent(**larger)
