"""`LeasedPool`: the part of one run in a budget that other processes share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from synalinks.callbacks._budget_pool import BudgetPool
from synalinks.callbacks._spending import NOTHING, Spent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synalinks.callbacks._budget_ledger import Lease


class Desk(Protocol):
    """Where a `BudgetLedger` is to be reached, in whatever process."""

    def lease(self, part: str, spent: Spent, wanted: Spent) -> Lease:
        """As that of a `BudgetLedger`.

        Args:
            part: Name of the part.
            spent: What it has spent.
            wanted: What it needs beyond that.

        Returns:
            What it may spend.
        """
        ...

    def settle(self, spent: Mapping[str, Spent]) -> object:
        """As that of a `BudgetLedger`.

        Args:
            spent: By name of a part, what it has spent.
        """
        ...


class LeasedPool(BudgetPool):
    """Spends what is handed out, and asks for more when that is used up.

    To the run, all that it cannot have is spent. Most calls are allowed without asking;
    who is asked answers within a millisecond or so, for which the event loop waits.

    Args:
        desk: Hands out the budget.
        spent: By name of a part of the run, what earlier processes have spent.
        clock: Returns seconds.
    """

    def __init__(
        self, desk: Desk, spent: Mapping[str, Spent], clock: Callable[[], float]
    ) -> None:
        super().__init__(clock)
        self.begin(spent, 0.0)
        self._desk = desk
        self._lease: Lease | None = None
        self._leased_s = 0.0

    def leave(self, name: str) -> None:
        """Give back what a part has not spent.

        Args:
            name: Name of the part, which has ended.
        """
        super().leave(name)
        self._lease = None
        self._desk.settle({name: self.by_part()[name]})

    def spent(self, wanted: Spent = NOTHING) -> Spent:
        """Return what is spent, handed out to others included.

        Args:
            wanted: What is to be spent next: it is asked for, if need be.
        """
        name = next(iter(self._members), None)
        if name is None:  # a run does one thing at a time, and nothing now
            return super().spent()
        own = self.by_part()[name]
        ahead = self.in_flight() + wanted
        lease = self._lease
        if lease is None or _is_beyond(lease, own + ahead):
            lease = self._lease = self._desk.lease(name, own, ahead)
            self._leased_s = self._now()
        seconds = lease.elsewhere.seconds + self._now() - self._leased_s
        return replace(lease.elsewhere + own, seconds=seconds)


def _is_beyond(lease: Lease, spent: Spent) -> bool:
    return any(getattr(spent, kind) > most for kind, most in lease.allowed.items())
