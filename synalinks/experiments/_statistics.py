"""How sure a mean over samples and replicates is, and a difference of two.

Rewards are a table: a row per replicate (a training with its own seed), a column per
sample; all replicates are scored on the same samples. Neither the cells of a row nor
those of a column are independent, so that `n_replicates * n_samples` is not the number
of observations. The model is that of a two-way layout with random effects,

    cell = mean + replicate effect + sample effect + rest,

of which the mean squares `MS_R` and `MS_S` of the analysis of variance estimate the
variance of the grand mean as `(MS_R + MS_S) / (R * S)`: the rest counts twice, which
errs on the safe side, as drawing both rows and columns anew does (Owen, The Pigeonhole
Bootstrap, Annals of Applied Statistics 1, 2007); taking it off would give too short
intervals where two or three replicates happen to be alike. Degrees of freedom are those
of Satterthwaite (1946). With one replicate it is `MS_S / S`.

The interval is a percentile bootstrap over samples, drawn anew with all of their
replicates (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and
13), to which the effects of replicates are added: two or three of these are too few to
be drawn from, so that they come from a normal distribution of their variance. Its ends
are moved out as far as quantiles of the t distribution are beyond those of the normal
one, without which few replicates or samples give intervals that are too narrow
(Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician
69, 2015, has the same remedy for percentiles). The p-value is the smallest level at
which the interval does not hold 0. Differences are of pairs: the same sample, and the
replicate of the same index.

With one replicate nothing is known of how trainings differ: the interval is then that
of these very programs on other samples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.rng import numpy_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

N_DRAWS = 4000
_MAX_CELLS = 2**21  # drawn at once: 16 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanEstimate:
    """A mean with how sure it is."""

    mean: float
    """Mean over replicates and samples."""
    standard_error: float
    """Its standard error; NaN with fewer than two samples."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    p_value: float
    """How likely a mean as far from 0 is, if the true one is 0."""
    n_replicates: int
    """Trainings."""
    n_samples: int
    """Samples that all of them were scored on."""


def estimate(
    table: Any, *, seed: int, confidence: float = 0.95, n_draws: int = N_DRAWS
) -> MeanEstimate:
    """Return the mean of a table with its interval; see the top of this file.

    Args:
        table: Array of shape `(n_replicates, n_samples)`, finite.
        seed: Seed of the draws.
        confidence: How often such an interval holds the true mean.
        n_draws: Draws of the bootstrap.
    """
    import numpy as np

    table = np.asarray(table, dtype=float)
    n_rows, n_columns = table.shape
    mean = float(table.mean())
    sizes = {"n_replicates": n_rows, "n_samples": n_columns}
    if n_columns < 2:
        return MeanEstimate(
            mean=mean, standard_error=math.nan, low=-math.inf, high=math.inf,
            p_value=1.0, **sizes,
        )  # fmt: skip
    rows = table.mean(axis=1) - mean
    columns = table.mean(axis=0) - mean
    spread = _spread_of(rows, columns)
    draws = np.sort(_drawn(rows, columns, seed, n_draws))
    low, high = _interval(mean, draws, spread.degrees, 1 - confidence)
    return MeanEstimate(
        mean=mean,
        standard_error=math.sqrt(spread.variance),
        low=low,
        high=high,
        p_value=_p_value(mean, draws, spread.degrees),
        **sizes,
    )


@dataclass(frozen=True, slots=True)
class _Spread:
    variance: float
    degrees: float


def _spread_of(rows: Any, columns: Any) -> _Spread:
    n_rows, n_columns = len(rows), len(columns)
    n_cells = n_rows * n_columns
    of_columns = n_rows * float((columns**2).sum()) / (n_columns - 1)
    if n_rows == 1:
        return _Spread(of_columns / n_cells, n_columns - 1)
    of_rows = n_columns * float((rows**2).sum()) / (n_rows - 1)
    total = of_rows + of_columns
    if total == 0:
        return _Spread(0.0, n_columns - 1)
    degrees = total**2 / (of_rows**2 / (n_rows - 1) + of_columns**2 / (n_columns - 1))
    return _Spread(total / n_cells, degrees)


def _drawn(rows: Any, columns: Any, seed: int, n_draws: int) -> Any:
    """Return how far the mean is off in each draw."""
    import numpy as np

    generator = numpy_stream(seed, "bootstrap")
    n_rows, n_columns = len(rows), len(columns)
    n_at_once = max(1, _MAX_CELLS // n_columns)
    parts: list[Any] = []
    for left in range(n_draws, 0, -n_at_once):
        shape = min(n_at_once, left), n_columns
        parts.append(columns[generator.integers(0, n_columns, size=shape)].mean(axis=1))
    found = np.concatenate(parts)
    if n_rows > 1:
        deviation = math.sqrt(float((rows**2).sum()) / (n_rows - 1) / n_rows)
        found += deviation * generator.standard_normal(n_draws)
    return found


def _interval(
    mean: float, draws: Any, degrees: float, level: float
) -> tuple[float, float]:
    """Return the interval that misses the true mean at a rate of `level`."""
    import numpy as np
    from scipy import special

    tail = level / 2
    stretch = float(special.stdtrit(degrees, tail) / special.ndtri(tail))
    low, high = (float(np.quantile(draws, share)) for share in (tail, 1 - tail))
    return mean + stretch * min(low, 0.0), mean + stretch * max(high, 0.0)


def _p_value(mean: float, draws: Any, degrees: float) -> float:
    if mean == 0:
        return 1.0
    low, high = 2 / len(draws), 0.999
    while high - low > low / 100:
        middle = (low + high) / 2
        ends = _interval(mean, draws, degrees, middle)
        low, high = (low, middle) if _is_beyond(*ends) else (middle, high)
    return high


def _is_beyond(low: float, high: float) -> bool:
    return low > 0 or high < 0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values that allow for how many comparisons there are.

    Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal
    of Statistics 6, 1979.

    Args:
        p_values: One per comparison.

    Returns:
        The adjusted ones, in the same order.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted
