"""`BudgetPool`: one budget for the runs of an experiment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synalinks.callbacks._spending import NOTHING, Spent, larger_of

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
        self._ended[name] = self._ended.get(name, NOTHING) + spent

    def note(self, spent: Mapping[str, Spent]) -> None:
        """Count parts that other processes have worked on.

        Args:
            spent: By name of a part, what it has spent at least.
        """
        self._before.update(spent)

    def by_part(self) -> dict[str, Spent]:
        """Return what each part has spent, by name."""
        names = {*self._before, *self._ended, *self._members}
        return {name: self._spent_by(name) for name in sorted(names)}

    def spent(self, wanted: Spent = NOTHING) -> Spent:
        """Return what all have spent; the seconds are those of the whole.

        Args:
            wanted: What is to be spent next.
        """
        total = sum(self.by_part().values(), NOTHING)
        if self._clock is None:
            return total
        return replace(
            total, seconds=self._now() - self._began_s + self._seconds_before
        )

    def _now(self) -> float:
        return 0.0 if self._clock is None else self._clock()

    def in_flight(self) -> Spent:
        """Return what all have in flight."""
        return sum((read()[1] for read in self._members.values()), NOTHING)

    def _spent_by(self, name: str) -> Spent:
        counted = self._ended.get(name, NOTHING)
        if name in self._members:
            counted += self._members[name]()[0]
        # A run that is gone on with has counted less than it has spent, at first.
        return larger_of(counted, self._before.get(name, NOTHING))
