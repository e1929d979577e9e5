"""How often a comparison of arms is wrong, and how often it finds what is there.

Answers of two arms are drawn many times: right or wrong, on samples of unlike
difficulty, with replicates that differ by as much as trainings do. Where both arms are
the same, a difference should be shown in at most 5 of 100; a true one of 0.10 on 300
samples in at least 80. A few replicates that differ much are the hard case, since
little is known of their spread; more of them are the remedy. Two find less than one
does, which asks no more than whether two trained programs differ.

    python benchmarks/comparisons.py [hundreds of experiments per line]
"""

from __future__ import annotations

import sys
from typing import Any

import _root  # noqa: F401 - so that `synalinks` is found
from _bars import table

from synalinks._internal.rng import numpy_stream
from synalinks.experiments._comparison import compare_tables

N_SAMPLES = 300
# Quantiles of the normal distribution at 0.7 and 0.6.
_LEVELS = {0.0: 0.5244, 0.10: 0.2533}
_DENSITY = 0.35


def arms(seed: int, n_replicates: int, spread: float, difference: float) -> Any:
    """Return the rewards of two arms, by arm, replicate and sample."""
    generator = numpy_stream(seed, "comparisons")
    difficulty = generator.normal(size=N_SAMPLES)
    tables: dict[str, dict[int, dict[str, float]]] = {}
    for arm, one in (("a", 0.0), ("b", difference)):
        shifts = generator.normal(size=(n_replicates, 1)) * spread / _DENSITY
        noise = generator.normal(size=(n_replicates, N_SAMPLES))
        is_right = 0.8 * difficulty + 0.6 * noise < _LEVELS[one] + shifts
        tables[arm] = {
            replicate: {f"{i}": float(x) for i, x in enumerate(row)}
            for replicate, row in enumerate(is_right)
        }
    return tables


def shown(n: int, *kind: Any) -> list[bool]:
    """Return for each of some experiments of a kind whether a difference is shown."""
    return [
        compare_tables(arms(seed, *kind), seed=seed)[0].is_shown for seed in range(n)
    ]


def main() -> None:
    """Print a line per number of replicates and spread."""
    n = 100 * (int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    rows: list[list[object]] = []
    for n_replicates in (1, 2, 3, 5, 10):
        for spread in (0.0, 0.01, 0.02, 0.05) if n_replicates > 1 else (0.0,):
            row: list[object] = [f"{n_replicates} replicates, spread {spread}"]
            for difference, worst in ((0.0, max), (0.10, min)):
                found = shown(n, n_replicates, spread, difference)
                hundreds = [sum(found[i : i + 100]) for i in range(0, n, 100)]
                row += [100 * sum(found) / n, worst(hundreds)]
            rows.append(row)
    head = ["no difference", "worst hundred", "of 0.10", "worst hundred"]
    table(["shown in % of experiments", *head], rows)


if __name__ == "__main__":
    main()
