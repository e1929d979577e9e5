"""With a journal, a run that is repeated pays for nothing and ends the same."""

import asyncio
import os
from pathlib import Path

import pytest

from synalinks._internal import context
from synalinks._internal.journal import JOURNAL_PREFIX, Journal
from synalinks._internal.store import read_records
from synalinks.contracts import Usage
from synalinks.errors import (
    AuthenticationError,
    ContentRefusedError,
    DivergenceError,
    InvalidOutputError,
    ServerError,
    WriteError,
)
from synalinks.language_models import LanguageModel, LMResponse
from synalinks.testing import ChatServer, Fault, ScriptedTransport
from tests.full_disk import fill_disk

ALL_KINDS = frozenset({"sent", "call", "failed"})
REFUSED = LMResponse(
    content="no", finish_reason="refusal", usage=Usage(calls=1, prompt_tokens=9)
)
MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
}


def scripted(answers, **options):
    transport = ScriptedTransport(answers)
    options = {"transport": transport, "retry": 1, **options}
    return LanguageModel("openai/gpt-4o-mini", **options), transport


def counting():
    numbers = iter(range(10_000))
    return lambda _: {"a": next(numbers)}


async def run(folder, model, scopes, *, pays=False, **options):
    """Make one call per scope, all at once; return answers and errors."""
    journal = Journal(folder, pays_for_divergence=pays)
    await asyncio.to_thread(journal.open)
    outcomes = {}

    async def one(number, scope):
        with context.bound(context.scope, scope):
            try:
                completion = await model.complete(MESSAGES, schema=SCHEMA, **options)
                outcomes[number] = completion.value["a"]
            except Exception as error:  # noqa: BLE001 - looked at by the tests
                outcomes[number] = error

    with context.bound(context.journal, journal):
        async with asyncio.TaskGroup() as group:
            for number, scope in enumerate(scopes):
                group.create_task(one(number, scope))
    await asyncio.to_thread(journal.close)
    return [outcomes[number] for number in range(len(scopes))]


async def test_a_repeated_run_pays_nothing(tmp_path):
    """All answers come from the journal, each to its place; counters are the same."""
    scopes = [f"sample {n}" for n in range(50)] + ["sample 7"] * 2
    first, _ = scripted(counting())
    second, transport = scripted([])

    before = await run(tmp_path, first, scopes)
    after = await run(tmp_path, second, scopes)

    assert after == before
    assert len(set(before)) == 52
    assert transport.requests == []
    kept = ("calls", "tokens", "cost", "elapsed_s", "completion_tokens")
    for name in kept:
        counted = getattr(second, f"cumulated_{name}")
        assert counted == pytest.approx(getattr(first, f"cumulated_{name}"))
    assert second.cumulated_attempts == 0


async def test_an_edited_prompt_is_shown(tmp_path):
    """What is asked in the place of something else is refused, and costs nothing."""
    first, _ = scripted(counting())
    second, transport = scripted([])
    await run(tmp_path, first, ["s"])

    (error,) = await run(tmp_path, second, ["s"], temperature=0.5)

    assert isinstance(error, DivergenceError)
    assert "at `s`:\n  params: {} → {'temperature': 0.5}\n" in str(error)
    assert transport.requests == []


async def test_an_edited_prompt_is_asked_if_that_is_wanted(tmp_path):
    """What is asked is part of the place: nothing stale is ever given."""
    first, _ = scripted(counting())
    second, transport = scripted([{"a": 99}])
    await run(tmp_path, first, ["s"])

    assert await run(tmp_path, second, ["s"], pays=True, temperature=0.5) == [99]
    assert len(transport.requests) == 1


@pytest.mark.parametrize("answered", [[0], [1], [0, 1]])
async def test_calls_that_were_cut_off_are_no_surprise(tmp_path, answered):
    """Of two calls at one place any may have been in flight when a run died."""
    questions = [[{"role": "user", "content": text}] for text in ("one", "two")]
    journal = Journal(tmp_path)
    await asyncio.to_thread(journal.open)

    async def answer(request):
        number = questions.index(list(request.messages))
        if number not in answered:
            await asyncio.Event().wait()
        return "fine"

    async def ask_both(model, journal):
        with context.bound(context.journal, journal), context.bound(context.scope, "s"):
            return [asyncio.create_task(model.complete(one)) for one in questions]

    tasks = await ask_both(scripted(answer)[0], journal)
    for number in answered:
        await tasks[number]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.to_thread(journal.close)

    journal = Journal(tmp_path)
    await asyncio.to_thread(journal.open)
    assert journal.n_in_flight == 2 - len(answered)
    model, transport = scripted(["late"] * (2 - len(answered)))
    for task in await ask_both(model, journal):
        assert (await task).value
    assert len(transport.requests) == 2 - len(answered)
    await asyncio.to_thread(journal.close)


