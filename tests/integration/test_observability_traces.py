"""What MLflow shows of calls: read back from a real server."""

import asyncio
import warnings
from collections import Counter

import pytest
from builders import Answer, Query, functional, run, scripted

import synalinks
from synalinks._internal.json import dumps
from synalinks.contracts import Usage
from synalinks.errors import ContentRefusedError
from synalinks.language_models import LMResponse
from synalinks.testing import ScriptedTransport

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(240),
    # MLflow's own, when it is imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

N_SAMPLES = 100
# Last digits of questions that are refused, and whose answers fit no schema.
REFUSED, INVALID = 3, 7


class Draft(synalinks.DataModel):
    """A first answer."""

    draft: str


class Verdict(synalinks.DataModel):
    """What a judge says."""

    good: bool


def number_in(request):
    """Return the number of the question."""
    text = next(one["content"] for one in request.messages if one["role"] == "user")
    return int("".join(filter(str.isdigit, text)) or 0)


async def answer(request):
    """Answer at different speeds, at a price; some questions have no valid answer."""
    number = number_in(request)
    await asyncio.sleep(0.001 * (number % 7))
    (key,) = request.schema["properties"]
    if key == "answer" and number % 10 == REFUSED:
        raise ContentRefusedError("that is not nice")
    content = {key: number % 2 == 0 if key == "good" else f"{key} {number}"}
    if key == "answer" and number % 10 == INVALID:
        content = {"something": "else"}
    usage = Usage(
        calls=1, prompt_tokens=10 + number, completion_tokens=3, cost_usd=0.001 * number
    )
    return LMResponse(content=dumps(content), usage=usage)


class Judge(synalinks.rewards.Reward):
    """Asks a program of its own."""

    def __init__(self, program):
        super().__init__(name="judge")
        self.program = program

    async def call(self, y_true, y_pred):
        """Return 1.0 for what the judge finds good."""
        verdict = await self.program(y_pred)
        return 1.0 if verdict.get("good") else 0.0


async def judged_program(name):
    """Return a program of two generators with a judge, and the models of both."""
    writer, judge = (
        synalinks.LanguageModel(
            "openai/scripted", transport=ScriptedTransport(answer), retry=2, name=role
        )
        for role in ("writer", "judge")
    )
    inputs = synalinks.Input(data_model=Query)
    draft = await synalinks.Generator(
        data_model=Draft, language_model=writer, name="drafter"
    )(inputs)
    final = await synalinks.Generator(
        data_model=Answer, language_model=writer, name="polisher"
    )(draft)
    program = synalinks.Program(inputs=inputs, outputs=final, name=name)
    seen = synalinks.Input(data_model=Answer)
    verdict = await synalinks.Generator(
        data_model=Verdict, language_model=judge, name="judging"
    )(seen)
    judging = synalinks.Program(inputs=seen, outputs=verdict, name="the_judge")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward=Judge(judging)
    )
    return program, writer, judge


def tree_of(trace):
    """Return the names of a trace's spans, each with the name of its parent."""
    names = {span.span_id: span.name for span in trace.data.spans}
    return sorted(
        (span.name, names.get(span.parent_id, "")) for span in trace.data.spans
    )


# What was made of a sample: each span, and the one that it is part of.
WRITING = [
    ("drafter", "judged"),
    ("judged", ""),
    ("judged", "judged"),
    ("polisher", "judged"),
    ("writer", "drafter"),
    ("writer", "polisher"),
]
JUDGING = [
    ("judge", "judged"),
    ("judge", "judging"),
    ("judging", "the_judge"),
    ("the_judge", "judge"),
]


@pytest.fixture(scope="module")
def judged(mlflow_server):
    """An evaluation of 100 samples at once: traces, models, and result."""

    async def evaluate():
        synalinks.enable_observability(mlflow_server.url, "judged")
        program, writer, judge = await judged_program("judged")
        x = [Query(query=f"{number}") for number in range(N_SAMPLES)]
        y = [Answer(answer=f"answer {number}") for number in range(N_SAMPLES)]
        with pytest.warns(synalinks.errors.SynalinksWarning, match="20 samples failed"):
            result = await program.evaluate(x, y, batch_size=N_SAMPLES, verbose=0)
        assert await synalinks.flush_observability(120)
        return writer, judge, result

    writer, judge, result = run(evaluate())
    return mlflow_server.traces("judged"), writer, judge, result


