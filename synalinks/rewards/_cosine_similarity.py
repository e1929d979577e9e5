"""How alike prediction and target are in meaning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import canonical
from synalinks.data_models import DataModel, JsonDataModel, json_of
from synalinks.embedding_models import EmbeddingModel
from synalinks.embedding_models import get as get_embedding_model
from synalinks.errors import ConfigurationError, show
from synalinks.rewards._reward_function_wrapper import RewardFunctionWrapper
from synalinks.saving import register_synalinks_serializable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments, Outputs


@register_synalinks_serializable(package="synalinks.rewards")
async def cosine_similarity(
    y_true: Outputs, y_pred: Outputs, embedding_model: Any = None, axis: int = -1
) -> float:
    """Return how alike the fields of prediction and target are in meaning.

    Each field of the target is embedded as a text, and so is that of the prediction;
    the result is the mean of `u·v / (|u| |v|)` over the fields. A field without a text
    is like another one without, and like nothing else.

    Args:
        y_true: The target, a data model.
        y_pred: The prediction, a data model; None gives 0.0.
        embedding_model: An `EmbeddingModel`, its name, or None for the default of the
            session.
        axis: Only -1: a text has one vector, and so one axis.

    Returns:
        From -1.0 to 1.0, for equal texts.

    Raises:
        ConfigurationError: There is no target, no embedding model, or another axis.
        LanguageModelError: The texts could not be embedded.
    """
    if axis != -1:
        msg = f"`axis` of `cosine_similarity` is -1, received: {show(axis)}."
        raise ConfigurationError(msg)
    if y_pred is None:
        return 0.0
    pairs = _pairs(y_true, y_pred)
    telling = [pair for pair in pairs if all(pair)]
    texts = [text for pair in telling for text in pair]
    vectors = await _checked_model(embedding_model).embed(texts) if texts else []
    similar = [_cosine(*one) for one in zip(vectors[::2], vectors[1::2], strict=True)]
    n_both_empty = sum(not any(pair) for pair in pairs)
    return (math.fsum(similar) + n_both_empty) / len(pairs)


class CosineSimilarity(RewardFunctionWrapper):
    """Scores how alike prediction and target are in meaning, from -1.0 to 1.0.

    The fields of the target are compared one by one; the score is their mean. It costs
    one call of the embedding model per sample.

    Args:
        embedding_model: An `EmbeddingModel`, its name, or None for the default of the
            session.
        axis: Only -1: a text has one vector, and so one axis.
        name: Name in messages and logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`.

    Raises:
        ConfigurationError: It is no embedding model, or another axis.
    """

    def __init__(
        self,
        embedding_model: Any = None,
        axis: int = -1,
        name: str | None = "cosine_similarity",
        **masks: Unpack[MaskArguments],
    ) -> None:
        self.embedding_model: EmbeddingModel | None = get_embedding_model(
            embedding_model
        )
        super().__init__(
            cosine_similarity,
            name=name,
            embedding_model=self.embedding_model,
            axis=axis,
            **masks,
        )


def _checked_model(embedding_model: Any) -> EmbeddingModel:
    model = get_embedding_model(embedding_model)
    if model is None:
        msg = (
            "`cosine_similarity` has no embedding model, and there is no default. Pass "
            "`embedding_model=synalinks.EmbeddingModel('provider/name')`, or call "
            "`synalinks.set_default_embedding_model(...)` first."
        )
        raise ConfigurationError(msg)
    return model


def _pairs(y_true: Outputs, y_pred: Outputs) -> list[tuple[str, str]]:
    for model in (y_true, y_pred):
        if not isinstance(model, (DataModel, JsonDataModel)):
            msg = (
                "`cosine_similarity` compares one output with one target, received: "
                f"{show(y_true)} and {show(y_pred)}."
            )
            raise ConfigurationError(msg)
    target, predicted = json_of(y_true), json_of(y_pred)
    if not target:
        return [("", _text(predicted or None))]
    return [(_text(target[key]), _text(predicted.get(key))) for key in target]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return canonical(value)


def _cosine(first: Sequence[float], second: Sequence[float]) -> float:
    length = math.hypot(*first) * math.hypot(*second)
    product = math.fsum(u * v for u, v in zip(first, second, strict=True))
    return max(-1.0, min(1.0, product / length)) if length else 0.0
