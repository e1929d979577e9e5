"""What was measured: one cell per candidate and sample, never measured twice."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks.contracts import Candidate, Rollout


class Ledger:
    """Rollouts by candidate and sample.

    Training rollouts, the scoring of candidates and validation share it: a validation
    pass is a set of cells, and a cell that is known is not paid for again.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str], Rollout] = {}
        self._data_fingerprint: str | None = None

    def keep_if_same_data(self, data_fingerprint: str) -> None:
        """Forget everything unless the samples are still the same.

        Args:
            data_fingerprint: Digest of all samples of the run.
        """
        if data_fingerprint != self._data_fingerprint:
            self._cells.clear()
            self._data_fingerprint = data_fingerprint

    def record(self, candidate: Candidate, rollouts: Iterable[Rollout]) -> None:
        """Note measured cells.

        Args:
            candidate: What was run.
            rollouts: One per sample.
        """
        for rollout in rollouts:
            self._cells[candidate.digest, rollout.sample_id] = rollout

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def data_fingerprint(self) -> str | None:
        """Digest of the samples that were measured; None before the first run."""
        return self._data_fingerprint

    def since(self, n_cells: int) -> list[tuple[str, Rollout]]:
        """Return the cells measured last, with the digests of their candidates.

        Args:
            n_cells: How many there were before.
        """
        n_new = len(self._cells) - n_cells
        newest = islice(reversed(self._cells.items()), n_new)
        return [(digest, rollout) for (digest, _), rollout in newest][::-1]

    def replace(self, cells: Iterable[tuple[str, Rollout]]) -> None:
        """Forget everything but some cells.

        Args:
            cells: Digests of candidates with what was measured.
        """
        self._cells = {(digest, one.sample_id): one for digest, one in cells}

    def get(self, candidate: Candidate, sample_id: str) -> Rollout | None:
        """Return a measured cell, or None.

        Args:
            candidate: What was run.
            sample_id: On which sample.
        """
        return self._cells.get((candidate.digest, sample_id))

    def missing(self, candidate: Candidate, sample_ids: Iterable[str]) -> list[str]:
        """Return those samples on which a candidate is not measured yet.

        Args:
            candidate: What would be run.
            sample_ids: On which samples.
        """
        return [one for one in sample_ids if (candidate.digest, one) not in self._cells]

    def rewards(
        self, candidate: Candidate, sample_ids: Iterable[str]
    ) -> dict[str, float]:
        """Return the rewards of measured cells that have one, by sample.

        Args:
            candidate: What was run.
            sample_ids: On which samples.
        """
        rollouts = (self.get(candidate, sample_id) for sample_id in sample_ids)
        return {
            rollout.sample_id: rollout.reward
            for rollout in rollouts
            if rollout is not None and rollout.reward is not None
        }

    def mean_difference(
        self, candidate: Candidate, other: Candidate, sample_ids: Sequence[str]
    ) -> float:
        """Return the mean paired difference of rewards on common samples.

        Args:
            candidate: The candidate that is judged.
            other: The one it is compared with.
            sample_ids: Samples that may be used; only those with both rewards are.

        Returns:
            Positive if `candidate` is better; 0.0 where nothing is common.
        """
        left = self.rewards(candidate, sample_ids)
        right = self.rewards(other, sample_ids)
        common = left.keys() & right.keys()
        if not common:
            return 0.0
        return sum(left[one] - right[one] for one in common) / len(common)
