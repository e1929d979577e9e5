"""Whether a value is better than the best one before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeGuard

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


def is_real(value: Any) -> TypeGuard[float]:
    """Return whether a value is a finite number, and no truth value.

    Args:
        value: Anything.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def check_real(
    name: str, value: Any, *, at_least: float | None = None, may_be_none: bool = False
) -> None:
    """Refuse what is no finite number.

    Args:
        name: Name of the argument.
        value: What was given.
        at_least: Smallest value allowed; None for any.
        may_be_none: Whether None is allowed.

    Raises:
        ConfigurationError: The value is something else.
    """
    if value is None and may_be_none:
        return
    if is_real(value) and (at_least is None or value >= at_least):
        return
    bound = "" if at_least is None else f" of at least {at_least}"
    none = " or None" if may_be_none else ""
    msg = f"`{name}` is a finite number{bound}{none}, received: {show(value)}."
    raise ConfigurationError(msg)


def check_count(name: str, value: Any, *, at_least: int = 0) -> None:
    """Refuse what is no integer of at least so much.

    Args:
        name: Name of the argument.
        value: What was given.
        at_least: Smallest value allowed.

    Raises:
        ConfigurationError: The value is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        msg = f"`{name}` is an integer of at least {at_least}, received: {show(value)}."
        raise ConfigurationError(msg)
