"""Checks of numbers that users pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from typing import TypeGuard


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