def test_each_sample_has_one_complete_tree(judged):
    """100 samples at once: one trace each, every span under the call that made it."""
    traces, *_ = judged
    by_sample = {trace.info.tags["synalinks.sample_id"]: trace for trace in traces}

    assert len(traces) == len(by_sample) == N_SAMPLES
    for number in range(N_SAMPLES):
        trace = by_sample[f"test:{number}"]
        is_answered = number % 10 not in {REFUSED, INVALID}
        expected = sorted([*WRITING, *(JUDGING if is_answered else [])])
        assert tree_of(trace) == expected, number
        root = trace.data.spans[0]
        assert root.inputs == {"query": f"{number}"}
        if is_answered:
            assert root.outputs == {"answer": f"answer {number}"}


def test_counts_and_costs_are_those_of_the_ledger(judged):
    """Calls, tokens and dollars of all spans add up to what the models counted."""
    traces, writer, judge, _ = judged
    seen = {"writer": Counter(), "judge": Counter()}
    for trace in traces:
        for span in trace.data.spans:
            if span.span_type != "CHAT_MODEL":
                continue
            attributes = span.attributes
            seen[span.name]["calls"] += attributes["synalinks.calls"]
            seen[span.name]["tokens"] += attributes["mlflow.chat.tokenUsage"][
                "total_tokens"
            ]
            seen[span.name]["cost"] += attributes["mlflow.llm.cost"]["total_cost"]

    for model in (writer, judge):
        assert seen[model.name]["calls"] == model.cumulated_calls
        assert seen[model.name]["tokens"] == model.cumulated_tokens
        assert seen[model.name]["cost"] == pytest.approx(model.cumulated_cost)
    total = sum(trace.info.cost["total_cost"] for trace in traces)
    assert total == pytest.approx(writer.cumulated_cost + judge.cumulated_cost)


def assessments_of(trace):
    """Return what is said of a trace, by name."""
    return {one.name: one for one in trace.info.assessments}


def test_each_sample_has_its_reward_and_what_was_expected(judged):
    """`evaluate` writes them to the trace of the sample, once."""
    traces, *_ = judged

    for trace in traces:
        number = int(trace.info.tags["synalinks.sample_id"].removeprefix("test:"))
        is_good = number % 2 == 0 and number % 10 not in {REFUSED, INVALID}
        found = assessments_of(trace)
        assert len(trace.info.assessments) == len(found) == 2
        assert found["reward"].feedback.value == (1.0 if is_good else 0.0)
        expected = found["expected_output"].expectation.value
        assert expected == {"answer": f"answer {number}"}


def test_calls_of_models_are_shown_as_chats(judged):
    """Messages, answer, model and tokens are where MLflow looks for them."""
    traces, *_ = judged
    trace = next(
        one for one in traces if one.info.tags["synalinks.sample_id"] == "test:4"
    )
    (span, _) = (one for one in trace.data.spans if one.name == "writer")
    attributes = span.attributes

    assert span.span_type == "CHAT_MODEL"
    assert attributes["mlflow.message.format"] == "openai"
    assert attributes["mlflow.llm.model"] == "scripted"
    assert attributes["mlflow.llm.provider"] == "openai"
    assert [one["role"] for one in span.inputs["messages"]] == ["system", "user"]
    (choice,) = span.outputs["choices"]
    assert choice["message"] == {"role": "assistant", "content": '{"draft": "draft 4"}'}
    assert attributes["mlflow.chat.tokenUsage"]["input_tokens"] == 14
    assert attributes["mlflow.chat.tokenUsage"]["output_tokens"] == 3


