"""Is the prediction the target?"""

import pytest

from synalinks.data_models import DataModel, JsonDataModel
from synalinks.errors import ConfigurationError
from synalinks.rewards import ExactMatch, exact_match


class Answer(DataModel):
    thinking: str | None = None
    answer: float


def json_model(**fields):
    return JsonDataModel(schema={"type": "object", "properties": {}}, json=fields)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "value"),
    [
        pytest.param({"a": 1}, {"a": 1}, 1.0, id="same"),
        pytest.param({"a": 1}, {"a": 1.0}, 1.0, id="same number"),
        pytest.param({"a": 1}, {"a": True}, 0.0, id="boolean is no number"),
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, 0.0, id="order of a list"),
        pytest.param({"a": "x"}, {"a": "X"}, 0.0, id="capitals"),
        pytest.param({"a": 1}, {"a": 1, "b": None}, 1.0, id="null is absent"),
        pytest.param({"a": {"b": None}}, {"a": {}}, 1.0, id="nested null"),
        pytest.param({"a": [None]}, {"a": []}, 0.0, id="null in a list"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, 0.0, id="one more field"),
    ],
)
async def test_equality_is_that_of_json(y_true, y_pred, value):
    """Two predictions are the same if they are the same JSON."""
    assert await exact_match(json_model(**y_true), json_model(**y_pred)) == value


async def test_a_mask_leaves_the_reasoning_out():
    """Only the chosen fields are compared."""
    y_true, y_pred = Answer(answer=4), Answer(thinking="2+2", answer=4)

    assert await ExactMatch()(y_true, y_pred) == 0.0
    assert await ExactMatch(in_mask=["answer"])(y_true, y_pred) == 1.0


async def test_no_prediction_is_wrong():
    """A failed sample scores 0.0, also when the function is called by itself."""
    assert await ExactMatch()(Answer(answer=4), None) == 0.0
    assert await exact_match(Answer(answer=4), None) == 0.0


async def test_no_target_is_an_error():
    """Comparing with nothing is a mistake in the set-up, not a wrong answer."""
    with pytest.raises(ConfigurationError, match=r"`y_true` is None\. Pass targets"):
        await ExactMatch()(None, Answer(answer=4))


async def test_outputs_of_a_program_are_compared_together():
    """Lists of outputs are the same if each of them is."""
    reward = ExactMatch()
    one, two = Answer(answer=1), Answer(answer=2)

    assert await reward([one, two], [one, two]) == 1.0
    assert await reward([one, two], [one, None]) == 0.0


def test_defaults_and_configuration():
    """The name is `exact_match`, and the configuration makes an equal reward."""
    reward = ExactMatch(out_mask=["thinking"])

    assert reward.name == "exact_match"
    assert ExactMatch.from_config(reward.get_config()).masks == reward.masks
