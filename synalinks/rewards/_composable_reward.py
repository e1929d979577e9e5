"""A reward made of rewards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.aio import gather_ordered
from synalinks.errors import ConfigurationError, show
from synalinks.rewards._batch_reward import BatchReward
from synalinks.rewards._lookup import get
from synalinks.rewards._reduction import REDUCERS, checked_reduction
from synalinks.rewards._reward import Reward
from synalinks.rewards._score import Score, finite_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs


class ComposableReward(Reward):
    """Combines the scores that several rewards give to the same sample.

    A reward that does not score a sample is left out for that sample. The scores of
    different samples are averaged.

    Args:
        rewards: Two or more rewards, or anything that `synalinks.rewards.get` takes.
        weights: One positive number per reward; all 1.0 if None.
        name: Name in messages and logs.
        reduction: How the scores of one sample are combined: `"mean"` is
            `sum(weight * score) / sum(weight)`; `"sum"`, `"min"` and `"max"` are those
            of `weight * score`.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`; the rewards' own masks come after these.

    Raises:
        ConfigurationError: There are no rewards, one of them is not a reward of single
            samples, the weights do not fit, or the reduction gives no number.
    """

    def __init__(
        self,
        rewards: Sequence[Any],
        weights: Sequence[float] | None = None,
        name: str | None = "composable_reward",
        reduction: str | None = "mean",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, **masks)
        self.rewards: list[Reward] = _checked_rewards(rewards)
        self.weights: list[float] = _checked_weights(weights, len(self.rewards))
        self.combination = checked_reduction(reduction)
        if self.combination == "none":
            msg = (
                "`ComposableReward` makes one number of several, which the reduction "
                f"{reduction!r} does not. Use one of {', '.join(map(repr, REDUCERS))}."
            )
            raise ConfigurationError(msg)

    async def call(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Ask all rewards at once and combine what they say.

        Args:
            y_true: The target, masked.
            y_pred: The prediction, masked.

        Returns:
            The combined score, with the feedback of all; None if none gave a score.
        """
        scores = await gather_ordered(
            [partial(reward.score, y_true, y_pred) for reward in self.rewards]
        )
        parts = [
            (reward.name, weight, score)
            for reward, weight, score in zip(
                self.rewards, self.weights, scores, strict=True
            )
            if score is not None
        ]
        if not parts:
            return None
        value = REDUCERS["sum" if self.combination == "mean" else self.combination](
            [weight * score.value for _, weight, score in parts]
        )
        if self.combination == "mean":
            value /= sum(weight for _, weight, _ in parts)
        return Score(value, _joined_feedback(parts), _joined_per_module(parts))


def _joined_feedback(parts: list[tuple[str, float, Score]]) -> str | None:
    lines = [f"{name}: {score.feedback}" for name, _, score in parts if score.feedback]
    return "\n".join(lines) or None


def _joined_per_module(
    parts: list[tuple[str, float, Score]],
) -> dict[str, str] | None:
    lines: dict[str, list[str]] = {}
    for name, _, score in parts:
        for path, text in (score.per_module or {}).items():
            lines.setdefault(path, []).append(f"{name}: {text}")
    return {path: "\n".join(texts) for path, texts in lines.items()} or None


def _checked_rewards(rewards: object) -> list[Reward]:
    is_list = isinstance(rewards, (list, tuple))
    given = cast("list[object]", rewards) if is_list else []
    if not given:
        msg = (
            f"`ComposableReward` received `rewards={show(rewards)}`. Expected a list "
            "of one or more rewards."
        )
        raise ConfigurationError(msg)
    parts = [get(part) for part in given]
    for part in parts:
        if part is None or isinstance(part, BatchReward):
            what = "None" if part is None else f"the batch reward `{part.name}`"
            msg = (
                f"`ComposableReward` received {what} among its rewards. Expected "
                "rewards that score one sample at a time."
            )
            raise ConfigurationError(msg)
    return cast("list[Reward]", parts)


def _checked_weights(weights: object, n_rewards: int) -> list[float]:
    if weights is None:
        return [1.0] * n_rewards
    is_list = isinstance(weights, (list, tuple))
    parts = cast("list[object]", weights) if is_list else []
    numbers = [finite_number(part) for part in parts]
    positive = [number for number in numbers if number is not None and number > 0]
    if len(positive) != n_rewards or len(numbers) != n_rewards:
        msg = (
            f"`ComposableReward` received `weights={show(weights)}`. Expected "
            f"{n_rewards} positive numbers, one per reward."
        )
        raise ConfigurationError(msg)
    return positive
