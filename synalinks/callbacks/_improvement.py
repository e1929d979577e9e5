"""Whether a value is better than the best one before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from synalinks.errors import ConfigurationError, show

Sense: TypeAlias = Literal["max", "min"]
Mode: TypeAlias = Literal["auto", "min", "max"]
_MODES = ("auto", "min", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What counts as better: strictly, and never a value that is not finite."""

    sense: Sense
    """Whether higher (`max`) or lower (`min`) is better."""
    min_delta: float = 0.0
    """What a better value must exceed the best one by."""
    min_reldelta: float = 0.0
    """The same, as a share of the size of the best one."""

    def is_better(self, value: float, best: float | None) -> bool:
        """Return whether a value is better than the best one before.

        Args:
            value: The value.
            best: The best one before; None if there is none.
        """
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        margin = max(self.min_delta, self.min_reldelta * abs(best))
        # Compared as `value - margin > best`, as in Keras: a gain of exactly the margin
        # is none, whichever way the difference is rounded.
        return value - margin > best if self.sense == "max" else value + margin < best

    def reaches(self, value: float, target: float) -> bool:
        """Return whether a value is at least as good as a target.

        Args:
            value: The value.
            target: The target.
        """
        if not math.isfinite(value):
            return False
        return value >= target if self.sense == "max" else value <= target


def check_mode(mode: Any) -> None:
    """Refuse what is no mode.

    Args:
        mode: What was given.

    Raises:
        ConfigurationError: It is none of `auto`, `min` and `max`.
    """
    if mode not in _MODES:
        msg = f"`mode` is one of {_MODES}, received: {show(mode)}."
        raise ConfigurationError(msg)
