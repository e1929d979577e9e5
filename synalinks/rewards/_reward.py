"""The base class of rewards."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from synalinks._internal import context
from synalinks._internal.naming import snake_case
from synalinks.hooks import is_observed, observe
from synalinks.ops import Masks, SignatureWithMasks
from synalinks.rewards._reduction import checked_reduction
from synalinks.rewards._score import Score, checked_score
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from synalinks.ops import Outputs

T = TypeVar("T")

FAILED = Score(0.0, "There is no prediction: the program failed on this sample.")


class Reward(Configurable, ABC):
    """Says how good a prediction is: what training makes as high as it can.

    Subclass it and write `call`. A prediction of None (the sample failed, or its
    branch was not taken) scores 0.0 without `call` being asked.

    Args:
        name: Name in messages and logs; that of the class in snake case if None.
        reduction: How the scores of several samples become one number: `"mean"`,
            `"sum"`, `"min"`, `"max"`, or `"none"` to keep them apart.
        in_mask: Names of the only fields to look at, in target and prediction.
        out_mask: Names of fields not to look at.
        in_mask_pattern: Regular expression searched in the names of the only fields
            to look at; a field is kept if `in_mask` or this pattern names it.
        out_mask_pattern: Regular expression searched in the names of fields not to
            look at.

    Raises:
        ConfigurationError: `reduction`, a mask or a pattern is malformed.

    Example:
        ```python
        class Brevity(synalinks.rewards.Reward):
            async def call(self, y_true, y_pred):
                return 1.0 / (1 + len(y_pred.get("answer")))
        ```
    """

    __signature__: ClassVar[SignatureWithMasks] = SignatureWithMasks()

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "mean",
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
    ) -> None:
        self.name: str = name or snake_case(type(self).__name__)
        self.reduction = checked_reduction(reduction)
        self.masks: Masks = Masks(in_mask, out_mask, in_mask_pattern, out_mask_pattern)

    @abstractmethod
    async def call(self, y_true: Outputs, y_pred: Outputs) -> float | Score | None:
        """Return how good one prediction is.

        Args:
            y_true: The target as a `JsonDataModel`, masked; None if there is none.
            y_pred: The prediction as a `JsonDataModel`, masked; never None.

        Returns:
            A finite number, higher is better; a `Score` to add feedback; None to
            leave the sample out of every mean.
        """

    async def __call__(self, y_true: Outputs, y_pred: Outputs) -> float | None:
        """Return the number of `score`, or None if the sample is not to be scored.

        Args:
            y_true: The target: a data model, or None.
            y_pred: The prediction: a data model, or None.
        """
        score = await self.score(y_true, y_pred)
        return None if score is None else score.value

    async def score(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Mask target and prediction, ask `call`, and check what it returns.

        Calls of language models made by `call` are counted to the phase `reward`.

        Args:
            y_true: The target: a data model, or None.
            y_pred: The prediction: a data model, or None. A program of several
                outputs has a list or dict of these.

        Returns:
            The score, or None if the sample is not to be scored.
        """
        y_true, y_pred = self.masks.apply(y_true, y_pred)
        if is_missing(y_pred):
            return FAILED
        with context.bound(context.phase, "reward"):
            if not is_observed(()):
                return await self._ask(y_true, y_pred)
            inputs = {"y_true": y_true, "y_pred": y_pred}
            ask = partial(self._ask, y_true, y_pred)
            return await observe(self, ask, kind="reward", inputs=inputs)

    async def rehearse(self, y_true: Outputs) -> None:
        """Score a target against itself, unseen by hooks: it is no sample's call.

        What fails here fails on every prediction.

        Args:
            y_true: The target.
        """
        await self._ask(*self.masks.apply(y_true, y_true))

    async def _ask(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        return checked_score(await settled(self.call(y_true, y_pred)), self.name)


def is_missing(y_pred: Outputs) -> bool:
    """Return whether a program gave no output at all.

    Args:
        y_pred: The prediction; several outputs are missing if all of them are.
    """
    if isinstance(y_pred, dict):
        y_pred = list(cast("dict[str, Any]", y_pred).values())
    if isinstance(y_pred, list):
        outputs = cast("list[Any]", y_pred)
        return all(output is None for output in outputs)
    return y_pred is None


async def settled(value: T | Awaitable[T]) -> T:
    """Return a value, waited for if need be: users write `def` and `async def`.

    Args:
        value: What a user's function returned.
    """
    if inspect.isawaitable(value):
        return await cast("Awaitable[T]", value)
    return cast("T", value)
