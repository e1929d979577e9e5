"""`RunPlan`: the runs of an experiment, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.experiments._arm import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run of an experiment."""

    key: str
    """Its name, and that of its folder: `arm__s42`, or `arm__s42__stage`."""
    arm: str
    """Name of the arm."""
    seed: int
    """Seed of everything that is drawn in it."""
    replicate: int
    """Index among the runs of the arm that differ by the seed only."""
    stage: int | None = None
    """Index of the stage; None for an arm without stages."""
    stage_name: str | None = None
    """Name of the stage."""
    group: str | None = None
    """Name of the group; None if there is only one run in it."""
    after: str | None = None
    """Name of the run whose program it begins with."""

    def as_json(self) -> JsonObject:
        """Return the plan as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def plan_runs(arms: Sequence[Arm], *, n_repeats: int, seed: int) -> list[list[RunPlan]]:
    """Return all runs, in chains: those of a chain go one after the other.

    All arms come before the next replicate of any, so that early results are of all.

    Args:
        arms: The arms.
        n_repeats: Runs of each arm.
        seed: Seed of the first.
    """
    return [
        _chain(arm, replicate, seed + replicate, n_repeats)
        for replicate in range(n_repeats)
        for arm in arms
    ]


def _chain(arm: Arm, replicate: int, seed: int, n_repeats: int) -> list[RunPlan]:
    key = f"{arm.name}__s{seed}"
    if not arm.stages:
        group = arm.name if n_repeats > 1 else None
        return [
            RunPlan(key=key, arm=arm.name, seed=seed, replicate=replicate, group=group)
        ]
    names = [stage["name"] for stage in arm.stages]
    keys = [f"{key}__{name}" for name in names]
    return [
        RunPlan(
            key=keys[index],
            arm=arm.name,
            seed=seed,
            replicate=replicate,
            stage=index,
            stage_name=name,
            group=f"{arm.name}__{name}",
            after=keys[index - 1] if index else None,
        )
        for index, name in enumerate(names)
    ]
