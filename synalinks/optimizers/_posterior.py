"""What to believe of a candidate from few, noisy, paired measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Variance of one paired difference before anything is seen, and how many differences
# that belief is worth. Two right-or-wrong scores differ on about a third of samples.
_PRIOR_VARIANCE = 0.3
_PRIOR_WEIGHT = 6


def shrunk_mean(differences: Sequence[float], prior_sd: float) -> float:
    """Return the posterior mean of a true difference, shrunk towards no difference.

    A normal prior with mean 0 and a normal likelihood whose variance is estimated from
    the differences and a prior guess (Gelman et al., Bayesian Data Analysis, 2.5).

    Args:
        differences: Paired differences of rewards.
        prior_sd: Standard deviation of true differences between child and parent.
    """
    n = len(differences)
    if not n:
        return 0.0
    mean = sum(differences) / n
    spread = sum((one - mean) ** 2 for one in differences)
    variance = (spread + _PRIOR_WEIGHT * _PRIOR_VARIANCE) / (n - 1 + _PRIOR_WEIGHT)
    return mean * prior_sd**2 / (prior_sd**2 + variance / n)
