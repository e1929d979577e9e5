"""Rewards that see a whole batch at once."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal import context
from synalinks.errors import ConfigurationError, RewardError, counted, show
from synalinks.hooks import is_observed, observe
from synalinks.rewards._reward import FAILED, Reward, is_missing, settled
from synalinks.rewards._reward_function_wrapper import check_function, function_name
from synalinks.rewards._score import Score, checked_score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks.ops import Outputs


class BatchReward(Reward):
    """A reward whose scores depend on the other samples of the batch.

    Subclass it and write `compute_batch`. Samples without a prediction score 0.0 and
    are not among those that `compute_batch` sees.

    Args:
        name: As for `Reward`.
        reduction: As for `Reward`.
        in_mask: As for `Reward`.
        out_mask: As for `Reward`.
        in_mask_pattern: As for `Reward`.
        out_mask_pattern: As for `Reward`.
    """

    @abstractmethod
    async def compute_batch(
        self, y_true_list: list[Outputs], y_pred_list: list[Outputs]
    ) -> Sequence[float | Score | None]:
        """Return one score per sample, in the order of the samples.

        Args:
            y_true_list: The targets, masked; list of length `n_samples`.
            y_pred_list: The predictions, masked, none of them None; list of the same
                length.

        Returns:
            List of length `n_samples` of what `Reward.call` may return.
        """

    async def call(self, y_true: Outputs, y_pred: Outputs) -> float | Score | None:
        """Return the score of a batch of one.

        Args:
            y_true: The target, masked.
            y_pred: The prediction, masked.
        """
        return (await self._computed([y_true], [y_pred]))[0]

    async def score_batch(
        self, y_true_list: Sequence[Outputs], y_pred_list: Sequence[Outputs]
    ) -> list[Score | None]:
        """Mask targets and predictions, ask `compute_batch`, and check the scores.

        Args:
            y_true_list: The targets; list of length `n_samples`.
            y_pred_list: The predictions, None where there is none; the same length.

        Returns:
            List of length `n_samples`; None for samples that are not to be scored.

        Raises:
            ConfigurationError: The lists differ in length.
        """
        if len(y_true_list) != len(y_pred_list):
            msg = (
                f"Reward `{self.name}` received {counted(len(y_true_list), 'target')} "
                f"and {counted(len(y_pred_list), 'prediction')}. Expected as many of "
                "both."
            )
            raise ConfigurationError(msg)
        pairs = [
            self.masks.apply(*pair)
            for pair in zip(y_true_list, y_pred_list, strict=True)
        ]
        there = [index for index, pair in enumerate(pairs) if not is_missing(pair[1])]
        scores: list[Score | None] = [FAILED] * len(pairs)
        if there:
            targets, predictions = zip(*(pairs[index] for index in there), strict=True)
            with context.bound(context.phase, "reward"):
                found = await self._observed(list(targets), list(predictions))
            for index, value in zip(there, found, strict=True):
                scores[index] = value
        return scores

    async def _observed(
        self, targets: list[Outputs], predictions: list[Outputs]
    ) -> list[Score | None]:
        async def ask() -> list[Score | None]:
            returned = await self._computed(targets, predictions)
            return [checked_score(value, self.name) for value in returned]

        if not is_observed(()):
            return await ask()
        # It is of no one sample: a tree of its own, with the calls that it makes.
        inputs = {"y_true": targets, "y_pred": predictions}
        return await observe(self, ask, kind="reward", inputs=inputs)

    async def _computed(
        self, y_true_list: list[Outputs], y_pred_list: list[Outputs]
    ) -> list[Outputs]:
        returned = await settled(self.compute_batch(y_true_list, y_pred_list))
        is_sized = hasattr(returned, "__len__") and hasattr(returned, "__iter__")
        if not is_sized or len(returned) != len(y_pred_list):
            msg = (
                f"Reward `{self.name}` returned {show(returned)} for a batch of "
                f"{counted(len(y_pred_list), 'sample')}. Expected a list of "
                f"{counted(len(y_pred_list), 'score')}, in the order of the samples."
            )
            raise RewardError(msg)
        return list(cast("Sequence[Outputs]", returned))


class BatchRewardFunctionWrapper(BatchReward):
    """Makes a batch reward of a function of two lists.

    Args:
        fn: `async def fn(y_true_list, y_pred_list, **kwargs)`, or a plain `def`, that
            returns one score per sample.
        reduction: As for `Reward`.
        name: Name in messages and logs; that of the function if None.
        in_mask: As for `Reward`.
        out_mask: As for `Reward`.
        in_mask_pattern: As for `Reward`.
        out_mask_pattern: As for `Reward`.
        **kwargs: Further arguments for the function.

    Raises:
        ConfigurationError: `fn` is no function, or does not take these arguments.
    """

    def __init__(  # noqa: PLR0917 - the public API has them
        self,
        fn: Callable[..., Any],
        reduction: str | None = "mean",
        name: str | None = None,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        **kwargs: object,
    ) -> None:
        check_function(fn, kwargs, type(self).__name__)
        super().__init__(
            name=name or function_name(fn),
            reduction=reduction,
            in_mask=in_mask,
            out_mask=out_mask,
            in_mask_pattern=in_mask_pattern,
            out_mask_pattern=out_mask_pattern,
        )
        self.fn = fn
        self.kwargs = kwargs

    async def compute_batch(
        self, y_true_list: list[Outputs], y_pred_list: list[Outputs]
    ) -> Sequence[float | Score | None]:
        """Return what the function returns.

        Args:
            y_true_list: The targets, masked.
            y_pred_list: The predictions, masked.
        """
        return await settled(self.fn(y_true_list, y_pred_list, **self.kwargs))
