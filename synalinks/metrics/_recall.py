"""The share of what is right that is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.metrics._counting import BinaryCounting, WordCounting
from synalinks.metrics._counts import recall
from synalinks.metrics._field_metric import FieldMetric
from synalinks.metrics._label_counting import LabelCounting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments


class Recall(FieldMetric):
    """The share of the target's words that are in the prediction.

    Words are compared as by `F1Score`.

    Args:
        average: As for `F1Score`.
        name: Name in logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Metric`.
    """

    def __init__(
        self,
        average: str | None = None,
        name: str | None = "recall",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(WordCounting(), recall, average, name, **masks)


class BinaryRecall(FieldMetric):
    """The share of the yeses of the target that are predicted.

    Args:
        average: As for `BinaryF1Score`.
        threshold: A number is a yes if it is greater; booleans are what they are.
        name: Name in logs.
        **masks: As for `Recall`.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float = 0.5,
        name: str | None = "binary_recall",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = BinaryCounting(threshold, counts_no=False)
        super().__init__(counting, recall, average, name, **masks)


class CategoricalRecall(FieldMetric):
    """The share of the occurrences of a label that are predicted, over the labels.

    Args:
        average: As for `CategoricalF1Score`.
        labels: As for `CategoricalF1Score`.
        name: Name in logs.
        **masks: As for `Recall`.
    """

    def __init__(
        self,
        average: str | None = None,
        labels: Sequence[Any] | None = None,
        name: str | None = "categorical_recall",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = LabelCounting(labels, is_exclusive=False)
        super().__init__(counting, recall, average, name, **masks)