def test_a_failed_call_says_why(judged):
    """The error is on each span that it went through, with its traceback."""
    traces, *_ = judged
    trace = next(
        one
        for one in traces
        if one.info.tags["synalinks.sample_id"] == f"test:{REFUSED}"
    )
    failed = [one for one in trace.data.spans if one.status.status_code.name == "ERROR"]

    assert trace.info.state.value == "ERROR"
    assert {one.name for one in failed} == {"judged", "polisher", "writer"}
    for span in failed:
        assert "that is not nice" in span.status.description
        (event,) = span.events
        assert event.attributes["exception.type"] == "ContentRefusedError"
        assert "Traceback" in event.attributes["exception.stacktrace"]


def test_sampling_traces_a_share_of_the_samples(mlflow_server):
    """With a rate of a half, half of the samples have a trace, a complete one."""

    async def evaluate():
        synalinks.enable_observability(mlflow_server.url, sampling_rate=0.5)
        program = await functional(scripted()[0], name="sampled")
        program.compile(reward="exact_match")
        x = [Query(query=f"{number}") for number in range(40)]
        await program.evaluate(x, [Answer(answer="a")] * 40, verbose=0)
        assert await synalinks.flush_observability(120)

    run(evaluate())

    traces = mlflow_server.traces("sampled")
    assert 15 <= len(traces) <= 25
    assert {len(trace.data.spans) for trace in traces} == {5}
    (found,) = mlflow_server.runs("sampled")
    assert found.data.metrics["eval_calls"] == 40


def test_a_stream_that_is_read_later_is_part_of_its_trace(mlflow_server):
    """What is read after the program has returned is under the call that began it."""

    async def ask():
        synalinks.enable_observability(mlflow_server.url)
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(
            language_model=scripted()[0], streaming=True, name="teller"
        )(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs, name="streamed")
        stream = await program(Query(query="a"))
        assert await synalinks.flush_observability(120)
        return await stream.drain(), await synalinks.flush_observability(120)

    answer, is_sent = run(ask())

    assert is_sent
    (trace,) = mlflow_server.traces("streamed")
    assert tree_of(trace)[1:] == [("streamed", ""), ("teller", "streamed")]
    (span,) = (one for one in trace.data.spans if one.span_type == "CHAT_MODEL")
    assert span.parent_id in {
        one.span_id for one in trace.data.spans if one.name == "teller"
    }
    assert span.outputs["choices"][0]["message"]["content"] == answer.get("content")
    assert trace.info.state.value == "OK"
    assert trace.info.token_usage["total_tokens"] > 0


def test_a_reward_of_a_whole_batch_is_a_trace_of_its_own(mlflow_server):
    """Its calls are below it, its inputs and scores are those of the batch."""

    async def evaluate():
        synalinks.enable_observability(mlflow_server.url)
        judge, _ = scripted()

        async def compare(y_true, y_pred):
            await judge([{"role": "user", "content": "Which is best?"}])
            return [0.25 * place for place in range(len(y_pred))]

        program = await functional(scripted()[0], name="compared")
        program.compile(reward=synalinks.rewards.BatchRewardFunctionWrapper(compare))
        x = [Query(query=f"{number}") for number in range(3)]
        await program.evaluate(x, [Answer(answer="a")] * 3, verbose=0)
        assert await synalinks.flush_observability(120)

    run(evaluate())

    traces = mlflow_server.traces("compared")
    (found,) = mlflow_server.runs("compared")
    (trace,) = (one for one in traces if one.data.spans[0].name == "compare")
    assert len(traces) == 4
    of_reward, of_model = trace.data.spans
    assert of_reward.span_type == "EVALUATOR"
    assert of_model.parent_id == of_reward.span_id
    assert of_model.attributes["synalinks.phase"] == "reward"
    assert [one["reward"] for one in of_reward.outputs] == [0.0, 0.25, 0.5]
    assert of_reward.inputs["y_true"] == [{"answer": "a"}] * 3
    assert len(mlflow_server.traces("compared", found)) == 4
    rewards = [
        assessments_of(one)["reward"].feedback.value
        for one in traces
        if one is not trace
    ]
    assert sorted(rewards) == [0.0, 0.25, 0.5]


PHASES = ("inference", "reward", "optimizer")
ROLES = {"training", "validation"}


