"""Rewards and metrics of a pass over data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import Rollout
    from synalinks.metrics import Metric


FAILED = "failed"


class Scores:
    """Mean reward and metrics over what was seen so far.

    Args:
        metrics: Metrics to copy: training and validation never share state.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = [metric.clone() for metric in metrics]
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._total = 0.0
        self._n_scored = 0
        self._n_failed = 0
        for metric in self._metrics:
            metric.reset_state()

    def add_rewards(self, rollouts: Sequence[Rollout]) -> None:
        """Take in the rewards and failures of scored rollouts.

        Args:
            rollouts: Those without a reward are not part of the mean.
        """
        for rollout in rollouts:
            self._n_failed += rollout.failure is not None
            if rollout.reward is not None:
                self._total += rollout.reward
                self._n_scored += 1

    async def update_metrics(self, target: Any, output: Any) -> None:
        """Update all metrics with one prediction.

        Args:
            target: What was expected.
            output: What was answered; None counts as wrong.
        """
        for metric in self._metrics:
            try:
                await metric.update_state(target, output)
            except Exception as error:
                error.add_note(f"in the metric `{metric.name}`")
                raise

    def result(self) -> dict[str, float]:
        """Return `reward`, each metric, and how many samples `failed`."""
        values = {"reward": self._total / self._n_scored if self._n_scored else 0.0}
        for metric in self._metrics:
            values[metric.name] = metric.result()
        values[FAILED] = float(self._n_failed)
        return values
