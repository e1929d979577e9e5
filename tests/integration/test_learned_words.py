"""Words that a model reads besides the prompt are trained as the prompt is."""

import json

import pytest

import synalinks
from synalinks.language_models import LMResponse
from synalinks.saving import register_synalinks_serializable
from tests.builders import Answer, Query, run, scripted

pytestmark = pytest.mark.integration

WORDS = "the year as four digits"


@register_synalinks_serializable(package="learned_words")
async def archive(year: str) -> str:
    """Look something up.

    Args:
        year: Which one.
    """
    return {"1969": "moon"}.get(year, "nothing found")


def proposing(request):
    """Write the words that help wherever there are any to write."""

    def filled(schema):
        if schema.get("type") == "object":
            return {key: filled(part) for key, part in schema["properties"].items()}
        return WORDS

    return filled(request.schema)


def obedient(request):
    """Answer well only if the words of the schema, or of a tool, say how."""
    if request.schema is not None and "Proposal" in request.schema.get("title", ""):
        return proposing(request)
    if request.schema is not None:
        said = json.dumps(request.schema["properties"]["answer"])
        return {"answer": "1969" if WORDS in said else "sixty-nine"}
    if request.messages[-1]["role"] == "tool":
        return json.loads(request.messages[-1]["content"])["result"]
    parameters = request.tools[0]["function"]["parameters"]
    year = "1969" if WORDS in json.dumps(parameters) else "sixty-nine"
    function = {"name": "archive", "arguments": json.dumps({"year": year})}
    call = {"id": "1", "type": "function", "function": function}
    return LMResponse(tool_calls=[call])


MOON = synalinks.ChatMessage(role="assistant", content="moon")


async def said(y_true, y_pred):
    return float(y_pred.get("content") == y_true.get("content"))


OPTIMIZERS = [
    synalinks.optimizers.GEPA,
    synalinks.optimizers.OMEGA,
    synalinks.optimizers.OutOfBagRacing,
    lambda: synalinks.optimizers.MIPRO(n_instructions=1, full_evaluation_every=2),
]
optimizers = pytest.mark.parametrize(
    "make", OPTIMIZERS, ids=["GEPA", "OMEGA", "OutOfBagRacing", "MIPRO"]
)


def fitted(module, path, reward, target, optimizer):
    """Train a program of one module, save it, and return it as it is loaded again."""
    questions = [Query(query=f"When? {n}") for n in range(4)]

    async def fit():
        inputs = synalinks.Input(data_model=Query)
        program = synalinks.Program(inputs=inputs, outputs=await module(inputs))
        program.compile(optimizer=optimizer, reward=reward)
        history = await program.fit(
            x=questions,
            y=[target] * 4,
            validation_data=(questions, [target] * 4),
            batch_size=4,
            epochs=6,
            verbose=0,
        )
        return program, history.history["val_reward"]

    program, rewards = run(fit())
    program.save_variables(path)
    return program, rewards


@optimizers
def test_a_better_description_of_a_field_wins(tmp_path, make):
    """It is proposed, raced, kept, sent, shown, saved, and loaded."""
    model, transport = scripted(obedient)

    def writer():
        return synalinks.Generator(
            data_model=Answer,
            language_model=model,
            trainable_descriptions=True,
            use_outputs_schema=True,
            name="writer",
        )

    module = writer()
    path = tmp_path / "trained.variables.json"
    _, rewards = fitted(module, path, "exact_match", Answer(answer="1969"), make())

    assert rewards[-1] == 1.0
    assert module.state.get("field_descriptions") == {"answer": WORDS}
    assert WORDS in module.system_prompt()

    async def fresh():
        inputs = synalinks.Input(data_model=Query)
        return synalinks.Program(inputs=inputs, outputs=await writer()(inputs))

    loaded = run(fresh())
    loaded.load_variables(path)
    output = run(loaded(Query(query="And now?")))
    assert output.get("answer") == "1969"
    assert WORDS in json.dumps(transport.requests[-1].schema)


@optimizers
def test_a_better_description_of_a_tool_wins(tmp_path, make):
    """An agent learns how its tool wants to be called, whatever its prompt says."""
    model, transport = scripted(obedient)
    tool = synalinks.Tool(archive, trainable=True)
    agent = synalinks.FunctionCallingAgent(
        tools=[tool],
        language_model=model,
        return_inputs_with_trajectory=False,
        name="agent",
    )
    agent.tool_calls_generator.state.trainable = False
    agent.final_generator.state.trainable = False
    path = tmp_path / "trained.variables.json"

    program, rewards = fitted(agent, path, said, MOON, make())

    assert rewards[-1] == 1.0
    assert [one.path for one in program.trainable_variables] == [
        "agent/archive/state_archive"
    ]
    assert tool.state.get("parameters") == {"year": WORDS}
    assert WORDS in json.dumps(transport.requests[-1].tools)


def test_a_call_of_a_tool_teaches_when_to_call_it():
    """Right calls are few-shot examples of a trainable tool."""
    tool = synalinks.Tool(archive, trainable=True)
    tool.state.update({"parameters": {"year": WORDS}})
    model, _ = scripted(obedient)
    agent = synalinks.FunctionCallingAgent(
        tools=[tool], language_model=model, return_inputs_with_trajectory=False
    )

    async def fit():
        inputs = synalinks.Input(data_model=Query)
        program = synalinks.Program(inputs=inputs, outputs=await agent(inputs))
        program.compile(optimizer=synalinks.optimizers.RandomFewShot(), reward=said)
        questions = [Query(query=f"When? {n}") for n in range(4)]
        await program.fit(x=questions, y=[MOON] * 4, batch_size=4, verbose=0)

    run(fit())

    first = tool.state.get("predictions")[0]
    assert first["outputs"] == {"calls": [{"year": "1969"}]}
    assert first["reward"] == 1.0
