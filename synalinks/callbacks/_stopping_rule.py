"""The decision of `EarlyStopping`: pure, from one value to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synalinks.callbacks._improvement import Improvement


class StopCause(StrEnum):
    """Why training stops early."""

    PATIENCE = "no improvement"
    TARGET = "target reached"
    DIVERGENCE = "worse than the limit"
    NOT_FINITE = "not a finite number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of the values so far."""

    best: float | None = None
    """The best value; None as long as there is no finite one."""
    wait: int = 0
    """Values since the last one that improved."""
    n_values: int = 0
    """Values so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from a value."""

    watched: Watched
    """What is known from now on."""
    is_best: bool
    """Whether the value is the best one."""
    cause: StopCause | None
    """Why to stop; None to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """When to stop."""

    improvement: Improvement
    """What counts as better."""
    patience: int = 0
    """Values without improvement after which to stop."""
    baseline: float | None = None
    """Values that are not better than this do not count as improvement."""
    stop_at: float | None = None
    """A value at least as good as this ends training."""
    divergence: float | None = None
    """A value worse than this ends training."""
    check_finite: bool = True
    """Whether a value that is not finite ends training."""

    def decide(self, value: float, watched: Watched) -> Decision:
        """Return what follows from a value.

        Args:
            value: The value.
            watched: What is known of those before.
        """
        better = self.improvement.is_better
        is_best = better(value, watched.best)
        counts = is_best and (self.baseline is None or better(value, self.baseline))
        known = replace(
            watched,
            best=value if is_best else watched.best,
            wait=0 if counts else watched.wait + 1,
            n_values=watched.n_values + 1,
        )
        return Decision(watched=known, is_best=is_best, cause=self._cause(value, known))

    def _cause(self, value: float, known: Watched) -> StopCause | None:
        rule = self.improvement
        if not math.isfinite(value) and self.check_finite:
            return StopCause.NOT_FINITE
        if self.stop_at is not None and rule.reaches(value, self.stop_at):
            return StopCause.TARGET
        if self._has_diverged(value):
            return StopCause.DIVERGENCE
        # The first value cannot be worse than those before it.
        is_spent = known.wait >= max(1, self.patience) and known.n_values > 1
        return StopCause.PATIENCE if is_spent else None

    def _has_diverged(self, value: float) -> bool:
        limit = self.divergence
        if limit is None or math.isnan(value):
            return False
        return value < limit if self.improvement.sense == "max" else value > limit
