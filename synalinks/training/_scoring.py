"""`Scoring`: rewards and metrics of a program's predictions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError
from synalinks.rewards import BatchReward
from synalinks.training._compilation import Compilation
from synalinks.training._paid import gather_paid
from synalinks.training._scores import Scores

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from synalinks.contracts import Rollout
    from synalinks.metrics import Metric
    from synalinks.rewards import Score


class Scoring(Compilation):
    """The part of `Trainer` that scores; its methods may be overridden."""

    _scores: Scores
    _last_result: dict[str, float]

    async def compute_reward(
        self,
        x: Any,
        y: Any,
        y_pred: Any,
        training: bool = True,
    ) -> list[float | None]:
        """Return the rewards of predictions.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.
            training: Whether the scores are part of training.

        Returns:
            One finite number per prediction; None where it is not scored.

        Raises:
            ConfigurationError: The program was compiled without a reward.
            RewardError: The reward function returned something else.
        """
        reward = self.reward
        if reward is None:
            msg = f"`{self.name}` was compiled without a reward."
            raise ConfigurationError(msg)
        if isinstance(reward, BatchReward):
            return [_value_of(one) for one in await reward.score_batch(y, y_pred)]

        async def run(target: Any, output: Any) -> float | None:
            return _value_of(await reward.score(target, output))

        return await gather_paid(
            [
                lambda target=target, output=output: run(target, output)
                for target, output in zip(y, y_pred, strict=True)
            ]
        )

    async def compute_metrics(self, x: Any, y: Any, y_pred: Any) -> dict[str, float]:
        """Update the metrics with predictions.

        Args:
            x: Inputs.
            y: Targets; those that are None are passed over.
            y_pred: Predictions; None counts as wrong.

        Returns:
            `reward` and each metric so far.
        """
        for target, output in zip(y, y_pred, strict=True):
            if target is not None:
                await self._scores.update_metrics(target, output)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, float]:
        """Return `reward` and each metric since `reset_metrics`."""
        return self._scores.result()

    def reset_metrics(self) -> None:
        """Start rewards and metrics anew."""
        self._scores.reset()

    @contextlib.contextmanager
    def separate_metrics(
        self, metrics: Sequence[Metric] | None = None
    ) -> Generator[None]:
        """Count into fresh metrics inside a `with` block.

        Args:
            metrics: Which ones; those given to `compile` when None.

        Yields:
            None.
        """
        outer = self._scores
        self._scores = Scores(self.compiled_metrics if metrics is None else metrics)
        try:
            yield
        finally:
            self._scores = outer

    async def take_in(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """Count scored rollouts into reward and metrics.

        Args:
            rollouts: Scored rollouts; those that never reached the provider are not
                part of the metrics.

        Returns:
            `reward` and each metric so far.
        """
        self._scores.add_rewards(rollouts)
        counted = [
            one for one in rollouts if one.failure is None or one.failure.is_answer
        ]
        self._last_result = await self.compute_metrics(
            [one.inputs for one in counted],
            [one.target for one in counted],
            [one.output for one in counted],
        )
        return self._last_result


def _value_of(score: Score | None) -> float | None:
    return None if score is None else score.value
