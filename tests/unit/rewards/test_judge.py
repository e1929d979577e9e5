"""Rewards that ask a model, and what happens when it says nothing."""

import pytest

from synalinks.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidOutputError,
    ServerError,
    SynalinksWarning,
)
from synalinks.rewards import Judge, Score
from synalinks.rewards._judge import score_of
from tests.builders import Answer

PREDICTION = Answer(answer="5")


class Script(Judge):
    """Says what a list says."""

    def __init__(self, said, name="script"):
        super().__init__(name=name)
        self.said = list(said)

    async def judge(self, y_true, y_pred):
        said = self.said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


async def scores(said):
    judge = Script(said)
    return [await judge.score(None, PREDICTION) for _ in said]


@pytest.mark.parametrize("nothing", [InvalidOutputError("x"), ServerError("x"), None])
async def test_a_sample_of_which_nothing_is_said_is_not_scored(nothing):
    """It is neither the program's fault nor worth nothing; there is one warning."""
    good = Score(1.0)

    with pytest.warns(SynalinksWarning, match="`script` says nothing") as caught:
        given = await scores([good, nothing, nothing, good])

    assert given == [good, None, None, good]
    assert len(caught) == 1


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
@pytest.mark.parametrize(
    "said",
    [[ServerError("x")] * 2, [Score(1.0), *[ServerError("x")] * 5]],
    ids=["from the beginning", "later"],
)
async def test_a_dead_judge_is_an_error(said):
    """Not a run in which nothing is scored."""
    judge = Script(said)
    for _ in said[:-1]:
        await judge(None, PREDICTION)

    with pytest.raises(ServerError, match="x"):
        await judge(None, PREDICTION)
    assert judge.said == []


async def test_what_the_next_sample_meets_too_is_raised_at_once():
    """A refused key, a spent budget, a judge that is set up wrong."""
    for error in (AuthenticationError("x"), ConfigurationError("x")):
        with pytest.raises(type(error), match="x"):
            await scores([error])


@pytest.mark.parametrize(
    ("output", "score"),
    [
        ({"reward": 1, "critique": "Good."}, Score(1.0, "Good.")),
        ({"reward": 0.5, "feedback": "So so."}, Score(0.5, "So so.")),
        ({"reward": 0.5}, Score(0.5)),
        ({"reward": 0.5, "critique": ["x"]}, Score(0.5)),
    ],
)
def test_scores_stand_in_outputs(output, score):
    """The critique is the feedback, where there is one."""
    assert score_of("judge", output) == score


@pytest.mark.parametrize("reward", [None, "1", float("nan")])
def test_an_output_without_a_number_is_refused(reward):
    """With what was received."""
    with pytest.raises(ConfigurationError, match="gives a number `reward`, received"):
        score_of("judge", {"reward": reward})
