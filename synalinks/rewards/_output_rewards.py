"""`OutputRewards`: a reward for each output of a program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.paid import gather_paid
from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, counted, show
from synalinks.rewards._batch_reward import BatchReward
from synalinks.rewards._lookup import get
from synalinks.rewards._reward import Reward
from synalinks.rewards._score import Score, finite_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs


class OutputRewards(Reward):
    """Scores each output of a program with a reward of its own.

    `compile(reward=[...], reward_weights=[...])` makes one. The score is
    `sum(weight * score) / sum(weight)` over the outputs; the feedback is that of all.
    An output that is missing and was not expected, such as that of a branch that was
    rightly not taken, is left out; one that is missing and was expected scores 0.0.

    Args:
        rewards: One reward per output, as a list in the order of the outputs or as a
            dict by their names; None for an output that is not scored.
        weights: One number per reward, in the same form, not negative; all 1.0 if None.
        name: Name in messages and logs.
        reduction: As for `Reward`.
        **masks: As for `Reward`, for all outputs; the rewards' own masks come after
            these.

    Raises:
        ConfigurationError: No output is scored, a reward is one of whole batches, or
            the weights do not fit.
    """

    def __init__(
        self,
        rewards: Sequence[Any] | Mapping[str, Any],
        weights: Sequence[float] | Mapping[str, float] | None = None,
        name: str | None = "output_rewards",
        reduction: str | None = "mean",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, reduction=reduction, **masks)
        self.is_named: bool = is_dict(rewards)
        self.rewards: dict[str, Reward | None] = _checked_rewards(rewards)
        self.weights: dict[str, float] = _checked_weights(
            weights, self.rewards, is_named=self.is_named
        )

    def check_outputs(self, outputs: Any, *, of: str = "the program") -> None:
        """Refuse outputs, or targets, that are not those of the rewards.

        Args:
            outputs: One, a list, or a dict by name.
            of: What has them, for the message.

        Raises:
            ConfigurationError: There are more or fewer, or they have other names.
        """
        given = _by_key(outputs)
        is_same_form = self.is_named == is_dict(outputs)
        if given is None or not is_same_form or given.keys() != self.rewards.keys():
            expected = list(self.rewards) if self.is_named else len(self.rewards)
            has: Any = "one output" if given is None else len(given)
            if is_dict(outputs):
                has = show(list(outputs))
            msg = (
                f"`reward` has rewards for {expected} outputs, and {of} has {has}. "
                "Give one reward per output: a list for a list of outputs, a dict for "
                "a dict; None for one that is not to be scored. Several rewards of "
                "one output are a `ComposableReward(rewards, weights=...)`."
            )
            raise ConfigurationError(msg)

    async def call(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Ask all rewards at once and weigh what they say.

        Args:
            y_true: The targets, a list or dict; None if there are none.
            y_pred: The predictions, a list or dict.

        Returns:
            The weighted mean, with the feedback of all; None if nothing was scored.
        """
        self.check_outputs(y_pred)
        targets = _by_key(y_true)
        if targets is not None and targets.keys() != self.rewards.keys():
            self.check_outputs(y_true, of="the target")
        predictions = _by_key(y_pred) or {}
        scored = {
            key: reward
            for key, reward in self.rewards.items()
            if reward is not None
            if predictions[key] is not None
            or targets is None
            or targets[key] is not None
        }
        scores = await gather_paid(
            [
                partial(one.score, targets and targets[key], predictions[key])
                for key, one in scored.items()
            ]
        )
        parts = [
            (key, self.weights[key], score)
            for key, score in zip(scored, scores, strict=True)
            if score is not None
        ]
        total = sum(weight for _, weight, _ in parts)
        if not total:
            return None
        value = sum(weight * score.value for _, weight, score in parts) / total
        said = [f"{key}: {one.feedback}" for key, _, one in parts if one.feedback]
        modules = {
            path: text
            for _, _, one in parts
            for path, text in (one.per_module or {}).items()
        }
        return Score(value, "\n".join(said) or None, modules or None)


def _by_key(value: Any) -> dict[str, Any] | None:
    """Return a list or dict of outputs as a dict; None for anything else."""
    if is_dict(value):
        return value
    return (
        {str(index): one for index, one in enumerate(value)} if is_row(value) else None
    )


def _checked_rewards(rewards: Any) -> dict[str, Reward | None]:
    given = _by_key(rewards)
    if not given or all(one is None for one in given.values()):
        msg = (
            f"`reward` for several outputs is a list or dict of rewards, received: "
            f"{show(rewards)}."
        )
        raise ConfigurationError(msg)
    found = {key: get(one) for key, one in given.items()}
    for key, one in found.items():
        if isinstance(one, BatchReward):
            msg = (
                f"The reward of the output {key!r} is the batch reward `{one.name}`. "
                "Expected rewards that score one sample at a time."
            )
            raise ConfigurationError(msg)
    return found


def _checked_weights(
    weights: Any, rewards: dict[str, Reward | None], *, is_named: bool
) -> dict[str, float]:
    if weights is None:
        return dict.fromkeys(rewards, 1.0)
    given = _by_key(weights) if is_named == is_dict(weights) else None
    numbers = {key: finite_number(one) for key, one in (given or {}).items()}
    are_right = all(one is not None and one >= 0 for one in numbers.values())
    scored = [numbers.get(key) for key, one in rewards.items() if one is not None]
    if numbers.keys() != rewards.keys() or not are_right or not any(scored):
        form = f"a dict with the keys {list(rewards)}" if is_named else "a list"
        msg = (
            f"`reward_weights` is {show(weights)}. Expected {form} of "
            f"{counted(len(rewards), 'number')}, none negative and some positive."
        )
        raise ConfigurationError(msg)
    return cast("dict[str, float]", numbers)