async def test_a_call_that_waits_for_another_is_no_surprise(tmp_path):
    """Calls beside it are given the time to ask for what they are due."""
    first, _ = scripted(lambda request: str(request.messages[0]["content"]))
    second, transport = scripted(lambda request: str(request.messages[0]["content"]))

    async def both(model, journal, *, dies):
        """Ask `b` beside `a` and, after it, `c`; die before `c` is asked."""

        async def ask(text):
            return await model.complete([{"role": "user", "content": text}])

        async def chain():
            await ask("a")
            if not dies:
                await ask("c")

        await asyncio.to_thread(journal.open)
        with context.bound(context.journal, journal), context.bound(context.scope, "s"):
            async with asyncio.TaskGroup() as group:
                group.create_task(chain())
                group.create_task(ask("b"))
        await asyncio.to_thread(journal.close)

    await both(first, Journal(tmp_path), dies=True)
    await both(second, Journal(tmp_path), dies=False)

    assert [one.messages[0]["content"] for one in transport.requests] == ["c"]


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ("nonsense", InvalidOutputError),
        (LMResponse(content="no", finish_reason="refusal"), ContentRefusedError),
    ],
)
async def test_bad_answers_are_met_again(tmp_path, bad, kind):
    """They were paid for, and belong to the run."""
    first, _ = scripted([bad])
    second, transport = scripted([])

    before = await run(tmp_path, first, ["s"])
    after = await run(tmp_path, second, ["s"])

    for (error,), model in [(before, first), (after, second)]:
        assert type(error) is kind
        assert error.attempts == 1
        assert model.cumulated_failed_calls == 1
    assert str(after[0]) == str(before[0])
    assert getattr(after[0], "answer", "") == getattr(before[0], "answer", "")
    assert transport.requests == []


async def test_failures_are_tried_again(tmp_path):
    """Nobody answered: a run that goes on asks."""
    first, _ = scripted([ServerError("down")])
    second, _ = scripted([{"a": 1}])

    assert isinstance((await run(tmp_path, first, ["s"]))[0], ServerError)
    assert await run(tmp_path, second, ["s"]) == [1]


async def test_the_answer_of_a_fallback_is_kept_where_it_was_asked_for(tmp_path):
    """It is written once, and given without asking the first model."""
    other, _ = scripted(counting())
    first, _ = scripted([ServerError("down")], fallback=other)
    second, transport = scripted([], fallback=scripted([])[0])

    assert await run(tmp_path, first, ["s"]) == [0]
    assert await run(tmp_path, second, ["s"]) == [0]
    assert transport.requests == []
    kinds = await asyncio.to_thread(
        lambda: [one[0] for one in read_records(tmp_path, JOURNAL_PREFIX, ALL_KINDS)]
    )
    assert kinds == ["sent", "call"]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([ServerError("down"), "nonsense", {"a": 1}], id="third answers"),
        pytest.param(["nonsense", {"a": 1}, {"a": 2}], id="second answers"),
        pytest.param([{"a": 1}, {"a": 2}, {"a": 3}], id="first answers"),
        pytest.param(["no", ServerError("down"), "nonsense"], id="none answers"),
        pytest.param([REFUSED, {"a": 1}], id="first refuses"),
        pytest.param(["no", REFUSED], id="last refuses"),
        pytest.param([["no", REFUSED], {"a": 1}], id="first refuses when asked again"),
        pytest.param([["no", "no"], ["no", {"a": 1}]], id="asked again"),
        pytest.param([["no", AuthenticationError("key")], {"a": 1}], id="key runs out"),
    ],
)
async def test_each_model_counts_what_it_took(tmp_path, answers):
    """What fallbacks took is counted by them, in a run that is repeated too."""

    def chain(answers):
        model = None
        for one in reversed(answers):
            script = one if isinstance(one, list) else [one]
            model, _ = scripted(script, retry=len(script), fallback=model)
        return model

    def counted(model):
        names = ("calls", "tokens", "cost", "failed_calls", "fallback_activations")
        counts = [getattr(model, f"cumulated_{name}") for name in names]
        return counts + (counted(model.fallback) if model.fallback else [])

    first, second = (
        chain(answers),
        chain([ServerError("not to be asked")] * len(answers)),
    )

    before = await run(tmp_path, first, ["s"])
    after = await run(tmp_path, second, ["s"])

    assert list(map(str, after)) == list(map(str, before))
    assert counted(second) == counted(first)
    assert sum(counted(first)[::5]) > 0


