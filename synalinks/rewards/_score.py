"""What a reward says of one prediction."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal import context
from synalinks.errors import RewardError, show

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Score:
    """A number, and in words why it is not higher.

    A reward may return one instead of a plain number; optimizers that rewrite
    instructions show the feedback to the model that does so.

    Example:
        ```python
        return synalinks.rewards.Score(0.5, "The city is right, the country is not.")
        ```
    """

    value: float
    """How good the prediction is; higher is better, any finite number."""
    feedback: str | None = None
    """What is right or wrong about the prediction, in words."""
    per_module: Mapping[str, str] | None = None
    """Feedback on single modules, by the path of the module."""

    def __float__(self) -> float:
        return self.value


def checked_score(returned: object, reward_name: str) -> Score | None:
    """Return what a reward returned as a `Score`, or None for "not scored".

    Args:
        returned: A number, a `Score` or None.
        reward_name: Name of the reward, for the message.

    Raises:
        RewardError: It is neither, or the number is not finite.
    """
    if returned is None:
        return None
    score = returned if isinstance(returned, Score) else Score(cast("float", returned))
    number = finite_number(score.value)
    if number is None:
        scope = context.sample.get()
        sample = f" for sample `{scope.id}`" if scope else ""
        msg = (
            f"Reward `{reward_name}` returned {show(returned)}{sample}. Expected a "
            "finite number, a `Score` with one, or None for a sample that is not to be "
            "scored."
        )
        raise RewardError(msg)
    if number is score.value:  # as nearly always
        return score
    return Score(number, score.feedback, score.per_module)


def finite_number(value: object) -> float | None:
    """Return a finite number as a float; None for anything else.

    Booleans, decimals and the scalars of numpy are numbers; texts are not.

    Args:
        value: Any object.
    """
    if type(value) is float:  # as nearly always
        return value if math.isfinite(value) else None
    # Scalars of numpy, without importing numpy: an array of one element is none.
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = cast("Any", value).item()
    if not isinstance(value, (numbers.Real, Decimal)):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None
