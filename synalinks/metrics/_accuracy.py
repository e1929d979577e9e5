"""The share of right answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.metrics._counting import BinaryCounting, MatchCounting
from synalinks.metrics._counts import recall
from synalinks.metrics._field_metric import FieldMetric
from synalinks.metrics._label_counting import LabelCounting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments


class Accuracy(FieldMetric):
    """The share of fields that are right, as a number from 0.0 to 1.0.

    A text is right if it has the words of the target in the same order; capitals,
    punctuation between words, and articles do not matter. A text whose schema lists
    the texts allowed must be the same but for capitals and outer spaces. Anything
    else must be the same JSON. A failed sample is wrong.

    Args:
        average: How the accuracies of several fields become one number: None and
            `"macro"` for their mean, `"weighted"` for their mean weighted by the
            number of samples, `"micro"` for the share in all fields together.
        name: Name in logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Metric`.
    """

    def __init__(
        self,
        average: str | None = None,
        name: str | None = "accuracy",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(MatchCounting(), recall, average, name, **masks)


class BinaryAccuracy(FieldMetric):
    """The share of fields whose yes or no is right.

    A failed sample is wrong.

    Args:
        average: As for `Accuracy`.
        threshold: A number is a yes if it is greater; booleans are what they are.
        name: Name in logs.
        **masks: As for `Accuracy`.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float = 0.5,
        name: str | None = "binary_accuracy",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = BinaryCounting(threshold, counts_no=True)
        super().__init__(counting, recall, average, name, **masks)


class CategoricalAccuracy(FieldMetric):
    """The share of fields whose label is right.

    Labels are the same but for capitals and outer spaces; a list of labels is right
    as a whole, in any order. A failed sample is wrong. The result of several fields
    is the mean of theirs.

    Args:
        average: None, `"micro"` and `"weighted"` for the share of samples that are
            right; `"macro"` for the mean of the shares of each label of the target
            ("balanced accuracy"), which does not favour frequent labels.
        labels: The labels there are; None for those that occur.
        name: Name in logs.
        **masks: As for `Accuracy`.
    """

    def __init__(
        self,
        average: str | None = None,
        labels: Sequence[Any] | None = None,
        name: str | None = "categorical_accuracy",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = LabelCounting(labels, is_exclusive=True)
        super().__init__(counting, recall, average or "micro", name, **masks)
