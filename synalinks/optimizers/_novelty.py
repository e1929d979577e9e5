"""Who survives when the good ones are also to be different."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Vector = list[float]


def dominated_novelty(
    scores: Sequence[float],
    vectors: Sequence[Vector],
    k_nearest: int,
    distance: Callable[[Vector, Vector], float],
) -> list[float]:
    """Return how far each candidate is from those that are better.

    Source: Bahlous-Boldi et al. 2025, "Dominated Novelty Search: Rethinking Local
    Competition in Quality-Diversity", arXiv 2502.00593, section 3.

    Args:
        scores: Fitness, one per candidate.
        vectors: Descriptors, one per candidate.
        k_nearest: How many of the nearest better ones count.
        distance: Distance of two descriptors.

    Returns:
        Mean distance to the `k_nearest` nearest strictly better candidates; infinity
        where nobody is better.
    """
    found: list[float] = []
    for score, vector in zip(scores, vectors, strict=True):
        distances = sorted(
            distance(vector, other)
            for better, other in zip(scores, vectors, strict=True)
            if better > score
        )[:k_nearest]
        found.append(sum(distances) / len(distances) if distances else math.inf)
    return found


def cosine_distance(first: Vector, second: Vector) -> float:
    """Return one minus the cosine of two vectors.

    Args:
        first: A vector.
        second: Another one of the same length.
    """
    dot = sum(one * other for one, other in zip(first, second, strict=True))
    norms = math.hypot(*first) * math.hypot(*second)
    return 1.0 - dot / norms if norms else 1.0
