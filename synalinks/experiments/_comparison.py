"""`Comparison`: whether two arms differ, on the same samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from synalinks.experiments._statistics import MeanEstimate, estimate, holm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


# Of the level, where there is one replicate.
_LEVEL_OF_ONE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How far one arm is ahead of another, and whether that is more than chance."""

    first: str
    """Name of an arm."""
    second: str
    """Name of another one."""
    difference: MeanEstimate
    """Reward of the first minus that of the second, over pairs on the same samples."""
    p_value: float
    """That of the difference, allowing for all comparisons made (Holm)."""
    level: float = 0.05
    """From which on a p-value shows nothing; 0.025 with one replicate."""

    @property
    def is_shown(self) -> bool:
        """Whether there is a difference beyond chance."""
        return self.p_value < self.level

    @property
    def verdict(self) -> str:
        """The result in words."""
        if not self.is_shown:
            return "no difference shown"
        ahead = self.first if self.difference.mean > 0 else self.second
        return f"{ahead} is better"

    @property
    def interval(self) -> str:
        """The interval of the difference, with its confidence, as text."""
        one = self.difference
        return f"[{one.low:+.4f}, {one.high:+.4f}] ({100 * (1 - self.level):.3g} %)"

    def __str__(self) -> str:
        one = self.difference
        return (
            f"{self.first} - {self.second}: {one.mean:+.4f} "
            f"{self.interval}, p = {self.p_value:.3g}, "
            f"{one.n_samples} samples, {one.n_replicates} replicates: {self.verdict}"
        )


def compare_tables(
    tables: Mapping[str, Mapping[int, Mapping[str, float]]],
    *,
    seed: int,
    baseline: str | None = None,
    confidence: float = 0.95,
) -> list[Comparison]:
    """Return a comparison of each pair of arms that have something in common.

    With one replicate nothing is known of how trainings differ, and the interval is
    exact: at a level of 0.05 it would show a difference of equal programs in 5 of 100
    comparisons on average, and so in more than 5 of two hundreds out of five. The level
    is 0.025 then, at which that is so in one hundred out of twenty-five. With several
    replicates the interval errs on the safe side by itself, unless trainings differ by
    0.05 or more, where it is exact; see `benchmarks/comparisons.py`.

    Args:
        tables: By arm, replicate and sample, the rewards.
        seed: Seed of the bootstrap.
        baseline: The arm with which all others are compared; None for all pairs.
        confidence: Of the intervals; 1 minus it is the level of the verdicts, of which
            with one replicate the half is taken.
    """
    pairs: list[tuple[str, str]] = list(combinations(tables, 2))
    if baseline is not None:
        pairs = [(one, baseline) for one in tables if one != baseline]
    found: list[Comparison] = []
    for first, second in pairs:
        pair = paired(tables[first], tables[second])
        if pair is not None:
            table, minus = pair
            level = (1 - confidence) * (_LEVEL_OF_ONE if len(table) == 1 else 1)
            difference = estimate(table, minus=minus, seed=seed, confidence=1 - level)
            one = Comparison(
                first=first,
                second=second,
                difference=difference,
                p_value=difference.p_value,
                level=level,
            )
            found.append(one)
    adjusted = holm([one.p_value for one in found])
    return [replace(one, p_value=p) for one, p in zip(found, adjusted, strict=True)]


def paired(
    first: Mapping[int, Mapping[str, float]], second: Mapping[int, Mapping[str, float]]
) -> tuple[Any, Any] | None:
    """Return the rewards of two arms on what both were scored on.

    Args:
        first: Rewards of an arm, by replicate and sample.
        second: Those of another one.

    Returns:
        An array of shape `(n_replicates, n_samples)` of each, with the same replicates
        and samples; None where there is nothing.
    """
    replicates = sorted(first.keys() & second.keys())
    left, right = ([one[index] for index in replicates] for one in (first, second))
    both = [*left, *right]
    ahead, behind = _array(left, both), _array(right, both)
    return None if ahead is None else (ahead, behind)


def table_of(rewards: Mapping[int, Mapping[str, float]]) -> Any:
    """Return the rewards of an arm on the samples that all its replicates have.

    Args:
        rewards: By replicate and sample.

    Returns:
        Array of shape `(n_replicates, n_samples)`; None where there is nothing.
    """
    rows = [rewards[index] for index in sorted(rewards)]
    return _array(rows, rows)


def _array(
    rows: Sequence[Mapping[str, float]], among: Sequence[Mapping[str, float]]
) -> Any:
    import numpy as np

    if not rows:
        return None
    samples = [task for task in among[0] if all(task in one for one in among)]
    if not samples:
        return None
    return np.array([[row[task] for task in samples] for row in rows])
