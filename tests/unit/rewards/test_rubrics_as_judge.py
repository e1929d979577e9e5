"""A language model judges by several criteria in one call."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.rewards import (
    Rubric,
    RubricJudge,
    RubricsAsJudge,
    deserialize,
    get_rubric,
    list_rubrics,
    serialize,
)
from tests.builders import Answer, scripted

WIT = Rubric("wit", "Best: it is funny.")
SAID = {
    "wit_critique": "Dull.",
    "wit_score": 1,
    "clarity_critique": "Plain.",
    "clarity_score": 5,
}


def judge(answers, **options):
    model, transport = scripted(answers)
    return RubricsAsJudge(language_model=model, **options), transport


async def test_all_criteria_are_judged_in_one_call():
    """The score is their mean, the critiques are the feedback."""
    reward, transport = judge([SAID], rubrics=[WIT, "clarity"], score_type="rating")

    score = await reward.score(Answer(answer="4"), Answer(answer="5"))

    assert score.value == 0.5
    assert score.feedback == "wit (0.00): Dull.\nclarity (1.00): Plain."
    (request,) = transport.requests
    assert list(request.schema["properties"]) == list(SAID)
    assert "- wit: Best: it is funny." in request.messages[0]["content"]
    assert get_rubric("clarity").criterion in request.messages[0]["content"]


async def test_three_criteria_are_the_default():
    """Right, whole and clear."""
    reward, _ = judge([])

    names = [one.name for one in reward.rubrics]
    assert names == ["correctness", "completeness", "clarity"]
    with pytest.raises(
        ConfigurationError, match=r"`decision_model` of .* out of scope"
    ):
        judge([], decision_model="x")


async def test_a_judge_of_one_criterion_of_ones_own():
    """A class with its criterion is enough; it is no ready rubric then."""

    class Wit(RubricJudge):
        """Is it funny?"""

        criterion = "Best: it is funny."

    model, transport = scripted([{"wit_critique": "Ha.", "wit_score": 1.0}])

    assert await Wit(language_model=model)(None, Answer(answer="5")) == 1.0
    assert "- wit: Best: it is funny." in transport.requests[0].messages[0]["content"]
    assert "wit" not in list_rubrics()


def test_it_is_saved_with_its_rubrics():
    """Also those of one's own."""
    reward = RubricsAsJudge("embedded/learner", rubrics=[WIT, "bias"])

    made = deserialize(serialize(reward))

    assert made.rubrics == [WIT, get_rubric("bias")]
