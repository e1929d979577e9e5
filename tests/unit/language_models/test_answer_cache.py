"""Equal questions are asked once; only good answers are kept."""

import asyncio
import functools
import json
import shutil

import pytest

from synalinks._internal import context, writer
from synalinks.contracts import Usage
from synalinks.errors import (
    BudgetExceededError,
    ContentRefusedError,
    InvalidOutputError,
    ServerError,
    SynalinksWarning,
)
from synalinks.language_models import LanguageModel, LMResponse, _answer_cache
from synalinks.language_models._answer_cache import AnswerCache
from synalinks.testing import ScriptedTransport
from tests.full_disk import fill_disk

MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
}
CANARY = "canary-31337"


@pytest.fixture(params=["memory", "folder"])
def where(request, tmp_path):
    """The arguments for each way of keeping answers."""
    if request.param == "memory":
        return {"caching": True}
    return {"cache_dir": str(tmp_path / "answers")}


def scripted(answers, **options):
    transport = ScriptedTransport(answers)
    options = {"transport": transport, "retry": 1, **options}
    return LanguageModel("openai/gpt-4o-mini", **options), transport


def counting():
    """Return a function that answers 0, 1, 2, ..."""
    numbers = iter(range(10_000))
    return lambda _: {"a": next(numbers)}


async def test_a_hit_costs_nothing_and_says_so(where):
    """The answer is the same; usage says that it was no call."""
    model, transport = scripted(counting(), **where)

    first = await model.complete(MESSAGES, schema=SCHEMA)
    second = await model.complete(MESSAGES, schema=SCHEMA)

    assert first.value == second.value == {"a": 0}
    assert first.usage.cache_hits == 0
    assert second.usage == Usage(cache_hits=1)
    assert second.finish_reason == first.finish_reason
    assert len(transport.requests) == model.cumulated_attempts == 1
    assert (model.cumulated_calls, model.cumulated_cache_hits) == (1, 1)
    assert model.inference_cumulated_cache_hits == 1
    assert model.cumulated_prompt_tokens == first.usage.prompt_tokens
    assert (model.last_call_cost, model.last_call_cache_hits) == (0.0, 1)


async def test_what_differs_is_asked(where):
    """Messages, schema, tools and parameters make the question."""
    model, transport = scripted(lambda _: {"a": 1}, **where)
    tool = {"type": "function", "function": {"name": "t", "parameters": {}}}
    other = [{"role": "user", "content": "bye"}]

    for _ in range(2):
        await model.complete(MESSAGES)
        await model.complete(other)
        await model.complete(MESSAGES, schema=SCHEMA)
        await model.complete(MESSAGES, tools=[tool])
        await model.complete(MESSAGES, temperature=1.0)
        await model.complete(MESSAGES, extra_body={"allowed_token_ids": [1]})
        await model.complete(MESSAGES, extra_body={"mask_token": "a"})
        await model.complete(MESSAGES, extra_body={"mask_token": "b"})
        await model.complete(MESSAGES, api_key=CANARY)  # who asks makes no difference

    assert len(transport.requests) == 8


async def test_another_draw_is_another_answer(where):
    """A further draw is asked anew, once; equal ones share their answer."""
    model, transport = scripted(counting(), **where)

    async def draw(number):
        with context.bound(context.draw, number):
            return (await model.complete(MESSAGES, schema=SCHEMA)).value["a"]

    assert [await draw(number) for number in (0, 1, 2, 1, 0)] == [0, 1, 2, 1, 0]
    assert [one.draw for one in transport.requests] == [0, 1, 2]


async def test_another_endpoint_is_another_model(tmp_path):
    """The same name elsewhere may be something else."""
    answers = []
    for base in ["http://one/v1", "http://two/v1", "http://me:pw@one/v1/?key=x"]:
        model, _ = scripted(
            [{"a": len(answers)}], api_base=base, cache_dir=str(tmp_path / "a")
        )
        answers.append((await model.complete(MESSAGES, schema=SCHEMA)).value["a"])

    assert answers == [0, 1, 0]


