"""A reward for each output of a program."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.rewards import OutputRewards, Score, deserialize, serialize
from tests.builders import Answer

YES, NO = Answer(answer="yes"), Answer(answer="no")


async def half(y_true, y_pred):
    return Score(0.5, "Half.", {"writer": "More."})


@pytest.mark.parametrize(
    ("rewards", "weights", "y_true", "y_pred", "value"),
    [
        (["exact_match", half], None, [YES, YES], [YES, YES], 0.75),
        (["exact_match", half], [3, 1], [YES, YES], [YES, YES], 0.875),
        (["exact_match", half], [1, 0], [YES, YES], [YES, YES], 1.0),
        (["exact_match", None], None, [YES, YES], [NO, YES], 0.0),
        (["exact_match", "exact_match"], None, [YES, None], [YES, None], 1.0),
        (["exact_match", "exact_match"], None, [YES, YES], [YES, None], 0.5),
        (["exact_match", "exact_match"], None, [YES, YES], None, 0.0),
        ([half, half], None, None, [YES, YES], 0.5),
        (
            {"a": "exact_match", "b": half},
            {"b": 1, "a": 3},
            {"a": NO, "b": YES},
            {"b": YES, "a": YES},
            0.125,
        ),
    ],
    ids=[
        "mean", "weights", "no weight", "not scored", "rightly missing", "missing",
        "failed", "no targets", "names",
    ],
)  # fmt: skip
async def test_the_score_is_the_weighted_mean(rewards, weights, y_true, y_pred, value):
    """Of the outputs that are scored and that there should be."""
    reward = OutputRewards(rewards, weights)

    assert await reward(y_true, y_pred) == pytest.approx(value)


async def test_the_feedback_of_all_outputs_is_told():
    """With the output that it is about."""
    score = await OutputRewards([half, half]).score(None, [YES, YES])

    assert score.feedback == "0: Half.\n1: Half."
    assert score.per_module == {"writer": "More."}


@pytest.mark.parametrize(
    ("rewards", "weights", "message"),
    [
        ([], None, "list or dict of rewards"),
        ([None], None, "list or dict of rewards"),
        ("exact_match", None, "list or dict of rewards"),
        ([half], [1, 2], r"Expected a list of 1 number"),
        ([half], {"0": 1}, "Expected a list"),
        ({"a": half}, [1], r"Expected a dict with the keys \['a'\]"),
        ([half, half], [1, -1], "none negative"),
        ([half, None], [0, 1], "some positive"),
    ],
)
def test_rewards_and_weights_fit_each_other(rewards, weights, message):
    """Anything else is refused before any call."""
    with pytest.raises(ConfigurationError, match=message):
        OutputRewards(rewards, weights)


@pytest.mark.parametrize("y_pred", [YES, [YES], {"a": YES, "b": YES}])
async def test_other_outputs_are_refused(y_pred):
    """With what there is and what was expected."""
    with pytest.raises(ConfigurationError, match="has rewards for 2 outputs"):
        await OutputRewards([half, half])(None, y_pred)


def test_it_is_saved_with_its_rewards_and_weights():
    """And made again."""
    reward = OutputRewards({"a": "exact_match", "b": None}, {"a": 2.0, "b": 1.0})

    made = deserialize(serialize(reward))

    assert made.weights == {"a": 2.0, "b": 1.0}
    assert made.rewards["b"] is None
