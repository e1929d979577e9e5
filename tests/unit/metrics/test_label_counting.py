"""Counting of labels."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.metrics._counts import Counts
from synalinks.metrics._label_counting import LabelCounting


def count(target, predicted, *, labels=None, is_exclusive=False):
    counting = LabelCounting(labels, is_exclusive=is_exclusive)
    return counting.count(target, predicted, is_label=True)


@pytest.mark.parametrize(
    ("target", "predicted", "counts"),
    [
        pytest.param("Cat", "cat ", {"cat": Counts(hits=1)}, id="same"),
        pytest.param(
            "cat", "dog", {"cat": Counts(missed=1), "dog": Counts(extra=1)}, id="other"
        ),
        pytest.param("cat", None, {"cat": Counts(extra=1, missed=1)}, id="absent"),
        pytest.param(None, None, {}, id="both absent"),
        pytest.param(1, 1.0, {"1": Counts(hits=1)}, id="number"),
        pytest.param(
            ["a", "b"],
            ["b", "c", "c"],
            {"a": Counts(missed=1), "b": Counts(hits=1), "c": Counts(extra=1)},
            id="lists",
        ),
        pytest.param([], [], {}, id="empty lists"),
    ],
)
def test_each_label_is_counted(target, predicted, counts):
    """A label is a hit, an extra or a miss of its own."""
    assert count(target, predicted) == counts


def test_accuracy_counts_the_labels_of_the_target_only():
    """A set of labels is right as a whole, whatever the order."""
    assert count("cat", "dog", is_exclusive=True) == {"cat": Counts(missed=1)}
    assert count(["b", "a"], ["a", "b"], is_exclusive=True) == {"a, b": Counts(hits=1)}


@pytest.mark.parametrize(
    ("target", "is_exclusive", "counts"),
    [
        pytest.param(["a"], False, {"a": Counts(extra=1, missed=1)}, id="counted"),
        pytest.param("a", True, {"a": Counts(missed=1)}, id="accuracy"),
        pytest.param([], False, {"": Counts(extra=1, missed=1)}, id="no labels"),
    ],
)
def test_a_failed_sample_is_wrong(target, is_exclusive, counts):
    """A failure is wrong even where no label was wanted."""
    counting = LabelCounting(None, is_exclusive=is_exclusive)

    assert counting.count_failed(target, is_label=True) == counts


def test_a_target_outside_of_the_labels_is_an_error():
    """A misspelled label is found in the data, with the nearest one."""
    with pytest.raises(
        ConfigurationError,
        match=r"The target 'refnd' is none of the labels of the metric: \['refund', "
        r"'order'\]\. Did you mean `refund`\?",
    ):
        count("refnd", "order", labels=["Refund", "Order"])


def test_a_prediction_outside_of_the_labels_is_wrong():
    """Whatever else is predicted is an extra of an unknown label."""
    counts = count("refund", "other", labels=["refund", "order"])

    assert counts == {"refund": Counts(missed=1), "other": Counts(extra=1)}


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("cat", id="text"),
        pytest.param([], id="empty"),
        pytest.param(["cat", "CAT"], id="twice"),
        pytest.param(["cat", None], id="none"),
    ],
)
def test_labels_are_a_list_of_different_labels(labels):
    """Anything else is refused when the metric is made."""
    with pytest.raises(ConfigurationError, match=r"`labels` is .* different labels"):
        count("cat", "cat", labels=labels)
