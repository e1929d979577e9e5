"""Choosing among ways to proceed by how often each has worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.rng import Stream


class Bandit:
    """Draws each arm as likely as it is the best one (Thompson 1933, beta-binomial).

    Args:
        arms: Names of the arms.
    """

    def __init__(self, arms: Iterable[str]) -> None:
        self._counts = {arm: [0, 0] for arm in arms}

    def draw(self, random: Stream, among: Sequence[str] | None = None) -> str:
        """Return an arm.

        Args:
            random: The stream to draw from.
            among: Arms that may be drawn; all when None.
        """
        draws = {
            arm: random.betavariate(1 + wins, 1 + losses)
            for arm, (wins, losses) in self._counts.items()
        }
        return max(among or draws, key=lambda arm: draws[arm])

    def note(self, arm: str, *, is_win: bool) -> None:
        """Take in what came of an arm.

        Args:
            arm: The arm.
            is_win: Whether it worked.
        """
        self._counts[arm][0 if is_win else 1] += 1

    def state_dict(self) -> JsonObject:
        """Return the counts as JSON."""
        return {arm: list(counts) for arm, counts in self._counts.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._counts = {arm: list(counts) for arm, counts in state.items()}
