"""`Judge`: what rewards have in common that ask a model."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from synalinks.data_models import JsonDataModel
from synalinks.errors import (
    AuthenticationError,
    BudgetExceededError,
    ConfigurationError,
    LanguageModelError,
    ModelNotFoundError,
    show,
    warn,
)
from synalinks.rewards._reward import Reward
from synalinks.rewards._score import Score, finite_number

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs

# Errors that the next sample will meet too.
_OF_THE_SYSTEM = (AuthenticationError, ModelNotFoundError, BudgetExceededError)
# A judge is dead that says nothing of so many samples in a row; at first, of fewer.
_MAX_SILENT, _MAX_SILENT_AT_FIRST = 5, 2


class Judge(Reward):
    """A reward that asks a model; a subclass writes `judge`.

    A sample of which the judge says nothing, since it gives no valid answer or is not
    reached, is not scored: neither is it the program's fault, nor is it worth nothing.
    There is one warning. A judge that is silent time after time ends the run with its
    error.

    Args:
        name: As for `Reward`.
        reduction: As for `Reward`.
        **masks: As for `Reward`.
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "mean",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, reduction=reduction, **masks)
        self._max_silent = _MAX_SILENT_AT_FIRST
        self._n_silent = 0
        self._has_warned = False

    @abstractmethod
    async def judge(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return what the model says of a prediction; None for nothing.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.
        """

    async def call(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return the score of a prediction, with the critique as feedback.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.

        Returns:
            The score; None for a sample of which the judge says nothing.

        Raises:
            LanguageModelError: The judge cannot be reached, or never answers.
        """
        try:
            score = await self.judge(y_true, y_pred)
        except _OF_THE_SYSTEM:
            raise
        except LanguageModelError as error:
            self._n_silent += 1
            if self._n_silent >= self._max_silent:
                raise
            self._warn_of_silence(f"{type(error).__name__}: {error}")
            return None
        if score is None:
            self._warn_of_silence("it gave no output")
            return None
        self._n_silent, self._max_silent = 0, _MAX_SILENT
        return score

    def _warn_of_silence(self, reason: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(
                f"The judge `{self.name}` says nothing of a sample, which is not "
                f"scored: {reason}. Further ones are not told."
            )


def one_output(reward_name: str, y_pred: Outputs) -> JsonDataModel:
    """Return the prediction of a program of one output.

    Args:
        reward_name: Name of the reward, for the message.
        y_pred: The prediction.

    Raises:
        ConfigurationError: There are several.
    """
    if not isinstance(y_pred, JsonDataModel):
        msg = (
            f"`{reward_name}` judges one output, received: {show(y_pred)}. Give each "
            "output of the program a reward of its own: `compile(reward=[...])`."
        )
        raise ConfigurationError(msg)
    return y_pred


def with_gold(y_true: Outputs, y_pred: JsonDataModel) -> Any:
    """Return what a judge is shown: the target's fields as `gold_...`, the prediction.

    Args:
        y_true: The target; None if there is none.
        y_pred: The prediction.
    """
    return y_pred if y_true is None else y_true.prefix("gold") + y_pred


def score_of(reward_name: str, output: Any) -> Score:
    """Return the score that stands in an output, with the critique as feedback.

    Args:
        reward_name: Name of the reward, for the message.
        output: A data model with `reward` and perhaps `critique`.

    Raises:
        ConfigurationError: It has no number `reward`.
    """
    reward = finite_number(output.get("reward"))
    if reward is None:
        msg = (
            f"The judge of `{reward_name}` gives a number `reward`, received: "
            f"{show(output)}."
        )
        raise ConfigurationError(msg)
    critique = output.get("critique") or output.get("feedback")
    return Score(reward, critique if isinstance(critique, str) else None)
