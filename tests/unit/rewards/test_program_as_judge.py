"""A program of one's own says how good a prediction is."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError, SynalinksWarning
from synalinks.rewards import ProgramAsJudge
from tests.builders import Answer, Query, functional, scripted


async def program(answers, **options):
    """Return a program of two inputs that criticises the second."""
    model, transport = scripted(answers)
    y_true = synalinks.Input(data_model=Answer)
    y_pred = synalinks.Input(data_model=Answer)
    critic = synalinks.SelfCritique(language_model=model, **options)
    outputs = await critic(y_true + y_pred)
    return synalinks.Program(
        inputs=[y_true, y_pred], outputs=outputs, name="judge"
    ), transport


async def test_the_program_gets_target_and_prediction():
    """Its `reward` is the score, its `critique` the feedback."""
    made, transport = await program([{"critique": "No.", "reward": 0.0}])
    reward = ProgramAsJudge(made)

    score = await reward.score(Answer(answer="4"), Answer(answer="5"))

    assert (score.value, score.feedback) == (0.0, "No.")
    assert reward.name == "judge"
    content = transport.requests[0].messages[-1]["content"]
    assert content == '{"answer": "4", "answer_1": "5"}'


async def test_a_program_that_gives_nothing_scores_nothing():
    """With a warning: its branch was not taken."""

    class Silent(synalinks.Program):
        async def call(self, inputs):
            return None

    with pytest.warns(SynalinksWarning, match="`silent` says nothing.*no output"):
        assert await ProgramAsJudge(Silent())(None, Answer(answer="5")) is None


async def test_a_program_without_a_reward_is_refused():
    """Before any call, with what it gives instead."""
    with pytest.raises(ConfigurationError, match=r"no `reward`: received \['answer'\]"):
        ProgramAsJudge(await functional())
    with pytest.raises(ConfigurationError, match="is a program, received"):
        ProgramAsJudge(Query)


async def test_its_models_are_part_of_the_run():
    """A missing key of the judge is found before the first call of anybody."""
    made, _ = await program([])
    trained = await functional()
    trained.compile(reward=ProgramAsJudge(made))

    models = synalinks.callbacks.reachable_models(trained)

    assert made.language_models[0] in models
