"""Rewards made of rewards."""

import pytest

from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError
from synalinks.rewards import (
    BatchRewardFunctionWrapper,
    ComposableReward,
    ExactMatch,
    RewardFunctionWrapper,
    Score,
)


class Answer(DataModel):
    answer: str


ANSWER = Answer(answer="x")


def always(value, name):
    return RewardFunctionWrapper(lambda y_true, y_pred: value, name=name)


@pytest.mark.parametrize(
    ("reduction", "weights", "value"),
    [
        pytest.param("mean", None, 0.5, id="mean"),
        pytest.param("mean", [3.0, 1.0], 0.35, id="weighted mean"),
        pytest.param("sum", [3.0, 1.0], 1.4, id="weighted sum"),
        pytest.param("min", None, 0.2, id="min"),
        pytest.param("max", [3.0, 1.0], 0.8, id="weighted max"),
    ],
)
async def test_scores_of_one_sample_are_combined(reduction, weights, value):
    """Mean is weighted; sum, min and max are those of the weighted scores."""
    parts = [always(0.2, "a"), always(0.8, "b")]

    reward = ComposableReward(parts, weights=weights, reduction=reduction)

    assert await reward(None, ANSWER) == pytest.approx(value)


async def test_rewards_that_do_not_score_are_left_out():
    """None of a part changes nothing; None of all parts is None."""
    reward = ComposableReward([always(None, "a"), always(0.8, "b")], [9.0, 1.0])

    assert await reward(None, ANSWER) == pytest.approx(0.8)
    assert await ComposableReward([always(None, "a")])(None, ANSWER) is None


async def test_feedback_of_all_parts_is_kept_with_their_names():
    """The optimizer reads what each reward had to say."""
    long = Score(0.0, "too long", {"writer": "be brief"})
    wrong = Score(1.0, None, {"writer": "check facts"})

    score = await ComposableReward(
        [always(long, "size"), always(wrong, "facts")]
    ).score(None, ANSWER)

    assert score == Score(
        0.5, "size: too long", {"writer": "size: be brief\nfacts: check facts"}
    )


async def test_no_prediction_scores_zero():
    """A failed sample is 0.0 for the whole."""
    assert await ComposableReward([ExactMatch()])(ANSWER, None) == 0.0


async def test_names_and_functions_stand_for_rewards():
    """Whatever `get` takes can be a part."""
    reward = ComposableReward(["exact_match", lambda y_true, y_pred: 0.0])

    assert await reward(ANSWER, ANSWER) == 0.5
    assert reward.name == "composable_reward"
    assert reward.reduction == "mean"


def test_configuration_makes_an_equal_reward():
    """Parts, weights and reduction survive saving."""
    reward = ComposableReward(
        [ExactMatch(name="a"), ExactMatch()], [1, 2], reduction="sum"
    )

    again = ComposableReward.from_config(reward.get_config())

    assert [part.name for part in again.rewards] == ["a", "exact_match"]
    assert (again.weights, again.combination) == ([1.0, 2.0], "sum")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"rewards": []}, r"received `rewards=\[\]`", id="none"),
        pytest.param({"rewards": ExactMatch()}, "Expected a list of", id="no list"),
        pytest.param({"rewards": [None]}, "received None among", id="None inside"),
        pytest.param(
            {"rewards": [BatchRewardFunctionWrapper(max)]},
            "received the batch reward `max`",
            id="batch reward",
        ),
        pytest.param(
            {"rewards": ["exact_match"], "weights": [1, 2]},
            r"`weights=\[1, 2\]`\. Expected 1 positive numbers",
            id="too many weights",
        ),
        pytest.param(
            {"rewards": ["exact_match"], "weights": [0]}, "positive", id="weight zero"
        ),
        pytest.param(
            {"rewards": ["exact_match"], "weights": 1.0}, "positive", id="one number"
        ),
        pytest.param(
            {"rewards": ["exact_match"], "reduction": None},
            "makes one number of several, which the reduction None does not",
            id="no reduction",
        ),
    ],
)
def test_what_cannot_be_combined_is_refused(arguments, message):
    """Parts, weights and reduction are checked when the reward is made."""
    with pytest.raises(ConfigurationError, match=message):
        ComposableReward(**arguments)
