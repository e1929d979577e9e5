"""Scales."""

import math
import re

import pytest

from synalinks.data_models import (
    DataModel,
    FineScore,
    Rating,
    Rating10,
    Rating20,
    Score,
    get_score_type,
    normalize_score,
)
from synalinks.errors import ConfigurationError


@pytest.mark.parametrize(
    ("scale", "length", "last"),
    [
        (Score, 11, 1),
        (FineScore, 21, 1),
        (Rating, 5, 5),
        (Rating10, 10, 10),
        (Rating20, 20, 20),
    ],
)
def test_scales_have_equal_steps(scale, length, last):
    """Steps are in order, equally far from each other."""
    steps = [step.value for step in scale]
    width = (last - steps[0]) / (length - 1)

    assert len(steps) == length
    assert steps == pytest.approx([steps[0] + width * i for i in range(length)])
    assert normalize_score(steps[-1], scale) == 1.0
    assert normalize_score(steps[0], scale) == 0.0


def test_scales_are_types_of_fields():
    """A field takes the numbers of the scale and no others."""

    class Verdict(DataModel):
        score: Score

    assert Verdict(score=0.3).get_json() == {"score": 0.3}
    assert Verdict.get_schema()["$defs"]["Score"]["enum"][:2] == [0.0, 0.1]
    with pytest.raises(ValueError, match="score"):
        Verdict(score=0.35)


@pytest.mark.parametrize(
    ("identifier", "scale"),
    [
        (None, FineScore),
        ("Score", Score),
        ("fine_score", FineScore),
        ("rating10", Rating10),
        (Rating20, Rating20),
    ],
)
def test_scales_are_found_by_name(identifier, scale):
    """Names may be in camel or snake case; the default is the fine scale."""
    assert get_score_type(identifier) is scale


@pytest.mark.parametrize("identifier", ["ratin", 5, dict, []])
def test_unknown_scales_are_refused(identifier):
    """The known ones are listed."""
    message = f"There is no score type {identifier!r}."
    with pytest.raises(ConfigurationError, match=re.escape(message) + ".*`Rating20`"):
        get_score_type(identifier)


@pytest.mark.parametrize(
    ("value", "scale", "position"),
    [
        (3, Rating, 0.5),
        (Rating.GOOD, "rating", 0.75),
        (0.25, None, 0.25),
        (7, "score", 1.0),
        (-1, "score", 0.0),
    ],
)
def test_scores_are_placed_between_zero_and_one(value, scale, position):
    """What is beyond the scale counts as its end."""
    assert normalize_score(value, scale) == position


@pytest.mark.parametrize("value", [None, "5", True, math.nan, math.inf])
def test_scores_are_numbers(value):
    """Whatever is no finite number is refused."""
    with pytest.raises(ConfigurationError, match="A score of `Rating` is a number"):
        normalize_score(value, Rating)
