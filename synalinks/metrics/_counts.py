"""Right and wrong answers, and the ratios made of them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Measure: TypeAlias = Callable[["Counts"], float]

Average: TypeAlias = Literal["micro", "macro", "weighted"] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How often something was found, wrongly found, and missed.

    The true positives, false positives and false negatives of one class.
    """

    hits: int = 0
    """In the target and in the prediction."""
    extra: int = 0
    """In the prediction only."""
    missed: int = 0
    """In the target only."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.hits + other.hits,
            self.extra + other.extra,
            self.missed + other.missed,
        )

    @property
    def support(self) -> int:
        """How often it is in the target."""
        return self.hits + self.missed


def precision(counts: Counts) -> float:
    """Return the share of what was predicted that is right; 0.0 for nothing.

    Args:
        counts: Hits, extras and misses.
    """
    return _ratio(counts.hits, counts.hits + counts.extra)


def recall(counts: Counts) -> float:
    """Return the share of what is right that was predicted; 0.0 for nothing.

    Args:
        counts: Hits, extras and misses.
    """
    return _ratio(counts.hits, counts.support)


def f_beta(beta: float) -> Measure:
    """Return the function that computes the F-beta score (van Rijsbergen 1979).

    `(1 + beta²) * hits / ((1 + beta²) * hits + beta² * missed + extra)`: the weighted
    harmonic mean of precision and recall.

    Args:
        beta: How many times recall matters as much as precision.

    Raises:
        ConfigurationError: `beta` is not a positive number.
    """
    is_number = isinstance(beta, (int, float)) and not isinstance(beta, bool)  # pyright: ignore[reportUnnecessaryIsInstance] - users
    if not is_number or not 0 < beta < float("inf"):
        msg = f"`beta` is {show(beta)}. Expected a positive number, such as 1.0."
        raise ConfigurationError(msg)
    square = beta * beta

    def measure(counts: Counts) -> float:
        weighted_hits = (1 + square) * counts.hits
        return _ratio(
            weighted_hits, weighted_hits + square * counts.missed + counts.extra
        )

    return measure


def averaged(counts: Iterable[Counts], measure: Measure, average: Average) -> float:
    """Return the measure of several classes as one number.

    Args:
        counts: The counts of each class.
        measure: From counts to a number.
        average: `"micro"` adds the counts up first; `"macro"` and None take the mean
            of the classes' numbers; `"weighted"` their mean weighted by support.

    Returns:
        The number; 0.0 if there are no classes.
    """
    classes = list(counts)
    if not classes:
        return 0.0
    if average == "micro":
        return measure(sum(classes, Counts()))
    values = [measure(one) for one in classes]
    if average == "weighted":
        supports = [one.support for one in classes]
        total = sum(
            value * support for value, support in zip(values, supports, strict=True)
        )
        return _ratio(total, sum(supports))
    return statistics.fmean(values)


def checked_average(average: str | None) -> Average:
    """Return a valid `average`.

    Args:
        average: What the user gave.

    Raises:
        ConfigurationError: There is no such average.
    """
    match average:
        case None | "micro" | "macro" | "weighted":
            return average
        case _:
            known = ["micro", "macro", "weighted"]
            msg = (
                f"`average` is {show(average)}. Expected 'micro', 'macro', 'weighted' "
                f"or None.{did_you_mean(str(average), known)}"
            )
            raise ConfigurationError(msg)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
