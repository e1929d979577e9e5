"""Judges that go by one criterion each."""

import pytest

from synalinks import rewards
from synalinks._internal.naming import snake_case
from synalinks.errors import ConfigurationError
from synalinks.rewards import get, get_rubric, list_rubrics, serialize
from tests.builders import Answer, scripted

READY = {
    snake_case(name): getattr(rewards, name)
    for name in rewards.__all__
    if isinstance(getattr(rewards, name), type)
    and issubclass(getattr(rewards, name), rewards.RubricJudge)
    and name != "RubricJudge"
}


def test_each_ready_judge_has_a_rubric_and_each_rubric_a_judge():
    """Both go by the same name, and the names are in order."""
    assert list_rubrics() == sorted(READY)
    assert len(READY) >= 31
    for name, cls in READY.items():
        assert get_rubric(name).criterion == cls.criterion


@pytest.mark.parametrize("name", list(READY))
def test_a_criterion_says_what_is_best_and_what_is_worst(name):
    """So that higher is better for all of them."""
    criterion = get_rubric(name).criterion

    assert criterion.startswith("Look at ")
    assert ". Best: " in criterion
    assert ". Worst: " in criterion


async def test_a_ready_judge_asks_by_its_criterion():
    """One call; found by name."""
    answer = {"faithfulness_critique": "All given.", "faithfulness_score": 0.9}
    model, transport = scripted([answer])
    reward = rewards.Faithfulness(language_model=model)

    score = await reward.score(None, Answer(answer="5"))

    assert (reward.name, score.value) == ("faithfulness", 0.9)
    assert (
        get_rubric("faithfulness").criterion
        in (transport.requests[0].messages[0]["content"])
    )
    assert isinstance(get("pii_leakage"), rewards.PIILeakage)
    config = serialize(rewards.Bias("embedded/learner"))
    assert isinstance(get(config), rewards.Bias)


def test_another_rubric_is_not_there():
    """The message names those that are."""
    with pytest.raises(ConfigurationError, match="Did you mean `toxicity`"):
        get_rubric("toxicty")
