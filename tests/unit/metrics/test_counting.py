"""How a field becomes counts."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.metrics._counting import (
    WHOLE,
    BinaryCounting,
    MatchCounting,
    WordCounting,
)
from synalinks.metrics._counts import Counts

RIGHT, WRONG = {WHOLE: Counts(hits=1)}, {WHOLE: Counts(missed=1)}


@pytest.mark.parametrize(
    ("target", "predicted", "is_right"),
    [
        pytest.param("The Paris.", "paris", True, id="text by words"),
        pytest.param("a b", "b a", False, id="order of words"),
        pytest.param(5, 5.0, True, id="number"),
        pytest.param(1, True, False, id="boolean is no number"),
        pytest.param("5", 5, False, id="text is no number"),
        pytest.param([1, 2], [2, 1], False, id="order of a list"),
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, True, id="order of keys"),
        pytest.param(None, None, True, id="both absent"),
        pytest.param("x", None, False, id="prediction absent"),
        pytest.param(None, "x", False, id="target absent"),
    ],
)
def test_match_is_right_or_wrong(target, predicted, is_right):
    """A field matches as a whole or not at all."""
    counts = MatchCounting().count(target, predicted, is_label=False)

    assert counts == (RIGHT if is_right else WRONG)


def test_labels_match_exactly():
    """Where the schema lists the texts, capitals and outer spaces do not matter."""
    counting = MatchCounting()

    assert counting.count("Yes", " yes ", is_label=True) == RIGHT
    assert counting.count("A-", "A", is_label=True) == WRONG
    assert counting.count("refund?", "refund", is_label=True) == WRONG
    assert counting.count("refund?", "refund", is_label=False) == RIGHT


@pytest.mark.parametrize(
    ("target", "predicted", "counts"),
    [
        pytest.param("the red car", "a red bus", Counts(1, 1, 1), id="words"),
        pytest.param("no no no", "no no", Counts(2, 0, 1), id="repeated words"),
        pytest.param("", "", Counts(1, 0, 0), id="both empty"),
        pytest.param("", "x", Counts(0, 1, 1), id="target empty"),
        pytest.param(None, "", Counts(1, 0, 0), id="absent is empty"),
        pytest.param(["x b", "c"], ["c", "d"], Counts(1, 1, 2), id="list of texts"),
        pytest.param(5, 5.0, Counts(1, 0, 0), id="number"),
        pytest.param(5, 6, Counts(0, 1, 1), id="other number"),
        pytest.param({"a": 1}, {"a": 1}, Counts(1, 0, 0), id="object"),
    ],
)
def test_shared_words_are_counted(target, predicted, counts):
    """Hits are words of both, as often as both have them."""
    assert WordCounting().count(target, predicted, is_label=False) == {WHOLE: counts}


def test_a_label_is_one_word():
    """A label of several words is right or wrong as a whole."""
    counts = WordCounting().count("card lost", "card stolen", is_label=True)

    assert counts == {WHOLE: Counts(0, 1, 1)}


@pytest.mark.parametrize(
    ("target", "predicted", "counts"),
    [
        pytest.param(True, True, Counts(1, 0, 0), id="yes yes"),
        pytest.param(True, False, Counts(0, 0, 1), id="yes no"),
        pytest.param(False, True, Counts(0, 1, 0), id="no yes"),
        pytest.param(False, False, Counts(0, 0, 0), id="no no"),
        pytest.param(0.6, 1, Counts(1, 0, 0), id="numbers above"),
        pytest.param(1, 0.5, Counts(0, 0, 1), id="the threshold is a no"),
        pytest.param(True, None, Counts(0, 1, 1), id="absent"),
        pytest.param(False, "no", Counts(0, 1, 1), id="text"),
    ],
)
def test_yes_and_no(target, predicted, counts):
    """Booleans and numbers above the threshold are a yes."""
    counting = BinaryCounting(0.5, counts_no=False)

    assert counting.count(target, predicted, is_label=False) == {WHOLE: counts}


def test_a_right_no_counts_for_accuracy():
    """Accuracy counts a right no as a hit, and any mistake as one miss."""
    counting = BinaryCounting(0.5, counts_no=True)

    assert counting.count(False, False, is_label=False) == RIGHT
    assert counting.count(False, True, is_label=False) == WRONG


def test_a_binary_target_must_be_yes_or_no():
    """A text as target is a mistake in the set-up; the message says how to mend it."""
    with pytest.raises(
        ConfigurationError, match=r"is 'maybe'\. Expected true, false or a number; use"
    ):
        BinaryCounting(0.5, counts_no=False).count("maybe", True, is_label=False)


@pytest.mark.parametrize("threshold", ["0.5", None, True])
def test_the_threshold_is_a_number(threshold):
    """Anything else is refused when the metric is made."""
    with pytest.raises(ConfigurationError, match="`threshold` is"):
        BinaryCounting(threshold, counts_no=False)


@pytest.mark.parametrize(
    ("counting", "target", "counts"),
    [
        pytest.param(MatchCounting(), "x", Counts(missed=1), id="match"),
        pytest.param(WordCounting(), "red car", Counts(extra=2, missed=2), id="words"),
        pytest.param(WordCounting(), "", Counts(extra=1, missed=1), id="no words"),
        pytest.param(
            BinaryCounting(0.5, counts_no=False),
            False,
            Counts(extra=1, missed=1),
            id="binary",
        ),
    ],
)
def test_a_failed_sample_is_a_wrong_answer_of_the_same_size(counting, target, counts):
    """A failure lowers precision and recall alike."""
    assert counting.count_failed(target, is_label=False) == {WHOLE: counts}
