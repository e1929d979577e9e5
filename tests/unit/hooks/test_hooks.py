"""Hooks see every call, with the right parent, and disturb nobody."""

import asyncio
import json
import logging
import threading
from pathlib import Path

import pytest
from builders import Answer, Query, functional, run, scripted

import synalinks
from synalinks.errors import ConfigurationError, SynalinksWarning
from synalinks.hooks import Hook, add_session_hook, session_hooks


class Noting(Hook):
    """Notes the calls that have ended."""

    def __init__(self):
        self.begun = []
        self.calls = []

    def on_call_begin(self, call_id, parent_call_id=None, inputs=None, kwargs=None):
        self.begun.append((call_id, parent_call_id, self.module))

    def on_call_end(self, call_id, parent_call_id=None, outputs=None, exception=None):
        assert self.call.id == call_id
        assert self.call.parent_id == parent_call_id
        self.calls.append(self.call)


async def test_a_module_s_own_hook():
    """A hook of a module sees its calls, and not those of others."""
    model, _ = scripted()
    program = await functional(model)
    generator = program.get_module("writer")
    noting = Noting()
    generator.add_hook(noting)

    output = await program(Query(query="a"))

    (call,) = noting.calls
    assert call.subject is generator
    assert call.kind == "module"
    assert call.outputs is output
    assert call.elapsed_s > 0
    assert noting.begun == [(call.id, None, generator)]


async def test_a_session_hook_sees_the_whole_tree():
    """Program, module and model are one tree, also if made before the hook was."""
    model, _ = scripted()
    program = await functional(model)
    noting = Noting()
    add_session_hook(noting)

    await program(Query(query="a"))

    model_call, module_call, program_call = noting.calls
    assert [one.kind for one in noting.calls] == ["language_model", "module", "program"]
    assert model_call.parent is module_call
    assert module_call.parent is program_call
    assert program_call.parent is None
    assert len({one.trace_id for one in noting.calls}) == 1
    assert model_call.usage.calls == 1
    assert model_call.usage.tokens == model.cumulated_tokens
    assert program_call.usage.calls == 0


async def test_trees_of_concurrent_calls_do_not_mix():
    """Calls at the same time have trees of their own."""

    async def answer(request):
        await asyncio.sleep(0.001)
        return {"answer": "x"}

    model, _ = scripted(answer)
    program = await functional(model)
    noting = Noting()
    add_session_hook(noting)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(program(Query(query=f"{number}")))

    by_trace = {}
    for call in noting.calls:
        by_trace.setdefault(call.trace_id, []).append(call)
    assert len(by_trace) == 20
    for calls in by_trace.values():
        assert [one.kind for one in calls] == ["language_model", "module", "program"]
        asked = calls[0].inputs["messages"][-1]["content"]
        assert asked == json.dumps(calls[2].inputs[0].get_json())


async def test_failed_calls_end_with_their_exception():
    """A call that fails is told with its exception at every level, and raised."""
    model, _ = scripted(lambda _: synalinks.errors.BadRequestError("no"))
    program = await functional(model)
    noting = Noting()
    add_session_hook(noting)

    with pytest.raises(synalinks.errors.BadRequestError) as caught:
        await program(Query(query="a"))

    assert [one.exception for one in noting.calls] == [caught.value] * 3


async def test_answers_that_are_refused_are_part_of_the_usage():
    """What a call took includes the answers that did not fit."""
    answers = iter([{"wrong": 1}, {"answer": "right"}])
    model, _ = scripted(lambda _: next(answers))
    program = await functional(model)
    noting = Noting()
    model.add_hook(noting)

    await program(Query(query="a"))

    (call,) = noting.calls
    assert call.usage.calls == model.cumulated_calls == 2
    assert call.usage.tokens == model.cumulated_tokens


