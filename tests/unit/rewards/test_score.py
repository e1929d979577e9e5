"""What counts as a score."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks._internal import context
from synalinks.errors import RewardError
from synalinks.rewards import Score
from synalinks.rewards._score import checked_score


@pytest.mark.parametrize(
    ("returned", "value"),
    [
        pytest.param(1, 1.0, id="int"),
        pytest.param(-2.5, -2.5, id="float"),
        pytest.param(True, 1.0, id="bool"),
        pytest.param(np.float32(0.5), 0.5, id="numpy float"),
        pytest.param(np.int64(3), 3.0, id="numpy int"),
        pytest.param(np.bool_(1), 1.0, id="numpy bool"),
        pytest.param(np.array(0.25), 0.25, id="numpy array without dimensions"),
        pytest.param(Decimal("0.75"), 0.75, id="decimal"),
        pytest.param(Fraction(1, 4), 0.25, id="fraction"),
    ],
)
def test_any_kind_of_finite_number_is_a_score(returned, value):
    """Python and numpy numbers, booleans and decimals become floats."""
    score = checked_score(returned, "quality")

    assert score == Score(value)
    assert type(score.value) is float


@pytest.mark.parametrize(
    "returned",
    [
        pytest.param(math.nan, id="nan"),
        pytest.param(math.inf, id="infinity"),
        pytest.param(-math.inf, id="minus infinity"),
        pytest.param(np.float64("nan"), id="numpy nan"),
        pytest.param(Decimal("sNaN"), id="decimal nan"),
        pytest.param(10**400, id="too large for a float"),
        pytest.param("0.5", id="text"),
        pytest.param(np.str_("0.5"), id="numpy text"),
        pytest.param([0.5], id="list"),
        pytest.param(np.array([0.5]), id="array"),
        pytest.param(1j, id="complex"),
        pytest.param(Score(math.nan), id="score of nan"),
    ],
)
def test_anything_else_names_reward_sample_and_value(returned):
    """What is not a finite number raises, and the message says where it came from."""
    with (
        context.bound(context.sample, context.SampleScope(id="train:17")),
        pytest.raises(RewardError, match=r"`quality` returned .* sample `train:17`"),
    ):
        checked_score(returned, "quality")


def test_outside_of_a_run_no_sample_is_named():
    """The message stands without a sample."""
    with pytest.raises(
        RewardError,
        match=r"^Reward `quality` returned 'good'\. Expected a finite number, a "
        r"`Score` with one, or None for a sample that is not to be scored\.$",
    ):
        checked_score("good", "quality")


def test_none_is_not_scored():
    """None stands for "not scored", which is no error."""
    assert checked_score(None, "quality") is None


def test_feedback_is_passed_on():
    """The words that come with a number are kept."""
    score = Score(np.float32(0.5), "too long", {"answerer": "be brief"})

    checked = checked_score(score, "quality")

    assert checked == Score(0.5, "too long", {"answerer": "be brief"})
    assert float(checked) == 0.5


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_comes_back_unchanged(value):
    """No finite number is altered."""
    assert checked_score(value, "quality") == Score(value)
