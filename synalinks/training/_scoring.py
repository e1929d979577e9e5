"""`Scoring`: rewards and metrics of a program's predictions."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import digest
from synalinks._internal.paid import gather_paid
from synalinks.errors import ConfigurationError
from synalinks.hooks import inside_sample, scored_traces
from synalinks.rewards import BatchReward
from synalinks.training._compilation import Compilation
from synalinks.training._sample_notes import sample_note
from synalinks.training._scores import Scores

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence
    from contextlib import AbstractContextManager

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.metrics import Metric
    from synalinks.rewards import Reward, Score


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
        return [_value_of(one) for one in await self._compute_scores(x, y, y_pred)]

    async def compute_scores(
        self, x: Any, y: Any, y_pred: Any
    ) -> list[Score | float | None]:
        """Return the rewards of predictions, with what the reward says of them.

        Args:
            x: Inputs.
            y: Targets.
            y_pred: Predictions.

        Returns:
            What `compute_reward` returns; scores with feedback unless it is overridden.
        """
        if type(self).compute_reward is Scoring.compute_reward:
            return [*await self._compute_scores(x, y, y_pred)]
        return [*await self.compute_reward(x, y, y_pred, training=True)]

    async def _compute_scores(self, x: Any, y: Any, y_pred: Any) -> list[Score | None]:
        reward = self.reward
        if reward is None:
            msg = f"`{self.name}` was compiled without a reward."
            raise ConfigurationError(msg)
        what = f"the reward `{reward.name}`"
        ids = context.sample_ids.get()
        places = ids if len(ids) == len(y) else [str(one) for one in range(len(y))]
        if isinstance(reward, BatchReward):
            place = context.inside(f"batch {digest(list(places))}", "reward")
            with place, sample_note(what, range(len(y_pred)), x, y_pred):
                return await reward.score_batch(y, y_pred)
        # Those of the samples, where these are observed; calls are then part of them.
        trace_ids = scored_traces.get() or [""] * len(y)
        thunks: list[Callable[[], Awaitable[Score | None]]] = []
        for index, pair in enumerate(zip(y, y_pred, strict=True)):
            note = sample_note(what, [index], x, pair[1])
            place = context.inside(places[index], "reward")
            thunks.append(partial(_score, reward, pair, trace_ids[index], place, note))
        return await gather_paid(thunks)

    async def compute_metrics(self, x: Any, y: Any, y_pred: Any) -> dict[str, float]:
        """Update the metrics with predictions.

        Args:
            x: Inputs.
            y: Targets; those that are None are passed over.
            y_pred: Predictions; None counts as wrong.

        Returns:
            `reward` and each metric so far.
        """
        for index, (target, output) in enumerate(zip(y, y_pred, strict=True)):
            if target is not None:
                with sample_note("the metrics", [index], x, output):
                    await self._scores.update_metrics(target, output)
        there = [index for index, target in enumerate(y) if target is not None]
        with sample_note("the metrics", there, x, y_pred):
            await self._scores.update_batch_metrics(
                [y[index] for index in there], [y_pred[index] for index in there]
            )
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, float]:
        """Return `reward` and each metric since `reset_metrics`."""
        return self._scores.result()

    def operational_result(self) -> dict[str, float]:
        """Return what the models have taken since `reset_metrics`, by metric."""
        return self._scores.operational_result()

    def reset_metrics(self) -> None:
        """Start rewards and metrics anew."""
        self._scores.reset()

    def get_metrics_state(self) -> JsonObject:
        """Return what rewards and metrics have gathered, as JSON."""
        return {"scores": self._scores.state_dict(), "result": self._last_result}

    def set_metrics_state(self, state: JsonObject) -> None:
        """Go on from what `get_metrics_state` returned.

        Args:
            state: The state.
        """
        self._scores.load_state_dict(state["scores"])
        self._last_result = dict(state["result"])

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
        metrics = self.compiled_metrics if metrics is None else metrics
        with outer.paused():
            self._scores = Scores(metrics, self)
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
        ids = [one.sample_id for one in counted]
        with context.inside("metrics"), context.bound(context.sample_ids, ids):
            self._last_result = await self.compute_metrics(
                [one.inputs for one in counted],
                [one.target for one in counted],
                [one.output for one in counted],
            )
        return self._last_result


async def _score(
    reward: Reward,
    pair: tuple[Any, Any],
    trace_id: str,
    place: AbstractContextManager[object],
    note: sample_note,
) -> Score | None:
    with inside_sample(trace_id), place, note:
        return await reward.score(*pair)


def _value_of(score: Score | None) -> float | None:
    return None if score is None else score.value