@pytest.mark.parametrize("method", ["on_call_begin", "on_call_end"])
async def test_a_failing_hook_is_a_warning_once(method):
    """What a hook raises becomes one warning, and the call goes on."""

    def fail(self, *args, **kwargs):
        raise RuntimeError("hook")

    broken = type("Broken", (Hook,), {method: fail})
    model, _ = scripted()
    program = await functional(model)
    program.add_hook(broken())

    with pytest.warns(SynalinksWarning, match=r"`Broken` failed: RuntimeError") as seen:
        await program(Query(query="a"))
    assert await program(Query(query="a")) is not None

    assert len(seen) == 1


async def test_hooks_are_not_saved():
    """The configuration of a model and a module has no hooks."""
    model = synalinks.LanguageModel("openai/x", hooks=[Noting()])
    module = synalinks.Identity()
    module.add_hook(Noting())

    assert "hooks" not in model.get_config()
    assert "hooks" not in module.get_config()


def test_call_outside_of_a_hook():
    """`call` says where it is there."""
    with pytest.raises(ConfigurationError, match="only inside its methods"):
        Hook().call  # noqa: B018


async def test_embedding_models_are_observed():
    """A call of an embedding model is told, with its texts."""
    noting = Noting()
    model = synalinks.EmbeddingModel("embedded/hash", hooks=[noting])

    await model(["a", "b"])

    (call,) = noting.calls
    assert call.kind == "embedding_model"
    assert call.inputs == {"input": ["a", "b"]}


def test_the_calls_of_a_sample_are_one_tree():
    """In an evaluation program and reward of a sample are parts of one call."""
    noting = Noting()

    async def evaluate():
        model, _ = scripted()
        program = await functional(model, name="p")
        program.compile(reward="exact_match")
        add_session_hook(noting)
        await program.evaluate(
            [Query(query=f"{i}") for i in range(3)],
            [Answer(answer="some answer")] * 3,
            verbose=0,
        )

    run(evaluate())

    samples = [one for one in noting.calls if one.kind == "sample"]
    assert sorted(one.sample_id for one in samples) == ["test:0", "test:1", "test:2"]
    for sample in samples:
        parts = [one for one in noting.calls if one.parent is sample]
        assert {one.kind for one in parts} == {"program", "reward"}
        assert sample.kwargs["reward"] == 1.0
        assert sample.kwargs["target"].get_json() == {"answer": "some answer"}


# -- what records and logs -------------------------------------------------------------


def test_recorded_chats(tmp_path):
    """`record_traces` writes the chat with its answer, and no key."""

    async def ask():
        model = synalinks.LanguageModel(
            "openai/x",
            transport=synalinks.testing.ScriptedTransport(lambda _: {"answer": "yes"}),
            api_key="sk-canary-123456",
        )
        program = await functional(model, name="p")
        await program(Query(query="a"))

    recorder = synalinks.record_traces(tmp_path / "chats")
    run(ask())
    recorder.flush()

    (path,) = (tmp_path / "chats").rglob("*.jsonl")
    assert path.parent == tmp_path / "chats" / "p" / "writer"
    text = path.read_text()
    (line,) = map(json.loads, text.splitlines())
    assert [one["role"] for one in line["messages"]] == ["system", "user", "assistant"]
    assert json.loads(line["messages"][-1]["content"]) == {"answer": "yes"}
    assert line["outputs"] == {"answer": "yes"}
    assert line["exception"] is None
    assert (line["program"], line["module"]) == ("p", "writer")
    assert "canary" not in text


def test_recorded_failures(tmp_path):
    """A call that failed is a line without an answer."""

    async def ask():
        model, _ = scripted(lambda _: synalinks.errors.BadRequestError("no"))
        program = await functional(model, name="p")
        with pytest.raises(synalinks.errors.BadRequestError):
            await program(Query(query="a"))

    recorder = synalinks.record_traces(tmp_path)
    run(ask())
    recorder.flush()

    (path,) = tmp_path.rglob("*.jsonl")
    line = json.loads(path.read_text())
    assert line["exception"] == "BadRequestError: no"
    assert [one["role"] for one in line["messages"]] == ["system", "user"]


