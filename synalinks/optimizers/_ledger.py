"""What was measured: cells of candidate, sample and draw, none measured twice."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.contracts import Usage, rollout_from_json, rollout_to_json

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate, Rollout


class Ledger:
    """Rollouts by candidate, sample and draw, and what they and proposals have cost.

    Training rollouts, the scoring of candidates and validation share it: a validation
    pass is a set of cells, and a cell that is known is not paid for again.

    Draws tell several measurements of one candidate on one sample apart, for optimizers
    that ask for them with `Trial(..., draw=1)`. What is compared are samples: each has
    the mean reward of its draws that have one. Batches and validation are draw 0.

    Attributes:
        proposal_usage: What the calls took that made proposals.
        is_saved_in_pieces: Whether somebody else saves cells as they come: the state
            is then without them, or it would grow with the run.
    """

    def __init__(self) -> None:
        self.proposal_usage: Usage = Usage()
        self.is_saved_in_pieces = False
        self.replace([])
        self._data_fingerprint: str | None = None
        self._samples: Mapping[str, tuple[Any, Any]] = {}

    def keep_if_same_data(
        self,
        data_fingerprint: str,
        samples: Mapping[str, tuple[Any, Any]] | None = None,
    ) -> None:
        """Forget everything unless the samples and what scores them are the same.

        Args:
            data_fingerprint: Digest of all samples of the run, and of what scores them.
            samples: Input and target by sample, for cells that come from a file.
        """
        if data_fingerprint != self._data_fingerprint:
            self.replace([])
            self._data_fingerprint = data_fingerprint
        self._samples = samples or {}

    def record(self, candidate: Candidate, rollouts: Iterable[Rollout]) -> None:
        """Note measured cells.

        Args:
            candidate: What was run.
            rollouts: One per sample and draw.
        """
        for rollout in rollouts:
            self._enter(candidate.digest, rollout)

    def charge(self, usage: Usage) -> None:
        """Note what a call took that made a proposal.

        Args:
            usage: What it took.
        """
        self.proposal_usage += usage

    @contextlib.contextmanager
    def charging(self) -> Generator[None]:
        """Note what the calls take that are made inside a `with` block.

        Yields:
            None.
        """
        taken: list[Usage] = []
        try:
            with context.bound(context.taken, taken):
                yield
        finally:
            self.charge(Usage.total(taken))

    def usage(self) -> Usage:
        """Return what all cells and proposals took together.

        What judges take, which a reward asks, is in `history.usage` alone.
        """
        cells = (cell.usage for cell in self._cells.values())
        return sum(cells, self.proposal_usage)

    @property
    def n_cells(self) -> int:
        """How many cells are measured."""
        return len(self._cells)

    def has_calls(self, path: str | None = None) -> bool:
        """Return whether any call was recorded so far.

        Args:
            path: Path of the variable that it was made with; any when None.
        """
        return bool(self._called) if path is None else path in self._called

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
        return [(digest, rollout) for (digest, *_), rollout in newest][::-1]

    def replace(self, cells: Iterable[tuple[str, Rollout]]) -> None:
        """Forget everything but some cells.

        Args:
            cells: Digests of candidates with what was measured.
        """
        self._cells: dict[tuple[str, str, int], Rollout] = {}
        self._rewards: dict[str, dict[str, float]] = {}
        self._draws: set[int] = set()
        self._called: set[str] = set()
        for digest, rollout in cells:
            self._enter(digest, rollout)

    def get(
        self, candidate: Candidate, sample_id: str, draw: int = 0
    ) -> Rollout | None:
        """Return a measured cell, or None.

        Args:
            candidate: What was run.
            sample_id: On which sample.
            draw: Which one of its measurements.
        """
        cell = self._cells.get((candidate.digest, sample_id, draw))
        if cell is None or cell.inputs is not None or sample_id not in self._samples:
            return cell
        inputs, target = self._samples[sample_id]
        return replace(cell, inputs=inputs, target=target)

    def missing(
        self, candidate: Candidate, sample_ids: Iterable[str], draw: int = 0
    ) -> list[str]:
        """Return those samples on which a candidate is not measured yet, once each.

        Args:
            candidate: What would be run.
            sample_ids: On which samples.
            draw: Which one of several measurements.
        """
        digest, cells = candidate.digest, self._cells
        ids = dict.fromkeys(sample_ids)
        return [one for one in ids if (digest, one, draw) not in cells]

    def rewards(
        self, candidate: Candidate, sample_ids: Iterable[str]
    ) -> dict[str, float]:
        """Return the rewards of samples that have one, each the mean over its draws.

        Args:
            candidate: What was run.
            sample_ids: On which samples.
        """
        known = self._rewards.get(candidate.digest, {})
        return {one: known[one] for one in sample_ids if one in known}

    def rewards_of(self, candidate: Candidate) -> list[float]:
        """Return all rewards that a candidate has, in the order of the samples' names.

        Not in that of measuring, which differs from run to run: so would their sum.

        Args:
            candidate: What was run.
        """
        rewards = self._rewards.get(candidate.digest, {})
        return [rewards[sample_id] for sample_id in sorted(rewards)]

    def n_rewards(self, candidate: Candidate) -> int:
        """Return on how many samples a candidate has a reward.

        Args:
            candidate: What was run.
        """
        return len(self._rewards.get(candidate.digest, ()))

    def differences(
        self, candidate: Candidate, other: Candidate, sample_ids: Iterable[str]
    ) -> list[float]:
        """Return the paired differences of rewards on common samples.

        Args:
            candidate: The candidate that is judged.
            other: The one it is compared with.
            sample_ids: Samples that may be used; only those with both rewards are.
        """
        left = self.rewards(candidate, sample_ids)
        right = self.rewards(other, left)
        return [left[one] - right[one] for one in right]

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
        differences = self.differences(candidate, other, sample_ids)
        return sum(differences) / len(differences) if differences else 0.0

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return all cells as JSON; inputs and targets stay with the samples."""
        state: JsonObject = {
            "data": self._data_fingerprint,
            "proposal_usage": self.proposal_usage.as_json(),
        }
        if self.is_saved_in_pieces:
            return state
        schemas: dict[str, JsonObject] = {}
        cells = [
            [key, rollout_to_json(cell, schemas)]
            for (key, *_), cell in sorted(self._cells.items(), key=itemgetter(0))
        ]
        return {**state, "schemas": schemas, "cells": cells}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.proposal_usage = Usage(**state["proposal_usage"])
        # What was measured on says nothing of cells that come from elsewhere.
        if "cells" in state:
            self._data_fingerprint = state["data"]
            self.replace(
                (key, rollout_from_json(cell, state["schemas"]))
                for key, cell in state["cells"]
            )

    def _enter(self, key: str, rollout: Rollout) -> None:
        sample_id = rollout.sample_id
        self._cells[key, sample_id, rollout.draw] = rollout
        self._draws.add(rollout.draw)
        self._called.update(call.variable_path for call in rollout.calls)
        drawn = (self._cells.get((key, sample_id, draw)) for draw in self._draws)
        rewards = [one.reward for one in drawn if one and one.reward is not None]
        if rewards:
            # The same to the last digit, whichever draw came first.
            mean = math.fsum(rewards) / len(rewards)
            self._rewards.setdefault(key, {})[sample_id] = mean
