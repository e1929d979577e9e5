"""`BudgetLedger`: one budget, handed out in parts to runs in several processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synalinks.callbacks._spending import NOTHING, Spent, larger_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WHOLE = ("tokens", "calls")
# Of what is left, a process is given such a share at a time, divided by the number of
# processes: large enough to ask seldom, small enough to leave little unused at the end.
_SHARE = 1 / 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What a part of the whole may spend until it asks again."""

    allowed: Mapping[str, float]
    """By kind, what it may have spent then, from its very beginning."""
    elsewhere: Spent
    """What it cannot have of the limits, and the seconds of the whole so far."""


class BudgetLedger:
    """Hands out a budget, so that what all spend together is never more than it.

    What is handed out counts as spent until it is given back.

    Args:
        limits: By kind, what may be spent at most; time is not handed out.
        spent: What was spent before, by name of a part of the whole.
        seconds: How long that has taken.
        n_sharing: How many processes share the budget.
        clock: Returns seconds.
    """

    def __init__(
        self,
        limits: Mapping[str, float],
        spent: Mapping[str, Spent],
        *,
        seconds: float,
        n_sharing: int,
        clock: Callable[[], float],
    ) -> None:
        self._limits = {k: limit for k, limit in limits.items() if k != "seconds"}
        self._spent = dict(spent)
        self._held = dict(spent)
        self._share = _SHARE / n_sharing
        self._clock = clock
        self._began_s = clock() - seconds

    def lease(self, part: str, spent: Spent, wanted: Spent) -> Lease:
        """Hand out what a part wants, and some more; or nothing, if that is not left.

        Args:
            part: Name of the part.
            spent: What it has spent, from its very beginning.
            wanted: What it needs beyond that.

        Returns:
            What it may spend, from its very beginning.
        """
        self._spent[part] = larger_of(spent, self._spent.get(part, NOTHING))
        held = larger_of(spent, self._held.get(part, NOTHING))
        needed = spent + wanted
        self._held[part] = held
        total = sum(self._held.values(), NOTHING)
        grants: dict[str, float] = {}
        for kind, limit in self._limits.items():
            free = limit - getattr(total, kind)
            missing = getattr(needed, kind) - getattr(held, kind)
            if missing > max(free, 0):
                grants = {}
                break
            if missing > 0:
                more = min(free, max(missing, free * self._share))
                grants[kind] = int(more) if kind in _WHOLE else more
        held = self._held[part] = held + Spent(**grants)  # pyright: ignore[reportArgumentType] - whole where it must be
        return self._lease_of(held)

    def _lease_of(self, held: Spent) -> Lease:
        total = sum(self._held.values(), NOTHING)
        elsewhere = {
            kind: max(limit, getattr(total, kind)) - getattr(held, kind)
            for kind, limit in self._limits.items()
        }
        return Lease(
            allowed={kind: getattr(held, kind) for kind in self._limits},
            elsewhere=Spent(seconds=self._clock() - self._began_s, **elsewhere),
        )

    def settle(self, spent: Mapping[str, Spent]) -> dict[str, Spent]:
        """Take back what parts have not spent; nobody is at work on them now.

        Args:
            spent: By name of a part, what it has spent as far as that is known.

        Returns:
            What all parts have spent, as far as that is known, by name.
        """
        for part, amount in spent.items():
            total = larger_of(amount, self._spent.get(part, NOTHING))
            self._spent[part] = self._held[part] = total
        return dict(self._spent)
