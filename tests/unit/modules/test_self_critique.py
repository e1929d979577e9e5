"""`SelfCritique`: a critique, and how good it is."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from tests.builders import QUERY, Query, field_names, functional, run, scripted


def critic(answer, **options):
    model, transport = scripted([answer])
    return synalinks.SelfCritique(language_model=model, **options), transport


async def test_critique_and_reward_stand_behind_the_inputs():
    """By default the inputs come back with both, the reward on a fine scale."""
    module, transport = critic({"critique": "Good.", "reward": 0.85})

    output = await module(QUERY)

    assert output.get_json() == {
        "query": "What is it?",
        "critique": "Good.",
        "reward": 0.85,
    }
    scale = transport.requests[0].schema["properties"]["reward"]["enum"]
    assert scale == [step.value for step in synalinks.FineScore]
    system = transport.requests[0].messages[0]["content"]
    assert "`reward` that follows from it, from 0.0" in system


@pytest.mark.parametrize("score_type", [synalinks.Rating, "rating"])
async def test_a_rating_becomes_a_reward_from_0_to_1(score_type):
    """The model judges on its scale; programs see one scale."""
    module, transport = critic({"critique": "", "reward": 4}, score_type=score_type)

    output = await module(QUERY)

    assert output.get("reward") == 0.75
    reward = transport.requests[0].schema["properties"]["reward"]
    assert (reward["type"], reward["enum"]) == ("integer", [1, 2, 3, 4, 5])
    assert output.get_schema()["properties"]["reward"]["maximum"] == 1.0


async def test_what_is_not_wanted_is_not_asked_for():
    """Without a reward the model gives none, and is told nothing of it."""
    module, transport = critic(
        {"critique": "Bad."}, return_reward=False, return_inputs=False
    )

    assert (await module(QUERY)).get_json() == {"critique": "Bad."}
    assert list(transport.requests[0].schema["properties"]) == ["critique"]
    assert "reward" not in transport.requests[0].messages[0]["content"]


async def test_symbols_and_none():
    """A symbol gives the schema, None gives None, and neither costs a call."""
    module, transport = critic({})

    assert field_names(await module(Query)) == ["query", "critique", "reward"]
    assert await module(None) is None
    assert transport.requests == []


async def test_a_reward_of_the_inputs_is_kept_apart():
    """Two fields of one name are told apart, as everywhere."""
    module, _ = critic({"critique": "c", "reward": 1.0})
    inputs = synalinks.Prediction(inputs={}, outputs={}, reward=0.5)

    output = await module(inputs)

    assert (output.get("reward"), output.get("reward_1")) == (0.5, 1.0)


def test_there_are_five_scales():
    """Another one is refused, before any call."""
    with pytest.raises(ConfigurationError, match="There is no score type 'stars'"):
        synalinks.SelfCritique(score_type="stars")


def test_it_is_saved_and_loaded_in_a_program(tmp_path):
    """Its scale, its prompt and its place in the graph come back."""

    async def made():
        program = await functional(scripted()[0])
        inputs = synalinks.Input(data_model=Query)
        critique = synalinks.SelfCritique(
            language_model=scripted()[0], score_type="rating", name="critic"
        )
        outputs = await critique(await program(inputs))
        whole = synalinks.Program(inputs=inputs, outputs=outputs, name="whole")
        whole.trainable_variables[1].update({"instructions": "Be strict."})
        return whole

    program = run(made())
    program.save(tmp_path / "program.json")
    loaded = synalinks.Program.load(tmp_path / "program.json")

    assert loaded.trainable_variables[1].get("instructions") == "Be strict."
    assert loaded.get_module("critic").score_type is synalinks.Rating
    assert loaded.output_schema == program.output_schema