async def test_values_of_hits_are_copies(where):
    """Who changes an answer changes nobody else's."""
    model, _ = scripted([{"a": 1}], **where)

    for _ in range(3):
        completion = await model.complete(MESSAGES, schema=SCHEMA)
        assert completion.value == {"a": 1}
        completion.value["a"] = 2


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ("nonsense", InvalidOutputError),
        (LMResponse(content="no", finish_reason="refusal"), ContentRefusedError),
        (LMResponse(content="{", finish_reason="length"), InvalidOutputError),
        (ServerError("down"), ServerError),
    ],
)
async def test_failures_are_not_kept(where, bad, kind):
    """The next one asks again."""
    model, _ = scripted([bad, {"a": 1}], **where)

    with pytest.raises(kind):
        await model.complete(MESSAGES, schema=SCHEMA)

    assert (await model.complete(MESSAGES, schema=SCHEMA)).value == {"a": 1}


async def test_equal_questions_at_the_same_time_are_asked_once(where):
    """Who comes second waits for the answer to the first."""

    async def answer(_):
        await asyncio.sleep(0.01)
        return {"a": 1}

    model, transport = scripted(answer, **where)

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(model.complete(MESSAGES, schema=SCHEMA))
            for _ in range(20)
        ]
    completions = [task.result() for task in tasks]

    assert len(transport.requests) == 1
    assert sum(one.usage.cache_hits for one in completions) == 19
    completions[0].value["a"] = 2
    assert [one.value for one in completions[1:]] == [{"a": 1}] * 19


async def test_who_asked_may_change_what_it_got(where):
    """Those who wait for the same answer get it as it was given."""

    async def answer(_):
        await asyncio.sleep(0.01)
        return {"a": 1}

    model, transport = scripted(answer, **where)

    async def ask_and_change():
        completion = await model.complete(MESSAGES, schema=SCHEMA)
        before = dict(completion.value)
        completion.value["a"] = 99
        return before

    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask_and_change()) for _ in range(3)]

    assert [task.result() for task in asking] == [{"a": 1}] * 3
    assert await ask_and_change() == {"a": 1}
    assert len(transport.requests) == 1


async def test_memory_has_an_end(monkeypatch):
    """Of what is kept in memory the oldest is forgotten first."""
    monkeypatch.setattr(_answer_cache, "_MAX_IN_MEMORY", 2)
    model, transport = scripted(counting(), caching=True)

    async def ask(text):
        question = [{"role": "user", "content": text}]
        return (await model.complete(question, schema=SCHEMA)).value["a"]

    assert [await ask(text) for text in "abc"] == [0, 1, 2]

    assert [await ask(text) for text in "bca"] == [1, 2, 3]
    assert len(transport.requests) == 4


async def test_they_share_a_failure(where):
    """Asking again at once would be a retry that nobody counts."""

    async def fail(_):
        await asyncio.sleep(0.01)
        message = "down"
        raise ServerError(message, status_code=500)

    model, transport = scripted(fail, **where)

    tasks = [asyncio.create_task(model.complete(MESSAGES)) for _ in range(5)]
    await asyncio.wait(tasks)

    errors = [task.exception() for task in tasks]
    assert [type(error) for error in errors] == [ServerError] * 5
    assert {error.status_code for error in errors} == {500}
    assert len({id(error) for error in errors}) == 5
    assert len(transport.requests) == 1


@pytest.mark.parametrize("n_poor", [1, 2, 3])
async def test_means_are_everyones_own(where, n_poor):
    """Who has a budget left asks, though another who asked the same had none."""
    cache = AnswerCache(in_memory="caching" in where, folder=where.get("cache_dir"))
    asked, all_wait = [], asyncio.Event()

    async def ask(number):
        asked.append(number)
        await all_wait.wait()
        if number < n_poor:
            msg = f"nothing left for {number}"
            raise BudgetExceededError(msg)
        return {"a": number}

    calls = []
    for number in range(4):
        call = cache.get_or_ask("k", functools.partial(ask, number))
        calls.append(asyncio.ensure_future(call))
        while not asked:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    assert asked == [0]
    all_wait.set()
    await asyncio.wait(calls)

    failed = {n: str(one.exception()) for n, one in enumerate(calls) if one.exception()}
    assert all(told == f"nothing left for {n}" for n, told in failed.items())
    assert set(failed) == {n for n in asked if n < n_poor}
    answers = [one.result()[0] for one in calls if not one.exception()]
    assert answers
    assert answers == [answers[0]] * len(answers)


async def test_cancelling_the_one_who_asks(where):
    """Another takes over; those who wait are not cancelled with it."""

    async def answer(_):
        await asyncio.sleep(0.05)
        return {"a": 1}

    model, transport = scripted(answer, **where)
    tasks = [
        asyncio.create_task(model.complete(MESSAGES, schema=SCHEMA)) for _ in range(4)
    ]
    while not transport.requests:
        await asyncio.sleep(0.001)

    tasks[0].cancel()
    await asyncio.wait(tasks)

    (cancelled,) = [task for task in tasks if task.cancelled()]
    values = [task.result().value for task in tasks if task is not cancelled]
    assert values == [{"a": 1}] * 3
    assert len(transport.requests) in {1, 2}  # the one who asked may be any of them


