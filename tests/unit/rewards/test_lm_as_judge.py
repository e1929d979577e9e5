"""A language model says how good a prediction is."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.rewards import LMAsJudge, deserialize, get, serialize
from tests.builders import Answer, scripted


def judge(answers, **options):
    model, transport = scripted(answers)
    return LMAsJudge(language_model=model, **options), transport


async def test_the_judge_sees_target_and_prediction():
    """The target's fields are `gold_...`; one call, and the critique is feedback."""
    reward, transport = judge([{"critique": "Close.", "reward": 0.5}])

    score = await reward.score(Answer(answer="4"), Answer(answer="5"))

    assert (score.value, score.feedback) == (0.5, "Close.")
    (request,) = transport.requests
    assert request.messages[-1]["content"] == '{"gold_answer": "4", "answer": "5"}'


async def test_without_a_target_the_prediction_is_judged_alone():
    """By what is asked for."""
    reward, transport = judge([{"critique": "", "reward": 1.0}])

    assert await reward(None, Answer(answer="5")) == 1.0
    assert transport.requests[0].messages[-1]["content"] == '{"answer": "5"}'


async def test_a_missing_prediction_costs_no_call():
    """It is worth nothing."""
    reward, transport = judge([])

    assert await reward(Answer(answer="4"), None) == 0.0
    assert transport.requests == []


async def test_scale_instructions_and_masks_are_the_users():
    """All reach the model."""
    reward, transport = judge(
        [{"critique": "", "reward": 5}],
        score_type="rating",
        instructions="Be kind.",
        in_mask=["answer"],
    )

    prediction = Answer(answer="5").to_json_data_model() + synalinks.Stamp()
    assert await reward(Answer(answer="4"), prediction) == 1.0
    request = transport.requests[0]
    assert "Be kind." in request.messages[0]["content"]
    assert "created_at" not in request.messages[-1]["content"]


async def test_calls_are_of_the_phase_reward():
    """What judging costs is told apart from what answering costs."""
    reward, _ = judge([{"critique": "", "reward": 1.0}])

    await reward(None, Answer(answer="5"))

    model = reward.critic.language_model
    assert model.reward_cumulated_calls == 1
    assert model.inference_cumulated_calls == 0


async def test_one_output_is_judged():
    """Several need a reward each."""
    reward, _ = judge([])

    with pytest.raises(ConfigurationError, match="judges one output, received"):
        await reward(None, [Answer(answer="5"), Answer(answer="6")])


async def test_it_is_found_by_name_and_saved():
    """With all that it was made with."""
    synalinks.set_default_language_model("embedded/learner")

    made = deserialize(serialize(LMAsJudge("embedded/learner", score_type="score")))

    assert made.critic.score_type is synalinks.Score
    assert made.critic.language_model.model == "embedded/learner"
    assert isinstance(get("lm_as_judge"), LMAsJudge)
    assert isinstance(get("LMAsJudge"), LMAsJudge)
