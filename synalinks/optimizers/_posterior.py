"""What to believe of a candidate from few, noisy, paired measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Variance of one paired difference before anything is seen, and how many differences
# that belief is worth. Two right-or-wrong scores differ on about a third of samples.
_PRIOR_VARIANCE = 0.3
_PRIOR_WEIGHT = 6


def posterior_mean(
    differences: Sequence[float], *, rival: float, prior: float, prior_sd: float
) -> float:
    """Return the posterior mean of a candidate's true reward.

    A normal prior and a normal likelihood whose variance is estimated from the
    differences and a prior guess (Gelman et al., Bayesian Data Analysis, 2.5).

    Args:
        differences: Paired differences of its rewards to those of a rival.
        rival: What is believed of the rival.
        prior: What is believed of the candidate before it is measured.
        prior_sd: Standard deviation of that belief.
    """
    n = len(differences)
    if not n:
        return prior
    mean = sum(differences) / n
    spread = sum((one - mean) ** 2 for one in differences)
    variance = (spread + _PRIOR_WEIGHT * _PRIOR_VARIANCE) / (n - 1 + _PRIOR_WEIGHT)
    weight = prior_sd**2 / (prior_sd**2 + variance / n)
    return prior + weight * (rival + mean - prior)
