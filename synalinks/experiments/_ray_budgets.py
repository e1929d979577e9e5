"""`RayBudgets`: the budgets that all workers of Ray share."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks.callbacks import BudgetLedger, LeasedPool
from synalinks.experiments._run import reaching
from synalinks.experiments._spent_before import spent_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks.callbacks import BudgetStopping, Spent
    from synalinks.experiments._run import Job


@dataclass(frozen=True, slots=True)
class RayDesk:
    """Reaches a `BudgetLedger` from a worker. All methods block."""

    ray: Any
    """The package."""
    actor: Any
    """Holds the ledger."""

    def lease(self, part: str, spent: Spent, wanted: Spent) -> Any:
        """As that of the ledger.

        Args:
            part: Name of the part.
            spent: What it has spent.
            wanted: What it needs beyond that.

        Returns:
            What it may spend.

        Raises:
            CutOffError: Nobody can be asked.
        """
        with reaching(self.ray):
            return self.ray.get(self.actor.lease.remote(part, spent, wanted))

    def settle(self, spent: Mapping[str, Spent]) -> dict[str, Spent]:
        """As that of the ledger.

        Args:
            spent: By name of a part, what it has spent.

        Returns:
            What all parts have spent.

        Raises:
            CutOffError: Nobody can be asked.
        """
        with reaching(self.ray):
            return self.ray.get(self.actor.settle.remote(spent))


class RayBudgets:
    """Hands out parts of budgets to workers, and knows what they have spent.

    Each budget is held by an actor, a small process beside the workers. What a worker
    had been given when it died comes back, but for what its folder says it has spent or
    had in flight.

    Args:
        ray: The package, connected.
        budgets: The budgets, with the scope `experiment`.
        n_sharing: Runs at a time.
    """

    def __init__(
        self, ray: Any, budgets: Sequence[BudgetStopping], *, n_sharing: int
    ) -> None:
        self._ray = ray
        self._budgets = budgets
        self._n_sharing = n_sharing
        self._desks: list[RayDesk] = []
        self._opening = threading.Lock()

    def of_run(self, job: Job) -> list[BudgetStopping]:
        """Return the part of a run in each budget; blocks.

        Args:
            job: The run.
        """
        with self._opening:
            if not self._desks:
                self._desks = [self._desk_of(one) for one in self._budgets]
        pairs = zip(self._budgets, self._desks, strict=True)
        return [self._part_of(one, desk, job.plan.key) for one, desk in pairs]

    def _desk_of(self, budget: BudgetStopping) -> RayDesk:
        pool: Any = budget.pool  # it has one
        make = self._ray.remote(num_cpus=0)(BudgetLedger)
        actor = make.remote(
            {kind: budget.budget.limit(kind) for kind in budget.budget.limits},
            pool.by_part(),
            seconds=pool.spent().seconds,
            n_sharing=self._n_sharing,
            clock=perf_counter,
        )
        return RayDesk(self._ray, actor)

    def _part_of(
        self, budget: BudgetStopping, desk: RayDesk, key: str
    ) -> BudgetStopping:
        pool: Any = budget.pool
        spent = {part: one for part, one in pool.by_part().items() if _is_of(part, key)}
        budget = copy.copy(budget)
        budget.join(LeasedPool(desk, spent, perf_counter))
        return budget

    def settle(self, job: Job) -> None:
        """Count what a run has spent that nobody is at work on any more; blocks.

        Args:
            job: The run.
        """
        if not self._budgets:
            return
        spent = spent_in({job.plan.key: job.run_dir})
        for budget, desk in zip(self._budgets, self._desks, strict=True):
            pool: Any = budget.pool
            pool.note(self._ray.get(desk.actor.settle.remote(spent)))


def _is_of(part: str, key: str) -> bool:
    return part.rpartition("/")[0] == key