async def test_one_error_may_be_raised_again_and_again():
    """A transport of the user's may have one object for all that fails."""
    error = InvalidOutputError("bad")

    def fail(_):
        raise error

    model, _ = scripted(fail, fallback=scripted(fail)[0])

    for _ in range(3):
        with pytest.raises(InvalidOutputError):
            await model.complete(MESSAGES)
        assert len(error.shares) == 2


async def test_hits_of_a_cache_are_kept(tmp_path):
    """A run that is repeated does not need the cache to be as it was."""
    first, _ = scripted(counting(), caching=True)
    second, transport = scripted([])

    assert await run(tmp_path, first, ["s", "t"]) == [0, 0]
    assert await run(tmp_path, second, ["s", "t"]) == [0, 0]
    assert transport.requests == []


async def test_an_answer_is_durable_before_it_is_seen(tmp_path, monkeypatch):
    """Nobody acts on an answer that a crash could take back."""
    events = []
    flush = os.fdatasync

    def slow(descriptor):
        flush(descriptor)
        content = Path(f"/proc/self/fd/{descriptor}").read_bytes()
        events.extend(["durable"] if b'"call"' in content else [])

    monkeypatch.setattr(os, "fdatasync", slow)
    model, _ = scripted(counting())

    await run(tmp_path, model, ["s"])
    events.append("seen")

    assert events == ["durable", "seen"]


async def test_a_full_disk_stops_spending(tmp_path, monkeypatch):
    """The first answer that cannot be kept is the last that is paid for."""
    fill_disk(monkeypatch)
    model, transport = scripted(counting(), max_concurrency=1)
    journal = Journal(tmp_path)

    with context.bound(context.journal, journal):
        for _ in range(3):
            with pytest.raises(WriteError):
                await model.complete(MESSAGES)

    assert len(transport.requests) == 1


async def test_a_provider_can_tell_what_it_was_asked_before(tmp_path):
    """A call has one key in all processes; a refused request is tried with another."""
    faults = [Fault("500", at=[1, 3])]
    async with ChatServer({"a": 1}, faults=faults) as server:
        for name in ("dies", "follows"):  # with what the first one had kept lost
            model = LanguageModel(
                "openai/m", api_base=server.url, api_key="-", retry=2,
                retry_max_wait=0.01, transport="direct",
            )  # fmt: skip
            assert await run(tmp_path / name, model, ["s"]) == [1]
            await model.aclose()
        first, again, *others = [
            one.headers["idempotency-key"] for one in server.requests
        ]

    assert first != again
    assert others == [first, again]


async def test_without_a_journal_requests_have_no_key():
    """What is asked twice outside of a run is asked twice."""
    async with ChatServer({"a": 1}) as server:
        model = LanguageModel(
            "openai/m", api_base=server.url, api_key="-", transport="direct"
        )
        await model.complete(MESSAGES, schema=SCHEMA)
        await model.aclose()

        assert "idempotency-key" not in server.requests[0].headers


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key"])
async def test_the_key_of_the_user_is_the_one_that_is_sent(tmp_path, name):
    """Who names requests knows why; HTTP knows no capitals."""
    async with ChatServer({"a": 1}) as server:
        model = LanguageModel(
            "openai/m", api_base=server.url, api_key="-", transport="direct",
            extra_headers={name: "mine"},
        )  # fmt: skip
        await run(tmp_path, model, ["s"])
        await model.aclose()

        assert server.requests[0].headers["idempotency-key"] == "mine"
