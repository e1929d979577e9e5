"""How alike predictions and targets are in meaning, on average."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.embedding_models import get as get_embedding_model
from synalinks.metrics._mean import MeanMetricWrapper
from synalinks.rewards import cosine_similarity

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks.embedding_models import EmbeddingModel
    from synalinks.metrics._metric import Direction
    from synalinks.ops import MaskArguments


class CosineSimilarity(MeanMetricWrapper):
    """The mean of how alike prediction and target are in meaning, from -1.0 to 1.0.

    The fields of the target are compared one by one; a sample has their mean, a failed
    one 0.0. It costs one call of the embedding model per sample, less with its cache.

    Args:
        embedding_model: An `EmbeddingModel`, its name, or None for the default of the
            session.
        axis: Only -1: a text has one vector, and so one axis.
        name: Name in logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Metric`.
    """

    direction: Direction | None = "up"

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
