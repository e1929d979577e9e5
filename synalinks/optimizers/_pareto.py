"""Who is best on at least one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.rng import Stream


def front_counts(
    rewards: Mapping[str, Mapping[str, float]], sample_ids: Sequence[str]
) -> dict[str, int]:
    """Return on how many samples each candidate of the front is among the best.

    Candidates that are best only where another one of the front is best too are left
    out (Agrawal et al. 2025, algorithm 2).

    Args:
        rewards: Rewards by sample, by candidate.
        sample_ids: The samples.

    Returns:
        A positive number for each candidate of the front.
    """
    winners = [_winners(rewards, one) for one in sample_ids]
    winners = [one for one in winners if one]
    means = {key: sum(one.values()) for key, one in rewards.items()}
    kept = {key for group in winners for key in group}
    # Of equal ones the first goes first; the order of a set is another in each process.
    for key in sorted(filter(kept.__contains__, rewards), key=means.__getitem__):
        if all(len(group & kept) > 1 for group in winners if key in group):
            kept.discard(key)
    return {
        key: sum(key in group for group in winners) for key in rewards if key in kept
    }


def draw_parent(counts: Mapping[str, int], random: Stream) -> str:
    """Draw a candidate in proportion to its samples on the front.

    Args:
        counts: What `front_counts` returned; not empty.
        random: The stream to draw from.

    Returns:
        Its digest.
    """
    keys = list(counts)
    return random.choices(keys, [counts[key] for key in keys])[0]


def _winners(rewards: Mapping[str, Mapping[str, float]], sample_id: str) -> set[str]:
    found = {key: one[sample_id] for key, one in rewards.items() if sample_id in one}
    best = max(found.values(), default=0.0)
    return {key for key, value in found.items() if value == best}
