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
intervals where two or three replicates happen to be alike. For the same reason `MS_R`
is never taken to be less than the mean square of the rest, which is what it is expected
to be where replicates do not differ at all. Degrees of freedom are those of
Satterthwaite (1946). With one replicate it is `MS_S / S`.

A difference is of pairs: the same sample, and the replicate of the same index. Samples
are the same for both arms, so that `MS_S` is that of the differences. Trainings are
not: each arm has its own, so that `MS_R` is the sum of those of the arms, which knows
twice as much as that of the differences, two degrees of freedom from two replicates
instead of one. It takes the arms to spread about alike, and trainings of the same seed
not to be of opposite luck; where they are of the same luck it errs on the safe side.

The interval is a percentile bootstrap over samples, drawn anew with all of their
replicates (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and
13), to which the effects of replicates are added: two or three of these are too few to
be drawn from, so that they come from a normal distribution of their variance. Its ends
are moved out as far as quantiles of the t distribution are beyond those of the normal
one, without which few replicates or samples give intervals that are too narrow
(Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician
69, 2015, has the same remedy for percentiles). The p-value is the smallest level at
which the interval does not hold 0.

With one replicate nothing is known of how trainings differ: the interval is then that
of these very programs on other samples. `benchmarks/comparisons.py` measures how often
all this is wrong, and how often it finds what is there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.rng import numpy_stream
from synalinks.errors import ConfigurationError

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
    table: Any,
    *,
    seed: int,
    minus: Any = None,
    confidence: float = 0.95,
    n_draws: int = N_DRAWS,
) -> MeanEstimate:
    """Return the mean of a table with its interval; see the top of this file.

    Args:
        table: Array of shape `(n_replicates, n_samples)`, finite.
        seed: Seed of the draws.
        minus: Table of the same shape and samples, of which the replicates are other
            trainings: the estimate is then of the mean difference.
        confidence: How often such an interval holds the true mean.
        n_draws: Draws of the bootstrap.

    Raises:
        ConfigurationError: The tables have different shapes.
    """
    import numpy as np

    tables = [np.asarray(one, float) for one in (table, minus) if one is not None]
    if tables[0].shape != tables[-1].shape:
        shapes = " and ".join(str(one.shape) for one in tables)
        msg = f"`estimate`: `table` and `minus` are of one shape, received: {shapes}."
        raise ConfigurationError(msg)
    cells = tables[0] if minus is None else tables[0] - tables[1]
    n_rows, n_columns = cells.shape
    mean = float(cells.mean())
    sizes = {"n_replicates": n_rows, "n_samples": n_columns}
    if n_columns < 2:
        return MeanEstimate(
            mean=mean, standard_error=math.nan, low=-math.inf, high=math.inf,
            p_value=1.0, **sizes,
        )  # fmt: skip
    columns = cells.mean(axis=0) - mean
    spread = _spread_of(columns, tables)
    draws = np.sort(_drawn(columns, spread.of_replicates, seed, n_draws))
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
    variance: float  # of the mean
    of_replicates: float  # the part of it that is theirs
    degrees: float


def _spread_of(columns: Any, tables: Sequence[Any]) -> _Spread:
    n_rows, n_columns = tables[0].shape
    n_cells = n_rows * n_columns
    of_rows = _mean_square_of_replicates(tables) if n_rows > 1 else 0.0
    of_columns = n_rows * float((columns**2).sum()) / (n_columns - 1)
    degrees = n_columns - 1
    if of_rows > 0:
        parts = of_columns**2 / degrees + of_rows**2 / (len(tables) * (n_rows - 1))
        degrees = (of_rows + of_columns) ** 2 / parts
    return _Spread((of_rows + of_columns) / n_cells, of_rows / n_cells, degrees)


def _mean_square_of_replicates(tables: Sequence[Any]) -> float:
    """Return the sum of those of the tables, no less than that of the rest."""
    of_rows = of_rest = 0.0
    for one in tables:
        n_rows, n_columns = one.shape
        rows = one.mean(axis=1, keepdims=True) - one.mean()
        rest = one - one.mean(axis=0) - rows
        of_rows += n_columns * float((rows**2).sum()) / (n_rows - 1)
        of_rest += float((rest**2).sum()) / (n_rows - 1) / (n_columns - 1)
    return max(of_rows, of_rest)


def _drawn(columns: Any, of_replicates: float, seed: int, n_draws: int) -> Any:
    """Return how far the mean is off in each draw."""
    import numpy as np

    generator = numpy_stream(seed, "bootstrap")
    n_columns = len(columns)
    n_at_once = max(1, _MAX_CELLS // n_columns)
    parts: list[Any] = []
    for left in range(n_draws, 0, -n_at_once):
        shape = min(n_at_once, left), n_columns
        parts.append(columns[generator.integers(0, n_columns, size=shape)].mean(axis=1))
    found = np.concatenate(parts)
    if of_replicates > 0:
        found += math.sqrt(of_replicates) * generator.standard_normal(n_draws)
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
