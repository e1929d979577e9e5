"""From the scores of many samples to one number."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.rewards import reduce_scores


@pytest.mark.parametrize(
    ("reduction", "reduced"),
    [
        ("mean", 0.5),
        ("sum", 1.5),
        ("min", 0.0),
        ("max", 1.0),
        ("none", [0.0, 0.5, 1.0]),
        (None, [0.0, 0.5, 1.0]),
    ],
)
def test_each_reduction(reduction, reduced):
    """Samples that were not scored are left out of every reduction."""
    assert reduce_scores([0.0, None, 0.5, 1.0], reduction) == reduced


def test_nothing_scored_gives_none():
    """No scores are no number, rather than a perfect or a failed one."""
    assert reduce_scores([None, None], "mean") is None
    assert reduce_scores([], "sum") is None
    assert reduce_scores([None], "none") == []


def test_an_unknown_reduction_suggests_a_known_one():
    """A misspelled reduction is refused, with the nearest name."""
    with pytest.raises(
        ConfigurationError,
        match=r"^`reduction` is 'maen'\. Expected one of 'mean', 'sum', 'min', 'max', "
        r"'none'\. Did you mean `mean`\?$",
    ):
        reduce_scores([1.0], "maen")
