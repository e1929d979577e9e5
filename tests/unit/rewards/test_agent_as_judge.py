"""A model that may use tools says how good a prediction is."""

import json

from synalinks.language_models import LMResponse
from synalinks.rewards import AgentAsJudge
from tests.builders import Answer, scripted


async def double(n: int) -> int:
    """Double a number.

    Args:
        n: The number.
    """
    return 2 * n


async def test_the_judge_looks_before_it_judges():
    """Tools are called first; the score is on the scale that was asked for."""
    function = {"name": "double", "arguments": '{"n": 2}'}
    call = {"id": "a", "type": "function", "function": function}
    model, transport = scripted(
        [
            LMResponse(tool_calls=[call]),
            "It is 4.",
            {"critique": "It is 4, not 5.", "reward": 1},
        ]
    )
    reward = AgentAsJudge(language_model=model, tools=[double], score_type="rating")

    score = await reward.score(None, Answer(answer="5"))

    assert (score.value, score.feedback) == (0.0, "It is 4, not 5.")
    assert json.loads(transport.requests[1].messages[-1]["content"]) == {"result": 4}
    assert model.reward_cumulated_calls == 3
