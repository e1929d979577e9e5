"""`ChainOfThought`: thinking before answering."""

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from tests.builders import QUERY, Answer, Query, field_names, scripted


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


async def test_thinking_comes_before_the_answer():
    """The model is asked for `thinking` first, and both are returned."""
    model, transport = scripted()
    module = synalinks.ChainOfThought(data_model=Answer, language_model=model)

    output = await module(QUERY)

    assert output.get_json() == {"thinking": "some thinking", "answer": "some answer"}
    assert list(transport.requests[0].schema["properties"]) == ["thinking", "answer"]
    assert "`thinking`, `answer`" in transport.requests[0].messages[0]["content"]


async def test_symbols_and_none():
    """A symbol gives the schema, None gives None, and neither costs a call."""
    model, transport = scripted()
    module = synalinks.ChainOfThought(schema=Answer.get_schema(), language_model=model)

    assert field_names(await module(Query)) == ["thinking", "answer"]
    assert await module(None) is None
    assert transport.requests == []


async def test_a_field_named_thinking_is_kept():
    """The answer's own field gets a number."""

    class Thoughtful(synalinks.DataModel):
        thinking: str

    module = synalinks.ChainOfThought(
        data_model=Thoughtful, language_model="embedded/learner"
    )

    assert field_names(await module(Query)) == ["thinking", "thinking_1"]


def test_the_generator_inside_is_named_after_the_module():
    """One trainable variable, below the module's path."""
    module = synalinks.ChainOfThought(data_model=Answer, name="cot", description="Why.")

    assert [path for path, _ in module.named_variables()] == [
        "cot/generator_cot/state_generator_cot"
    ]
    assert module.generator.description == "Why."


async def test_arguments_of_the_generator_are_passed_on():
    """Sampling, examples, instructions and `return_inputs` work as there."""
    model, transport = scripted()
    module = synalinks.ChainOfThought(
        data_model=Answer,
        language_model=model,
        temperature=0.5,
        instructions="Be brief.",
        examples=[({"query": "a"}, {"thinking": "t", "answer": "b"})],
        return_inputs=True,
        use_outputs_schema=True,
    )

    output = await module(QUERY)

    assert output.keys() == {"query", "thinking", "answer"}
    text = transport.requests[0].messages[0]["content"]
    assert "Be brief." in text
    assert '{"thinking": "t", "answer": "b"}' in text
    assert "<output_schema>" in text
    assert transport.requests[0].params == {"temperature": 0.5}


@pytest.mark.parametrize("options", [{}, {"data_model": synalinks.ChatMessage}])
def test_an_answer_without_schema_is_refused(options):
    """There is no field to put thinking before."""
    with pytest.raises(ConfigurationError, match="`cot` needs the `data_model` or the"):
        synalinks.ChainOfThought(name="cot", **options)


def test_a_frozen_module_has_nothing_to_train():
    """`trainable=False` reaches the prompt."""
    module = synalinks.ChainOfThought(data_model=Answer, trainable=False)

    assert module.trainable_variables == []
    assert len(module.variables) == 1


async def test_training_is_passed_on():
    """The generator inside is called with the same flag."""
    model, _ = scripted()
    module = synalinks.ChainOfThought(data_model=Answer, language_model=model)
    seen = []

    class Spy(synalinks.Generator):
        async def call(self, inputs, training=False):
            seen.append(training)
            return await super().call(inputs, training=training)

    module.generator = Spy(data_model=Answer, language_model=model, name="spy")
    await module(QUERY, training=True)
    await module(QUERY)

    assert seen == [True, False]
