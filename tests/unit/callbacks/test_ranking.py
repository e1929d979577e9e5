"""The best checkpoints so far."""

import pytest

from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._ranking import Ranking

HIGH = Improvement(sense="max")


def feed(ranking, values):
    """Return the paths that were dropped, in order; paths are positions."""
    dropped = []
    for index, value in enumerate(values):
        if ranking.admits(value, HIGH):
            dropped.append(ranking.add(value, str(index), HIGH))
    return [one for one in dropped if one is not None]


def test_the_best_three_stay():
    """An equal value does not displace an older one."""
    ranking = Ranking(size=3)

    assert feed(ranking, [0.1, 0.5, 0.3, 0.5, 0.7]) == ["0", "2"]
    assert ranking.kept == [(0.5, "1"), (0.5, "3"), (0.7, "4")]
    assert feed(ranking, [0.5]) == []
    assert feed(ranking, [0.8]) == ["3"]


@pytest.mark.parametrize(("size", "kept"), [(0, 0), (1, 1), (-1, 4)])
def test_sizes(size, kept):
    """None, one, or all."""
    ranking = Ranking(size=size)
    feed(ranking, [0.5, 0.4, float("nan"), 0.3])

    assert len(ranking.kept) == kept


def test_a_threshold_and_what_is_not_finite():
    """Only finite values above the threshold are kept."""
    ranking = Ranking(size=2, threshold=0.5)
    feed(ranking, [0.5, float("nan"), float("inf"), 0.6])

    assert ranking.kept == [(0.6, "3")]
    assert ranking.ordered(HIGH)[0] == (0.6, "3")
    assert Ranking(size=1).ordered(HIGH) == []
