"""`Ranking`: the best checkpoints so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synalinks.callbacks._improvement import Improvement

_ALL = -1


@dataclass(slots=True, kw_only=True)
class Ranking:
    """The best values and their files, oldest first."""

    size: int
    """How many to keep; -1 for all."""
    threshold: float | None = None
    """Values that are not better than this are none to keep."""
    kept: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """Values with the paths of their files."""

    def admits(self, value: float, improvement: Improvement) -> bool:
        """Return whether a value belongs to the best.

        Args:
            value: The value.
            improvement: What counts as better.
        """
        if self.size == _ALL:
            return True
        if not improvement.is_better(value, self.threshold) or self.size == 0:
            return False
        if len(self.kept) < self.size:
            return True
        return improvement.is_better(value, self._worst(improvement)[0])

    def add(self, value: float, path: str, improvement: Improvement) -> str | None:
        """Take in a value that is one of the best.

        Args:
            value: The value.
            path: Its file.
            improvement: What counts as better.

        Returns:
            The path of the file that is none of the best any more.
        """
        self.kept.append((value, path))
        if self.size == _ALL or len(self.kept) <= self.size:
            return None
        worst = self._worst(improvement)
        self.kept.remove(worst)
        return worst[1]

    def ordered(self, improvement: Improvement) -> list[tuple[float, str]]:
        """Return the values and their files, best first; of equal ones the oldest.

        Args:
            improvement: What counts as better.
        """
        sign = -1 if improvement.sense == "max" else 1
        finite = [one for one in self.kept if math.isfinite(one[0])]
        return sorted(finite, key=lambda one: sign * one[0])

    def _worst(self, improvement: Improvement) -> tuple[float, str]:
        worst = self.kept[0]
        for one in self.kept[1:]:
            # Of equal values the oldest stays.
            if not improvement.is_better(one[0], worst[0]):
                worst = one
        return worst