async def test_cancelling_one_who_waits(where):
    """The others get their answer."""

    async def answer(_):
        await asyncio.sleep(0.02)
        return {"a": 1}

    model, transport = scripted(answer, **where)
    first = asyncio.create_task(model.complete(MESSAGES, schema=SCHEMA))
    while not transport.requests:
        await asyncio.sleep(0.001)
    second = asyncio.create_task(model.complete(MESSAGES, schema=SCHEMA))
    await asyncio.sleep(0.005)

    second.cancel()

    assert (await first).value == {"a": 1}
    assert len(transport.requests) == 1


async def test_answers_outlive_the_process(tmp_path):
    """Another model object, as in another run, finds them; no key is among them."""
    folder = tmp_path / "answers"
    options = {"cache_dir": str(folder), "api_key": CANARY, "temperature": 0.7}
    model, _ = scripted([{"a": 1}], extra_headers={"x-key": CANARY}, **options)
    await model.complete(MESSAGES, schema=SCHEMA)
    await asyncio.to_thread(writer.flush)

    later, transport = scripted([], **options)
    completion = await later.complete(MESSAGES, schema=SCHEMA)

    assert completion.value == {"a": 1}
    assert transport.requests == []
    contents = await asyncio.to_thread(
        lambda: [path.read_text() for path in folder.glob("**/*.*")]
    )
    assert len(contents) == 1
    assert CANARY not in contents[0]
    assert "hello" not in contents[0]
    kept = json.loads(contents[0].split(" ", 2)[2])[3]
    assert kept["value"] == {"a": 1}


async def test_a_folder_that_cannot_be_written_to(tmp_path, monkeypatch):
    """The call succeeds all the same; that nothing is kept is said once."""
    fill_disk(monkeypatch)
    model, _ = scripted(counting(), cache_dir=str(tmp_path / "answers"))
    await model.complete(MESSAGES)
    await asyncio.to_thread(writer.flush)

    with pytest.warns(SynalinksWarning, match=r"`cache_dir`: .*No space left"):
        await model.complete(MESSAGES, seed=1)
    await asyncio.to_thread(writer.flush)

    await model.complete(MESSAGES, seed=2)


async def test_damage_is_told(tmp_path):
    """A damaged answer is asked for again, and what was damaged is said."""
    folder = tmp_path / "answers"
    model, _ = scripted([{"a": 1}], cache_dir=str(folder))
    await model.complete(MESSAGES, schema=SCHEMA)
    await asyncio.to_thread(model._caller._settings.cache._store.close)

    damaged = tmp_path / "damaged"

    def damage():
        # A folder of its own: what is open in this process is not read again.
        shutil.copytree(folder, damaged)
        (path,) = damaged.glob("*.jsonl")
        path.write_bytes(path.read_bytes().replace(b'"stop"', b'"stip"'))

    await asyncio.to_thread(damage)
    later, _ = scripted([{"a": 2}], cache_dir=str(damaged))

    with pytest.warns(SynalinksWarning, match=r"bytes are damaged; they are kept in"):
        completion = await later.complete(MESSAGES, schema=SCHEMA)

    assert completion.value == {"a": 2}


async def test_parameters_must_be_json_to_be_kept(where):
    """What has no identity cannot be recognised."""
    from synalinks.errors import ConfigurationError

    model, _ = scripted([], **where)

    with pytest.raises(ConfigurationError, match="where all parameters are JSON"):
        await model.complete(MESSAGES, stop=object())


async def test_a_bad_answer_is_paid_for_by_the_call_that_asked():
    """The others that waited for it meet it too, and took nothing."""

    async def answer(_):
        await asyncio.sleep(0.01)
        return "nonsense"

    model = LanguageModel(
        "openai/x", transport=ScriptedTransport(answer), retry=1, caching=True
    )

    calls = [
        asyncio.ensure_future(model.complete(MESSAGES, schema=SCHEMA)) for _ in range(3)
    ]
    await asyncio.wait(calls)
    errors = [one.exception() for one in calls]

    assert {type(one) for one in errors} == {InvalidOutputError}
    assert [one.usage is not None for one in errors] == [True, False, False]
    assert model.cumulated_calls == 1
