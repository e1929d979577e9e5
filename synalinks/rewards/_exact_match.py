"""Is the prediction the target?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks.data_models import DataModel, JsonDataModel, json_of
from synalinks.errors import ConfigurationError
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.saving import register_synalinks_serializable

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs


@register_synalinks_serializable(package="synalinks.rewards")
async def exact_match(y_true: Outputs, y_pred: Outputs) -> float:
    """Return 1.0 if prediction and target are the same JSON, else 0.0.

    A field that is null and a field that is absent are the same.

    Args:
        y_true: The target, a data model.
        y_pred: The prediction, a data model; None scores 0.0.

    Raises:
        ConfigurationError: There is no target.
    """
    if y_pred is None:
        return 0.0
    if y_true is None:
        msg = (
            "`exact_match` compares the prediction with a target, and `y_true` is "
            "None. Pass targets (`y`), or use a reward that needs none."
        )
        raise ConfigurationError(msg)
    return float(_plain(y_true) == _plain(y_pred))


def _plain(value: Outputs) -> object:
    """Return outputs as JSON without nulls in objects."""
    if isinstance(value, (DataModel, JsonDataModel)):
        value = json_of(value)
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _plain(part) for key, part in items if part is not None}
    if isinstance(value, list):
        return [_plain(part) for part in cast("list[Any]", value)]
    # In Python `True == 1`; in JSON it is not.
    return (bool, value) if isinstance(value, bool) else value


class ExactMatch(RewardFunctionWrapper):
    """Scores 1.0 if the prediction is the same JSON as the target, else 0.0.

    Args:
        name: Name in messages and logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`. Use `in_mask=["answer"]` to leave the reasoning out.
    """

    def __init__(
        self, name: str | None = "exact_match", **masks: Unpack[MaskArguments]
    ) -> None:
        super().__init__(exact_match, name=name, **masks)
