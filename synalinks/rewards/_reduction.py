"""From the scores of many samples to one number."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Literal, TypeAlias

from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Reduction: TypeAlias = Literal["mean", "sum", "min", "max", "none"]

REDUCERS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "sum": sum,
    "min": min,
    "max": max,
}


def checked_reduction(reduction: str | None) -> Reduction:
    """Return a valid reduction; None means `"none"`.

    Args:
        reduction: What the user gave.

    Raises:
        ConfigurationError: There is no such reduction.
    """
    match reduction:
        case None:
            return "none"
        case "mean" | "sum" | "min" | "max" | "none":
            return reduction
        case _:
            known = [*REDUCERS, "none"]
            msg = (
                f"`reduction` is {show(reduction)}. Expected one of "
                f"{', '.join(map(repr, known))}.{did_you_mean(str(reduction), known)}"
            )
            raise ConfigurationError(msg)


def reduce_scores(
    values: Iterable[float | None], reduction: str | None = "mean"
) -> float | list[float] | None:
    """Return the scores of some samples as one number.

    Args:
        values: One score per sample; None where a sample was not scored.
        reduction: `"mean"`, `"sum"`, `"min"` or `"max"`; `"none"` or None to keep
            the scores apart.

    Returns:
        The number, or None if no sample was scored. For `"none"`, the list of the
        scores there are.
    """
    name = checked_reduction(reduction)
    scored = [value for value in values if value is not None]
    if name == "none":
        return scored
    return REDUCERS[name](scored) if scored else None
