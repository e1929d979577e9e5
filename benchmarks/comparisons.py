"""How often a comparison of arms is wrong, and how often it finds what is there.

Answers of two arms are drawn many times: right or wrong, on samples of unlike
difficulty, with replicates that differ by as much as trainings do. Where both arms are
the same, a difference should be shown in at most 5 of 100; a true one of 0.10 on 300
samples in at least 80. A few replicates that differ much are the hard case, since
little is known of their spread; more of them are the remedy.

    python benchmarks/comparisons.py [experiments per line]
"""

from __future__ import annotations

import sys
from typing import Any

import _root  # noqa: F401 - so that `synalinks` is found
from _bars import table

from synalinks._internal.rng import numpy_stream
from synalinks.experiments import estimate

N_SAMPLES = 300
# Quantiles of the normal distribution at 0.7 and 0.6.
_LEVELS = {0.0: 0.5244, 0.10: 0.2533}
_DENSITY = 0.35


def differences(seed: int, n_replicates: int, spread: float, difference: float) -> Any:
    """Return differences of two arms, by replicate and sample."""
    generator = numpy_stream(seed, "comparisons")
    difficulty = generator.normal(size=N_SAMPLES)
    arms: list[Any] = []
    for one in (0.0, difference):
        shifts = generator.normal(size=(n_replicates, 1)) * spread / _DENSITY
        noise = generator.normal(size=(n_replicates, N_SAMPLES))
        arms.append(0.8 * difficulty + 0.6 * noise < _LEVELS[one] + shifts)
    return arms[0].astype(float) - arms[1]


def main() -> None:
    """Print a line per number of replicates and spread."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rows: list[list[object]] = []
    for n_replicates in (1, 2, 3, 5, 10):
        for spread in (0.0, 0.01, 0.02, 0.05) if n_replicates > 1 else (0.0,):
            shown = [
                100
                * sum(
                    estimate(
                        differences(seed, n_replicates, spread, difference),
                        seed=seed,
                        n_draws=1000,
                    ).p_value
                    < 0.05
                    for seed in range(n)
                )
                / n
                for difference in (0.0, 0.10)
            ]
            rows.append([f"{n_replicates} replicates, spread {spread}", *shown])
    table(["shown in % of experiments", "no difference", "of 0.10"], rows)


if __name__ == "__main__":
    main()
