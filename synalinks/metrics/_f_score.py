"""F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.metrics._counting import BinaryCounting, WordCounting
from synalinks.metrics._counts import f_beta
from synalinks.metrics._field_metric import FieldMetric
from synalinks.metrics._label_counting import LabelCounting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from synalinks.ops import MaskArguments


class FBetaScore(FieldMetric):
    """The F-beta score of the words that prediction and target share.

    The words of all samples are counted together, field by field. Capitals,
    punctuation between words, and articles do not matter; "-5" and "5", "3.14" and
    "314", "C++" and "C" are different words. A text whose schema lists the texts
    allowed is one word; so is a number or a boolean. A failed sample counts as a
    wrong answer of the same length.

    Args:
        average: How the scores of several fields become one number: None and
            `"macro"` for their mean, `"weighted"` for their mean weighted by the
            number of words in the targets, `"micro"` for the score of all words
            together. `result_by_field` gives them apart.
        beta: How many times recall matters as much as precision.
        name: Name in logs.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Metric`.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        name: str | None = "fbeta_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(WordCounting(), f_beta(beta), average, name, **masks)


class F1Score(FBetaScore):
    """The F1 score of the words that prediction and target share.

    Args:
        average: As for `FBetaScore`.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        name: str | None = "f1_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(average, 1.0, name, **masks)


class BinaryFBetaScore(FieldMetric):
    """The F-beta score of yes or no: of booleans, and numbers above a threshold.

    A right no is neither a hit nor a mistake. A failed sample counts as a yes missed
    and a yes wrongly predicted.

    Args:
        average: How the scores of several fields become one number, as for
            `FBetaScore`; the weights are the numbers of yeses in the targets.
        beta: As for `FBetaScore`.
        threshold: A number is a yes if it is greater; booleans are what they are.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float = 0.5,
        name: str | None = "binary_fbeta_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = BinaryCounting(threshold, counts_no=False)
        super().__init__(counting, f_beta(beta), average, name, **masks)


class BinaryF1Score(BinaryFBetaScore):
    """The F1 score of yes or no.

    Args:
        average: As for `BinaryFBetaScore`.
        threshold: As for `BinaryFBetaScore`.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float = 0.5,
        name: str | None = "binary_f1_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(average, 1.0, threshold, name, **masks)


class CategoricalFBetaScore(FieldMetric):
    """The F-beta score of labels: a text, number or boolean, or a list of these.

    Labels are the same but for capitals and outer spaces. A failed sample counts as
    its labels missed and wrongly predicted. The result of several fields is the mean
    of theirs.

    Args:
        average: How the scores of the labels of a field become one number: None and
            `"macro"` for their mean, `"weighted"` for their mean weighted by how often
            they are in the targets, `"micro"` for the score of all labels together.
        beta: As for `FBetaScore`.
        labels: The labels there are: one that never occurs scores 0.0, another one in
            a target is an error, another one in a prediction is a mistake. None for
            those that occur in targets and predictions.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        labels: Sequence[Any] | None = None,
        name: str | None = "categorical_fbeta_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        counting = LabelCounting(labels, is_exclusive=False)
        super().__init__(counting, f_beta(beta), average, name, **masks)


class CategoricalF1Score(CategoricalFBetaScore):
    """The F1 score of labels.

    Args:
        average: As for `CategoricalFBetaScore`.
        labels: As for `CategoricalFBetaScore`.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        labels: Sequence[Any] | None = None,
        name: str | None = "categorical_f1_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(average, 1.0, labels, name, **masks)


class ListFBetaScore(CategoricalFBetaScore):
    """The F-beta score of lists of labels, whatever their order.

    Args:
        average: As for `CategoricalFBetaScore`.
        beta: As for `FBetaScore`.
        labels: As for `CategoricalFBetaScore`.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        labels: Sequence[Any] | None = None,
        name: str | None = "list_fbeta_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(average, beta, labels, name, **masks)


class ListF1Score(ListFBetaScore):
    """The F1 score of lists of labels, whatever their order.

    Args:
        average: As for `CategoricalFBetaScore`.
        labels: As for `CategoricalFBetaScore`.
        name: Name in logs.
        **masks: As for `FBetaScore`.
    """

    def __init__(
        self,
        average: str | None = None,
        labels: Sequence[Any] | None = None,
        name: str | None = "list_f1_score",
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(average, 1.0, labels, name, **masks)
