"""What an optimizer sees of a training step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synalinks._internal.rng import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.rng import Stream
    from synalinks.contracts import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """All that an optimizer sees of a training step: data, no program."""

    index: int
    """How many steps the optimizer has taken before."""
    rollouts: Sequence[Rollout]
    """The batch under the incumbent, scored; may be empty."""
    scoring_ids: Sequence[str]
    """Samples on which candidates are compared: validation, or else the batch."""
    minibatch_size: int
    """How many of them the first comparison takes; 0 for all."""
    seed: int
    """Seed of the run."""
    attempt: int = 0
    """How many proposals of this step were rejected before."""
    pool_ids: Sequence[str] = ()
    """All training samples, in the order of the data."""

    @property
    def batch_ids(self) -> list[str]:
        """The samples of the batch."""
        return [rollout.sample_id for rollout in self.rollouts]

    def random(self, *purpose: str | int) -> Stream:
        """Return the random stream of a purpose in this step.

        Args:
            purpose: What is drawn.

        Returns:
            A fresh stream.
        """
        attempt = ("attempt", self.attempt) if self.attempt else ()
        return stream(self.seed, "optimizer", self.index, *attempt, *purpose)
