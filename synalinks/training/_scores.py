"""Rewards and metrics of a pass over data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
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

    def state_dict(self) -> JsonObject:
        """Return what was gathered, as JSON."""
        return {
            "total": self._total,
            "n_scored": self._n_scored,
            "n_failed": self._n_failed,
            "metrics": [metric.state_dict() for metric in self._metrics],
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._total = state["total"]
        self._n_scored = state["n_scored"]
        self._n_failed = state["n_failed"]
        for metric, kept in zip(self._metrics, state["metrics"], strict=True):
            metric.load_state_dict(kept)

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


def without_failed(values: dict[str, float]) -> list[float]:
    """Return results as a list which, as in Keras, follows `metrics_names`.

    Args:
        values: Results by name.
    """
    return [value for name, value in values.items() if name != FAILED]
