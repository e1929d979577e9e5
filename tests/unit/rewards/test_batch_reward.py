"""Rewards that see a whole batch."""

import pytest

from synalinks._internal import context
from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError, RewardError
from synalinks.rewards import BatchReward, BatchRewardFunctionWrapper, Score


class Answer(DataModel):
    answer: str


class Longest(BatchReward):
    async def compute_batch(self, y_true_list, y_pred_list):
        lengths = [len(y_pred.get("answer")) for y_pred in y_pred_list]
        return [float(length == max(lengths)) for length in lengths]


def answers(*texts):
    return [None if text is None else Answer(answer=text) for text in texts]


async def test_scores_depend_on_the_batch():
    """Each sample gets its own score, in the order of the samples."""
    scores = await Longest().score_batch([None] * 3, answers("a", "ccc", "bb"))

    assert scores == [Score(0.0), Score(1.0), Score(0.0)]


async def test_failed_samples_score_zero_and_are_not_shown():
    """User code sees only the samples that have a prediction."""
    scores = await Longest().score_batch([None] * 3, answers(None, "a", None))

    assert [score.value for score in scores] == [0.0, 1.0, 0.0]


async def test_a_batch_of_failures_asks_nobody():
    """Without any prediction `compute_batch` is not called."""
    scores = await Longest().score_batch([None] * 2, [None, None])

    assert [score.value for score in scores] == [0.0, 0.0]


async def test_one_sample_is_a_batch_of_one():
    """A batch reward can be called like any reward."""
    assert await Longest()(None, Answer(answer="a")) == 1.0
    assert await Longest()(None, None) == 0.0


@pytest.mark.parametrize(
    "returned",
    [
        pytest.param([1.0], id="too few"),
        pytest.param([1.0, 1.0, 1.0], id="too many"),
        pytest.param(1.0, id="one number"),
        pytest.param(None, id="none"),
    ],
)
async def test_the_number_of_scores_must_fit(returned):
    """Scores that do not fit the batch are refused, never cut or repeated."""
    reward = BatchRewardFunctionWrapper(lambda y_true, y_pred: returned, name="rank")

    with pytest.raises(
        RewardError,
        match=r"`rank` returned .* for a batch of 2 samples\. Expected a list of 2",
    ):
        await reward.score_batch([None] * 2, answers("a", "b"))


async def test_each_score_is_checked():
    """One value that is no number spoils the batch, with its name."""
    reward = BatchRewardFunctionWrapper(lambda y_true, y_pred: [1.0, float("nan")])

    with pytest.raises(RewardError, match="`lambda` returned nan"):
        await reward.score_batch([None] * 2, answers("a", "b"))


async def test_targets_and_predictions_must_be_as_many():
    """Lists of different lengths are refused."""
    with pytest.raises(
        ConfigurationError, match="`longest` received 1 target and 2 predictions"
    ):
        await Longest().score_batch([None], answers("a", "b"))


async def test_the_wrapper_passes_arguments_on_and_counts_to_the_reward_phase():
    """A function of two lists and further arguments becomes a batch reward."""
    phases = []

    async def constant(y_true_list, y_pred_list, value):
        phases.append(context.phase.get())
        return [value if y_pred.get("answer") else None for y_pred in y_pred_list]

    reward = BatchRewardFunctionWrapper(constant, value=0.5)

    assert await reward.score_batch([None] * 2, answers("a", "")) == [Score(0.5), None]
    assert phases == ["reward"]
    assert reward.name == "constant"
