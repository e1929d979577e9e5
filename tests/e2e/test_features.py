"""A short script per feature of modules, rewards and metrics, as a user writes it."""

import asyncio
import json

import pytest

import synalinks
from synalinks.language_models import LMResponse
from synalinks.testing import ChatServer

pytestmark = pytest.mark.e2e


class Query(synalinks.DataModel):
    """A question."""

    query: str = synalinks.Field(description="What is asked")


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str = synalinks.Field(description="What is answered")


@synalinks.saving.register_synalinks_serializable(package="features")
async def population(city: str) -> int:
    """Look up how many people live in a city.

    Args:
        city: Name of the city.
    """
    return {"Paris": 2_100_000, "Rome": 2_800_000}[city]


QUESTIONS = [Query(query="Paris"), Query(query="Rome")]
ANSWERS = [Answer(answer="2100000"), Answer(answer="2800000")]


def a_call(call_id, city):
    function = {"name": "population", "arguments": json.dumps({"city": city})}
    return {"id": call_id, "type": "function", "function": function}


def provider(request):
    """Answer as a provider would: schemas with what fits, tools with calls."""
    city = "Rome" if "Rome" in str(request.messages) else "Paris"
    if request.schema is None:
        is_asked = request.tools and request.messages[-1]["role"] != "tool"
        return LMResponse(tool_calls=[a_call("1", city)]) if is_asked else "done"
    known = {
        "answer": "2800000" if city == "Rome" else "2100000",
        "city": city,
        "thinking": "I look at it.",
        "critique": "Good.",
        "reward": 1.0,
    }
    given = {}
    for name, part in request.schema["properties"].items():
        is_list = part.get("type") == "array"
        labels = part.get("items", {}).get("enum") if is_list else part.get("enum")
        if labels:
            given[name] = labels[-1:] if is_list else labels[-1]
        else:
            given[name] = known.get(name, f"some {name}")
    return given