def test_recorder_refuses_a_file(tmp_path):
    """A file where the folder should be is told of at once."""
    path = tmp_path / "a"
    path.write_text("")

    with pytest.raises(ConfigurationError, match="is a file"):
        synalinks.record_traces(path)


async def test_logged_calls(caplog):
    """The log has what has ended, and neither inputs nor outputs."""
    synalinks.enable_logging("info")
    model, _ = scripted(lambda _: {"answer": "private answer"})
    program = await functional(model, name="p")

    with caplog.at_level(logging.INFO, logger="synalinks"):
        await program(Query(query="private question"))

    texts = [record.getMessage() for record in caplog.records]
    assert ["language model" in text for text in texts] == [True, False, False]
    assert "private" not in "".join(texts)


def test_log_to_file():
    """`log_to_file` writes to a file, and `disable_logging` ends it."""

    async def ask():
        model, _ = scripted(lambda _: synalinks.errors.BadRequestError("no"))
        with pytest.raises(synalinks.errors.BadRequestError):
            await (await functional(model))(Query(query="a"))

    before = set(threading.enumerate())
    synalinks.enable_logging("warning", log_to_file=True)
    run(ask())
    synalinks.disable_logging()
    assert set(threading.enumerate()) <= before  # also the one that wrote
    run(ask())

    lines = Path("synalinks.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert all(
        "failed after" in line and "BadRequestError: no" in line for line in lines
    )
    assert session_hooks() == []


def test_unknown_log_level():
    """A level that there is not is refused."""
    with pytest.raises(ConfigurationError, match="'debug', 'info' or 'warning'"):
        synalinks.enable_logging("loud")


def test_trace_context_takes_dicts():
    """Metadata that is no dict is refused before anything runs."""
    with (
        pytest.raises(ConfigurationError, match="`tags` is a dict"),
        synalinks.trace_context(tags="a"),
    ):
        pass


async def test_only_samples_are_observed_in_an_evaluation():
    """Checks that are made before it are no calls of anybody."""
    model, _ = scripted()
    program = await functional(model)
    program.compile(reward="exact_match")
    noting = Noting()
    add_session_hook(noting)

    await program.evaluate([Query(query="a")], [Answer(answer="b")], verbose=0)

    assert [one.kind for one in noting.calls if one.parent is None] == ["sample"]


async def test_a_stream_is_a_call_until_it_is_read():
    """A streamed answer is observed with what it took, once it is over."""
    model, _ = scripted()
    noting = Noting()
    add_session_hook(noting)

    stream = await model.stream([{"role": "user", "content": "a"}])
    assert len(noting.begun) == 1
    assert not noting.calls
    await stream.drain()

    (call,) = noting.calls
    assert call.kind == "language_model"
    assert call.outputs is stream.completion
    assert call.usage.tokens == model.cumulated_tokens > 0


async def test_a_stream_that_is_left_has_failed():
    """A stream that is not read to its end is observed as a call without an answer."""
    model, _ = scripted()
    noting = Noting()
    add_session_hook(noting)

    stream = await model.stream([{"role": "user", "content": "a"}])
    await stream.aclose()

    (call,) = noting.calls
    assert call.outputs is None
    assert call.exception is not None
    assert call.usage.calls == 1


async def test_calls_of_a_batch_reward_are_part_of_it():
    """What a reward of a whole batch asks a model is under the reward's own call."""
    model, _ = scripted()
    noting = Noting()

    async def judge(y_true, y_pred):
        await model([{"role": "user", "content": "a"}])
        return [1.0] * len(y_pred)

    add_session_hook(noting)
    reward = synalinks.rewards.BatchRewardFunctionWrapper(judge)
    answer = Answer(answer="a")
    scores = await reward.score_batch([answer] * 2, [answer] * 2)

    of_model, of_reward = noting.calls
    assert of_model.parent is of_reward
    assert of_reward.kind == "reward"
    assert of_reward.outputs == scores
