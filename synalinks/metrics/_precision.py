"""The share of what is predicted that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.metrics._counting import BinaryCounting, WordCounting
from synalinks.metrics._counts import precision
from synalinks.metrics._field_metric import FieldMetric
from synalinks.metrics._label_counting import LabelCounting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments


class Precision(FieldMetric):
    """The share of the predicted words that are in the target.

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
        name: str | None = "precision",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(WordCounting(), precision, average, name, **masks)


class BinaryPrecision(FieldMetric):
    """The share of the predicted yeses that are right.

    Args:
        average: As for `BinaryF1Score`.
        threshold: A number is a yes if it is greater; booleans are what they are.
        name: Name in logs.
        **masks: As for `Precision`.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float = 0.5,
        name: str | None = "binary_precision",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = BinaryCounting(threshold, counts_no=False)
        super().__init__(counting, precision, average, name, **masks)


class CategoricalPrecision(FieldMetric):
    """The share of the predictions of a label that are right, over the labels.

    Args:
        average: As for `CategoricalF1Score`.
        labels: As for `CategoricalF1Score`.
        name: Name in logs.
        **masks: As for `Precision`.
    """

    def __init__(
        self,
        average: str | None = None,
        labels: Sequence[Any] | None = None,
        name: str | None = "categorical_precision",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = LabelCounting(labels, is_exclusive=False)
        super().__init__(counting, precision, average, name, **masks)