@pytest.fixture(scope="module")
def trained(mlflow_server):
    """A training with failures: what MLflow has of it, and the models' ledgers."""

    async def train():
        synalinks.clear_session()
        program, writer, judge = await judged_program("taught")  # before it is on
        synalinks.enable_observability(mlflow_server.url)
        x = [Query(query=f"{number}") for number in range(20)]
        y = [Answer(answer=f"answer {number}") for number in range(20)]
        with (
            warnings.catch_warnings(),
            synalinks.trace_context("ada", "chat-7", {"release": "2"}, {"team": "a"}),
        ):
            warnings.simplefilter("ignore")  # samples fail, as they should
            history = await program.fit(
                x[:10],
                y[:10],
                validation_data=(x[10:], y[10:]),
                epochs=2,
                batch_size=5,
                verbose=0,
            )
        assert await synalinks.flush_observability(120)
        return history, (writer.ledger, judge.ledger)

    history, ledgers = run(train())
    (found,) = mlflow_server.runs("taught")
    return found, mlflow_server.traces("taught"), history, ledgers


def test_a_training_is_a_run_with_its_numbers(trained, mlflow_server):
    """Reward by epoch, data sets, model and prompts of a training can be read back."""
    found, _, history, _ = trained
    client = mlflow_server.client()

    assert found.info.status == "FINISHED"
    for name in ("reward", "val_reward"):
        points = mlflow_server.history(found, name)
        assert points == list(enumerate(history.history[name])), name
    assert {one.tags[0].value for one in found.inputs.dataset_inputs} == ROLES
    best = client.get_model_version_by_alias("taught", "best")
    assert best.run_id == found.info.run_id
    for name in ("taught.drafter", "taught.polisher"):
        first = client.get_prompt_version(name, 1)
        assert first.commit_message == "before training"
        assert client.get_prompt_version_by_alias(name, "best").version >= 1


def test_trees_of_a_training_are_complete(trained):
    """Each rollout of a training is one tree, with whom and what it is for."""
    found, traces, *_ = trained

    assert len({trace.info.trace_id for trace in traces}) == len(traces) > 0
    for trace in traces:
        is_answered = tree_of(trace) == sorted([*RENAMED, *JUDGED])
        assert is_answered or tree_of(trace) == sorted(RENAMED)
        assert is_answered == (trace.info.state.value == "OK")
        assert trace.info.tags["synalinks.stage"] == "train"
        assert trace.info.tags["team"] == "a"
        metadata = trace.info.trace_metadata
        assert metadata["release"] == "2"
        assert metadata["mlflow.trace.user"] == "ada"
        assert metadata["mlflow.trace.session"] == "chat-7"
        assert metadata["mlflow.sourceRun"] == found.info.run_id


RENAMED = [tuple(one.replace("judged", "taught") for one in pair) for pair in WRITING]
JUDGED = [tuple(one.replace("judged", "taught") for one in pair) for pair in JUDGING]


def test_phases_of_a_training_cost_what_the_ledger_says(trained, mlflow_server):
    """Calls, tokens and dollars by phase are the same in spans, metrics and ledger."""
    found, traces, _, ledgers = trained
    spans = [
        span
        for trace in traces
        for span in trace.data.spans
        if span.span_type == "CHAT_MODEL"
    ]

    for phase in PHASES:
        of_phase = [
            span.attributes
            for span in spans
            if span.attributes["synalinks.phase"] == phase
        ]
        seen = {
            "calls": sum(one["synalinks.calls"] for one in of_phase),
            "tokens": sum(
                one["mlflow.chat.tokenUsage"]["total_tokens"] for one in of_phase
            ),
            "cost": sum(one["mlflow.llm.cost"]["total_cost"] for one in of_phase),
        }
        for kind, amount in seen.items():
            points = mlflow_server.history(found, f"epoch_{kind}_{phase}")
            counted = sum(ledger.total(kind, phase) for ledger in ledgers)
            assert amount == pytest.approx(counted), (kind, phase)
            assert sum(value for _, value in points) == pytest.approx(counted)