@pytest.fixture
def server(monkeypatch):
    """A provider on this machine, which the default model is asked at."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with ChatServer(provider) as server:
        synalinks.set_default_language_model(
            synalinks.LanguageModel("openai/test", api_base=server.url)
        )
        yield server


def answer(module, inputs=QUESTIONS[0]):
    """Ask a program of one module."""

    async def ask():
        symbol = synalinks.Input(data_model=type(inputs))
        program = synalinks.Program(inputs=symbol, outputs=await module(symbol))
        output = await program(inputs)
        return output if isinstance(output, list) else output.get_json()

    return asyncio.run(ask())


def logs_of(**options):
    """Evaluate a program of one generator."""

    async def evaluate():
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(data_model=Answer)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        program.compile(**{"reward": "exact_match", **options})
        return await program.evaluate(x=QUESTIONS, y=ANSWERS, verbose=0)

    return asyncio.run(evaluate())


# -- modules ---------------------------------------------------------------------------


def test_self_critique(server):
    """An answer is criticised, and scored from 0.0 to 1.0."""
    said = answer(synalinks.SelfCritique(), Answer(answer="5"))

    assert said == {"answer": "5", "critique": "Good.", "reward": 1.0}


def test_multi_decision_and_branch(server):
    """All branches that are chosen run."""
    branch = synalinks.Branch(
        question="What is it about?",
        labels=["weather", "people"],
        branches=[synalinks.Identity(), synalinks.Generator(data_model=Answer)],
        decision_type=synalinks.MultiDecision,
        return_decision=False,
    )

    weather, people = answer(branch)

    assert weather is None
    assert people.get("answer") == "2100000"


def test_action(server):
    """One tool is called with arguments that the model chooses."""
    said = answer(synalinks.Action(tool=population))

    assert said["action"] == {
        "inputs": {"city": "Paris"},
        "outputs": {"result": 2_100_000},
    }


def test_function_calling_agent(server, tmp_path):
    """Tools are called, the answer has the schema, and the agent is saved."""
    agent = synalinks.FunctionCallingAgent(
        data_model=Answer, tools=[population], return_inputs_with_trajectory=False
    )

    async def made():
        inputs = synalinks.Input(data_model=Query)
        return synalinks.Program(inputs=inputs, outputs=await agent(inputs))

    program = asyncio.run(made())
    program.save(tmp_path / "agent.json")
    loaded = synalinks.Program.load(tmp_path / "agent.json", trust_endpoints=True)

    said = asyncio.run(loaded(QUESTIONS[1]))
    assert said.get_json() == {"answer": "2800000"}


def test_an_agent_step_by_step(server):
    """Someone sees each call before it is made."""
    agent = synalinks.FunctionCallingAgent(tools=[population], autonomous=False)

    async def chat():
        messages = synalinks.ChatMessages(
            messages=[{"role": "user", "content": "How many live in Rome?"}]
        )
        proposed = await agent(messages)
        return proposed, await agent(proposed)

    proposed, done = asyncio.run(chat())

    assert proposed.get("messages")[-1]["tool_calls"][0]["id"] == "1"
    assert done.get("messages")[-2]["content"] == '{"result": 2800000}'
    assert done.get("messages")[-1]["content"] == "done"


def test_a_streamed_answer(server):
    """The answer of a generator arrives in pieces."""

    async def read():
        stream = await synalinks.Generator(streaming=True)(QUESTIONS[0])
        return "".join([piece["content"] async for piece in stream])

    assert asyncio.run(read()) == "done"


def test_pictures_and_sounds(server):
    """A chat may have them beside texts."""
    picture = synalinks.Image(base64="aGk=")
    message = {"role": "user", "content": ["Is it Rome?", picture]}

    async def ask():
        inputs = synalinks.ImageInput()
        outputs = await synalinks.Generator(data_model=Answer)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        return await program(synalinks.ChatMessages(messages=[message]))

    assert asyncio.run(ask()).get("answer") == "2800000"
    parts = server.requests[0].body["messages"][-1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]


def test_trainable_words_of_tools_and_fields(server):
    """They are variables of the program, and what is sent follows them."""
    tool = synalinks.Tool(population, trainable=True)
    agent = synalinks.FunctionCallingAgent(tools=[tool])
    tool.state.update({"description": "Ask me about cities."})
    answer(agent)
    sent = server.requests[0].body["tools"][0]["function"]
    assert sent["description"] == "Ask me about cities."

    writer = synalinks.Generator(data_model=Answer, trainable_descriptions=True)
    writer.state.update({"field_descriptions": {"answer": "Digits only."}})
    answer(writer)
    assert "Digits only." in json.dumps(server.requests[-1].body["response_format"])


# -- rewards ---------------------------------------------------------------------------


def test_judges(server):
    """A model, a program, an agent, and rubrics say how good an answer is."""

    async def judge_program():
        y_true, y_pred = (synalinks.Input(data_model=Answer) for _ in "ab")
        outputs = await synalinks.SelfCritique()(y_true + y_pred)
        return synalinks.Program(inputs=[y_true, y_pred], outputs=outputs)

    judges = [
        synalinks.LMAsJudge(),
        synalinks.ProgramAsJudge(asyncio.run(judge_program())),
        synalinks.AgentAsJudge(tools=[population]),
        synalinks.RubricsAsJudge(rubrics=["correctness", "clarity"]),
        synalinks.rewards.Faithfulness(),
        "answer_relevancy",
    ]

    for judge in judges:
        assert logs_of(reward=judge)["reward"] == 1.0


def test_composed_rewards_and_functions(server):
    """Rewards are weighed, made of functions, and compare meanings."""

    async def brief(y_true, y_pred):
        return synalinks.rewards.Score(0.5, "Shorter!")

    reward = synalinks.ComposableReward(["exact_match", brief], weights=[3, 1])

    assert logs_of(reward=reward)["reward"] == pytest.approx(0.875)
    alike = synalinks.CosineSimilarity(embedding_model="embedded/hash")
    assert logs_of(reward=alike)["reward"] == pytest.approx(1.0)


def test_several_outputs(server):
    """Each has a reward, a weight and metrics of its own."""

    async def evaluate():
        inputs = synalinks.Input(data_model=Query)
        right = await synalinks.Generator(data_model=Answer)(inputs)
        wrong = await synalinks.Lambda(lambda _: ANSWERS[1], data_model=Answer)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=[right, wrong])
        program.compile(
            reward=["exact_match", "exact_match"],
            reward_weights=[3, 1],
            metrics=[["accuracy"], ["accuracy"]],
        )
        pairs = [[one, one] for one in ANSWERS]
        return await program.evaluate(x=QUESTIONS, y=pairs, verbose=0)

    logs = asyncio.run(evaluate())

    assert logs["reward"] == pytest.approx((0.75 + 1.0) / 2)
    assert (logs["output_0_accuracy"], logs["output_1_accuracy"]) == (1.0, 0.5)


# -- metrics ---------------------------------------------------------------------------


def test_metrics_of_texts(server):
    """All are found by their names; a right answer is right in all."""
    names = ["accuracy", "f1_score", "precision", "recall", "fbeta_score"]

    logs = logs_of(metrics=names)

    assert {logs[name] for name in names} == {1.0}


def test_metrics_of_several_runs(server):
    """Does one of the runs pass, do all?"""

    async def evaluate():
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(data_model=Answer)(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs)
        program.compile(
            reward="exact_match",
            metrics=[synalinks.metrics.PassAtK(k=2), synalinks.metrics.PassHatK(k=2)],
        )
        x = [one for one in QUESTIONS for _ in range(2)]
        y = [ANSWERS[0], ANSWERS[0], ANSWERS[0], ANSWERS[0]]
        return await program.evaluate(x=x[:2], y=y[:2], batch_size=2, verbose=0)

    logs = asyncio.run(evaluate())

    assert (logs["pass_at_k"], logs["pass_hat_k"]) == (1.0, 1.0)


@pytest.mark.filterwarnings("ignore:1 samples failed")
def test_a_run_that_failed_counts_as_wrong():
    """In every metric: answers that are no JSON are no answers."""
    model = synalinks.LanguageModel(
        "openai/broken",
        transport=synalinks.testing.ScriptedTransport(
            lambda request: LMResponse(
                content="no"
                if "Rome" in str(request.messages)
                else '{"answer": "2100000"}'
            )
        ),
    )
    synalinks.set_default_language_model(model)

    logs = logs_of(metrics=["accuracy", "f1_score", "recall"])

    assert (logs["failed"], logs["reward"]) == (1.0, 0.5)
    assert logs["accuracy"] == 0.5
    assert logs["recall"] == 0.5
