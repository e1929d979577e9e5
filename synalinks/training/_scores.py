"""Rewards and metrics of a pass over data."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

from synalinks.callbacks import reachable_models
from synalinks.metrics import BatchMetric, OperationalMetric

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.metrics import Metric


FAILED = "failed"


class Scores:
    """Mean reward and metrics over what was seen so far.

    Args:
        metrics: Metrics to copy: training and validation never share state.
        program: The program that is scored; operational metrics watch its models.
    """

    def __init__(self, metrics: Sequence[Metric], program: Any) -> None:
        self._metrics = [metric.clone() for metric in metrics]
        self._operational = [
            one for one in self._metrics if isinstance(one, OperationalMetric)
        ]
        self._program = program
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._total = 0.0
        self._n_scored = 0
        self._n_failed = 0
        for metric in self._metrics:
            metric.reset_state()
        if self._operational:
            self._watch()

    def _watch(self) -> None:
        # Models may have come since: with a new reward, or when the program was built.
        models = reachable_models(self._program)
        if models or self._program.built:  # else there will be some: not known, no 0
            for metric in self._operational:
                metric.watch(models, self._program.invocations)

    @contextlib.contextmanager
    def paused(self) -> Generator[None]:
        """Count nothing that models take inside a `with` block.

        Yields:
            None.
        """
        states = [metric.state_dict() for metric in self._operational]
        try:
            yield
        finally:
            for metric, state in zip(self._operational, states, strict=True):
                metric.load_state_dict(state)

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
        """Update all metrics of single samples with one prediction.

        Args:
            target: What was expected.
            output: What was answered; None counts as wrong.
        """
        await self._update(target, output, of_batches=False)

    async def update_batch_metrics(
        self, targets: Sequence[Any], outputs: Sequence[Any]
    ) -> None:
        """Update all metrics of whole batches with one batch.

        Args:
            targets: What was expected.
            outputs: What was answered; None counts as wrong.
        """
        if targets:
            await self._update(targets, outputs, of_batches=True)

    async def _update(self, target: Any, output: Any, *, of_batches: bool) -> None:
        for metric in self._metrics:
            if isinstance(metric, BatchMetric) is not of_batches:
                continue
            try:
                await metric.update_state(target, output)
            except Exception as error:
                error.add_note(f"in the metric `{metric.name}`")
                raise

    def result(self) -> dict[str, float]:
        """Return `reward`, each metric, and how many samples `failed`.

        The reward is NaN if no sample was scored: 0.0 would say that all were bad.
        """
        reward = self._total / self._n_scored if self._n_scored else math.nan
        values = {"reward": reward}
        for metric in self._metrics:
            values[metric.name] = metric.result()
        values[FAILED] = float(self._n_failed)
        return values

    def operational_result(self) -> dict[str, float]:
        """Return each operational metric: what the models have taken by now."""
        return {metric.name: metric.result() for metric in self._operational}


def without_failed(values: dict[str, float]) -> list[float]:
    """Return results as a list which, as in Keras, follows `metrics_names`.

    Args:
        values: Results by name.
    """
    return [value for name, value in values.items() if name != FAILED]
