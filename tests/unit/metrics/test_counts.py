"""Ratios of counts, and their averages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.errors import ConfigurationError
from synalinks.metrics._counts import (
    Counts,
    averaged,
    checked_average,
    f_beta,
    precision,
    recall,
)

counts = st.builds(Counts, *[st.integers(0, 50)] * 3)


def test_ratios_by_hand():
    """6 hits, 2 extras, 4 misses: precision 6/8, recall 6/10, F1 12/18, F2 30/48."""
    one = Counts(hits=6, extra=2, missed=4)

    assert precision(one) == 0.75
    assert recall(one) == 0.6
    assert f_beta(1.0)(one) == pytest.approx(2 / 3)
    assert f_beta(2.0)(one) == pytest.approx(30 / 48)
    assert f_beta(0.5)(one) == pytest.approx(7.5 / 10.5)
    assert one.support == 10


def test_nothing_gives_zero():
    """Ratios of nothing are 0.0, as in scikit-learn by default."""
    assert precision(Counts()) == recall(Counts()) == f_beta(1.0)(Counts()) == 0.0
    assert averaged([], recall, "macro") == 0.0
    assert averaged([Counts()], recall, "weighted") == 0.0


@pytest.mark.parametrize(
    ("average", "value"),
    [
        pytest.param("micro", 9 / 12, id="micro adds up"),
        pytest.param("macro", (0.8 + 0.5) / 2, id="macro is the plain mean"),
        pytest.param(None, (0.8 + 0.5) / 2, id="None is macro"),
        pytest.param("weighted", (0.8 * 10 + 0.5 * 2) / 12, id="weighted by support"),
    ],
)
def test_averages_by_hand(average, value):
    """Recall of two classes: 8 of 10, and 1 of 2."""
    classes = [Counts(hits=8, missed=2), Counts(hits=1, missed=1)]

    assert averaged(classes, recall, average) == pytest.approx(value)


@given(counts, st.sampled_from([0.5, 1.0, 3.0]))
def test_f_beta_is_the_weighted_harmonic_mean(one, beta):
    """The count form equals the textbook form from precision and recall."""
    p, r = precision(one), recall(one)
    textbook = (1 + beta**2) * p * r / (beta**2 * p + r) if p and r else 0.0

    assert f_beta(beta)(one) == pytest.approx(textbook)


@given(st.lists(counts, min_size=1, max_size=4), st.sampled_from(["micro", "macro"]))
def test_doubling_the_data_changes_nothing(classes, average):
    """A measure depends on shares, not on sizes."""
    doubled = [one + one for one in classes]

    assert averaged(doubled, recall, average) == averaged(classes, recall, average)


def test_an_unknown_average_suggests_a_known_one():
    """A misspelled average is refused."""
    with pytest.raises(
        ConfigurationError,
        match=r"^`average` is 'marco'\. Expected 'micro', 'macro', 'weighted' or None\."
        r" Did you mean `macro`\?$",
    ):
        checked_average("marco")


@pytest.mark.parametrize("beta", [0, -1.0, float("inf"), float("nan"), "1", True, None])
def test_beta_must_be_positive(beta):
    """F-beta is not defined for anything but positive numbers."""
    with pytest.raises(ConfigurationError, match=r"`beta` is .* positive number"):
        f_beta(beta)
