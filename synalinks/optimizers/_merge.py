"""Combining modules of two lineages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate


def merged_values(
    better: Candidate, other: Candidate, known: Mapping[str, Candidate]
) -> dict[str, JsonObject] | None:
    """Return values that take each module from the lineage that has changed it.

    Where both have changed a module since their common ancestor, the better candidate
    gives it (Agrawal et al. 2025, algorithm 4).

    Args:
        better: The candidate with the higher reward.
        other: The other one.
        known: Candidates by digest, in which ancestors are found.

    Returns:
        The values; None if there is no common ancestor, or nothing to combine.
    """
    lineage = _ancestors(better, known)
    shared = [one for one in _ancestors(other, known) if one in lineage]
    if not shared or better.digest in shared or other.digest in shared:
        return None
    ancestor = known[shared[0]]
    values = {
        path: dict(
            other.values[path]
            if value == ancestor.values[path] and other.values[path] != value
            else value
        )
        for path, value in better.values.items()
    }
    return None if values == dict(better.values) else values


def _ancestors(candidate: Candidate, known: Mapping[str, Candidate]) -> list[str]:
    """Return the digests of a candidate and of those it comes from, nearest first."""
    found: dict[str, None] = {}
    waiting = [candidate.digest]
    while waiting:
        key = waiting.pop(0)
        if key in found or key not in known:
            continue
        found[key] = None
        waiting += known[key].parents
    return list(found)
