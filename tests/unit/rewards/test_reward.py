"""The base class of rewards."""

import pytest

from synalinks._internal import context
from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError, RewardError
from synalinks.rewards import Reward, Score


class Answer(DataModel):
    answer: str


class Length(Reward):
    def __init__(self, scale=1.0, **options):
        super().__init__(**options)
        self.scale = scale

    async def call(self, y_true, y_pred):
        return self.scale * len(y_pred.get("answer"))


class Returning(Reward):
    returned = None

    async def call(self, y_true, y_pred):
        return self.returned


class Never(Reward):
    async def call(self, y_true, y_pred):
        raise AssertionError("called without a prediction")


async def test_a_subclass_writes_call():
    """A reward is called with target and prediction and returns a number."""
    reward = Length(scale=0.5)

    assert await reward(None, Answer(answer="four")) == 2.0
    assert await reward.score(None, Answer(answer="four")) == Score(2.0)


def test_defaults():
    """The name is that of the class, and scores are averaged."""
    reward = Length()

    assert reward.name == "length"
    assert reward.reduction == "mean"
    assert Length(name="short", reduction=None).reduction == "none"


def test_configuration_makes_an_equal_reward():
    """`from_config(get_config())` gives the same arguments."""
    reward = Length(scale=2.0, name="double", reduction="max", in_mask=["answer"])

    again = Length.from_config(reward.get_config())

    assert again.get_config() == reward.get_config()
    assert (again.scale, again.name, again.reduction) == (2.0, "double", "max")
    assert again.masks == reward.masks


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(None, id="one output"),
        pytest.param([None, None], id="list"),
        pytest.param({"a": None}, id="dict"),
    ],
)
async def test_no_prediction_scores_zero_without_asking(missing):
    """User code never sees a prediction of None."""
    score = await Never().score(Answer(answer="x"), missing)

    assert score.value == 0.0
    assert "failed" in score.feedback


async def test_none_is_passed_on_as_not_scored():
    """A reward may leave a sample out."""
    assert await Returning()(None, Answer(answer="x")) is None
    assert await Returning().score(None, Answer(answer="x")) is None


async def test_a_score_is_passed_on_with_its_words():
    """Feedback reaches the optimizer; the call gives the number alone."""
    reward = Returning()
    reward.returned = Score(0.5, "half")

    assert await reward.score(None, Answer(answer="x")) == Score(0.5, "half")
    assert await reward(None, Answer(answer="x")) == 0.5


async def test_what_is_no_number_raises():
    """A reward that returns text is named."""
    reward = Returning(name="judge")
    reward.returned = "good"

    with pytest.raises(RewardError, match="`judge` returned 'good'"):
        await reward(None, Answer(answer="x"))


async def test_a_plain_def_is_accepted():
    """`call` need not be a coroutine function."""

    class Plain(Reward):
        def call(self, y_true, y_pred):
            return 1

    assert await Plain()(None, Answer(answer="x")) == 1.0


async def test_calls_are_counted_to_the_phase_reward():
    """Inside `call` the phase is `reward`, afterwards it is what it was."""
    phases = []

    class Watching(Reward):
        async def call(self, y_true, y_pred):
            phases.append(context.phase.get())
            return 0.0

    await Watching()(None, Answer(answer="x"))

    assert phases == ["reward"]
    assert context.phase.get() == "inference"


async def test_errors_of_user_code_come_through():
    """What `call` raises is not wrapped."""

    class Broken(Reward):
        async def call(self, y_true, y_pred):
            raise KeyError("answer")

    with pytest.raises(KeyError, match="answer"):
        await Broken()(None, Answer(answer="x"))


def test_a_wrong_reduction_is_refused_at_once():
    """The error comes when the reward is made, not after paid calls."""
    with pytest.raises(ConfigurationError, match="`reduction` is 'average'"):
        Length(reduction="average")
