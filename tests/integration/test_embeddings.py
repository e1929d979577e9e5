"""Embeddings are the same through every transport that speaks HTTP."""

import asyncio
import contextlib
import json
import time

import pytest

import synalinks
from synalinks import errors
from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.embedding_models import EmbeddingModel
from synalinks.testing import ChatServer, Drop, Fault, Hang, Raw, Status

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
]

CANARY = "canary-key-31337"
MODEL = "openai/text-embedding-3-small"


@pytest.fixture(params=["direct", "litellm"])
def transport(request):
    return request.param


@pytest.fixture
def make(transport):
    """Return a function that makes a model and the server that it talks to."""
    with contextlib.ExitStack() as servers:

        async def make_model(model=MODEL, embed_with=None, faults=(), **options):
            server = ChatServer(embed_with=embed_with, faults=faults)
            await asyncio.to_thread(server.start)
            servers.callback(server.stop)
            fixed = {"api_key": CANARY, "api_base": server.url, "timeout": 30}
            options = {"retry": 1, **fixed, **options}
            return EmbeddingModel(model, transport=transport, **options), server

        yield make_model


def letter_vector(text):
    return [float(len(text)), float(ord(text[0])), 0.25]


def texts_sent(server):
    return [request.body["input"] for request in server.requests]


async def test_texts_become_vectors(make):
    """One vector per text, in their order, with usage, cost and counts."""
    model, server = await make(embed_with=letter_vector)

    answer = await model(synalinks.EmbeddingRequest(texts=["abc", "z", "abc"]))

    assert answer.get_json() == {
        "embeddings": [[3.0, 97.0, 0.25], [1.0, 122.0, 0.25], [3.0, 97.0, 0.25]]
    }
    assert answer.get_schema() == synalinks.Embeddings.get_schema()
    body = server.requests[0].body
    assert body["model"] == "text-embedding-3-small"
    assert texts_sent(server) == [["abc", "z"]]
    assert server.requests[0].headers["authorization"] == "***"
    assert (model.cumulated_vectors, model.cumulated_calls) == (2, 1)
    assert model.cumulated_prompt_tokens > 0
    assert model.cumulated_cost == pytest.approx(model.cumulated_prompt_tokens * 2e-8)


async def test_each_text_is_embedded_once(make):
    """What is known is not sent again, from whatever call."""
    model, server = await make()

    first = await model(["a", "b"])
    second = await model(["b", "c", "a"])
    one = await model("c")

    assert texts_sent(server) == [["a", "b"], ["c"]]
    assert first.get("embeddings")[0] == second.get("embeddings")[2]
    assert one.get("embeddings") == [second.get("embeddings")[1]]
    assert (model.cumulated_vectors, model.cumulated_cache_hits) == (3, 3)


async def test_equal_texts_at_the_same_time_are_embedded_once(make):
    """Calls in flight wait for each other's vectors."""

    def slowly(text):
        time.sleep(0.05)
        return letter_vector(text)

    model, server = await make(embed_with=slowly)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(model(["same", f"own {number % 4}"]))

    sent = [text for texts in texts_sent(server) for text in texts]
    assert sorted(sent) == ["own 0", "own 1", "own 2", "own 3", "same"]


async def test_without_caching_each_call_pays(make):
    """Once per call still."""
    model, server = await make(caching=False)

    for _ in range(2):
        await model(["a", "a"])

    assert texts_sent(server) == [["a"], ["a"]]
    assert model.cumulated_cache_hits == 0


async def test_a_folder_keeps_vectors(make, tmp_path):
    """Another object, or process, finds them; parameters make a difference."""
    folder = str(tmp_path / "vectors")
    model, server = await make(cache_dir=folder)
    other, unused = await make(cache_dir=folder)
    other.api_base = model.api_base

    first = await model(["a", "b"])
    again = await other(["b", "a"])
    shorter = await other(["a"], dimensions=4)

    assert again.get("embeddings") == first.get("embeddings")[::-1]
    assert len(shorter.get("embeddings")[0]) == 4
    assert texts_sent(server) == [["a", "b"], ["a"]]
    assert unused.requests == []


async def test_batches(make):
    """Many texts go in several requests, and come back in order."""
    model, server = await make(embed_with=letter_vector, batch_size=10)
    texts = [f"{'x' * number}" for number in range(1, 36)]

    answer = await model(texts)

    assert [vector[0] for vector in answer.get("embeddings")] == list(range(1, 36))
    assert sorted(map(len, texts_sent(server))) == [5, 10, 10, 10]
    assert (model.cumulated_calls, model.cumulated_vectors) == (4, 35)


async def test_long_texts_are_in_batches_of_their_own(make):
    """A request does not exceed what providers take."""
    model, server = await make()

    await model(["a" * 150_000, "b" * 150_000, "c"])

    assert sorted(map(len, texts_sent(server))) == [1, 2]


ERRORS = {
    "401": (Status(status=401, message=CANARY), errors.AuthenticationError),
    "404": (Status(status=404), errors.ModelNotFoundError),
    "429": (Status(status=429), errors.RateLimitedError),
    "503": (Status(status=503), errors.ServerError),
    "html": (Raw(), errors.ServerError),
    "no vectors": (
        Raw(body='{"data": []}', content_type="application/json"),
        errors.ServerError,
    ),
    "too few": (
        Raw(
            body=json.dumps({"data": [{"embedding": [1.0], "index": 0}]}),
            content_type="application/json",
        ),
        errors.ServerError,
    ),
    "drop": (Drop(), errors.ConnectionLostError),
}


@pytest.mark.parametrize("fault", ERRORS)
async def test_errors(make, fault, capfd):
    """Same HTTP answer, same class; no key anywhere; nothing is kept."""
    reply, kind = ERRORS[fault]
    model, server = await make(embed_with=lambda _: reply)

    with pytest.raises(errors.LanguageModelError) as caught:
        await model(["a", "b"])

    assert type(caught.value) is kind
    assert CANARY not in str(caught.value)
    assert len(server.requests) == model.cumulated_attempts == 1
    assert (model.cumulated_failed_calls, model.cumulated_vectors) == (1, 0)
    assert "Give Feedback" not in capfd.readouterr().out


async def test_what_may_pass_is_tried_again(make):
    """Within the attempts, as for language models."""
    faults = [Fault(Status(status=503, retry_after_s=0.01), at=[1, 2])]
    model, server = await make(faults=faults, retry=3)

    await model("a")

    assert len(server.requests) == model.cumulated_attempts == 3
    assert (model.cumulated_calls, model.cumulated_failed_calls) == (1, 0)


async def test_a_hang_is_cut_off(make):
    """At the time limit, whatever the server does."""
    model, _ = await make(embed_with=lambda _: Hang(), timeout=0.5)

    with pytest.raises(errors.TimedOutError):
        await model("a")


async def test_the_fallback_embeds_all_texts(make):
    """Vectors of two models do not go together."""
    other, other_server = await make(model="openai/other", embed_with=letter_vector)
    failing = []
    model, _ = await make(
        embed_with=lambda text: failing[0] if failing else letter_vector(text),
        fallback=other,
    )
    await model("a")
    failing.append(Status(status=401))

    answer = await model(["a", "bc"])

    assert answer.get("embeddings") == [letter_vector("a"), letter_vector("bc")]
    assert texts_sent(other_server) == [["a", "bc"]]
    assert model.cumulated_fallback_activations == 1


async def test_a_failure_is_not_shared(make):
    """Who waits for a vector that fails tries for itself."""
    replies = [Status(status=401)]

    def embed(text):
        time.sleep(0.1)
        return replies.pop() if replies else letter_vector(text)

    model, server = await make(embed_with=embed)

    first = asyncio.ensure_future(model("a"))
    second = asyncio.ensure_future(model("a"))

    with pytest.raises(errors.AuthenticationError):
        await first
    assert (await second).get("embeddings") == [letter_vector("a")]
    assert len(server.requests) == 2


async def test_cancelling_one_call_does_not_disturb_another(make):
    """The vectors that one was waiting for are asked for by the other."""

    def embed(text):
        time.sleep(0.2)
        return letter_vector(text)

    model, _ = await make(embed_with=embed)

    first = asyncio.ensure_future(model("a"))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(model("a"))
    await asyncio.sleep(0.05)
    first.cancel()

    assert (await second).get("embeddings") == [letter_vector("a")]


async def test_phases_are_counted_apart(make):
    """Rewards that embed are paid for in the phase of rewards."""
    model, _ = await make()

    with context.bound(context.phase, "reward"):
        await model(["a", "b"])
    await model(["c"])

    assert model.reward_cumulated_vectors == 2
    assert model.inference_cumulated_vectors == 1


def test_event_loops_in_a_row(make):
    """One model serves several loops, and keeps what it knows."""
    model, server = asyncio.run(make())

    for text in ("a", "a", "b"):
        asyncio.run(model(text))

    assert texts_sent(server) == [["a"], ["b"]]


async def test_a_run_that_goes_on_has_paid_once(make, tmp_path):
    """Its journal has the vectors and what they took; both count as if asked now."""
    model, server = await make(embed_with=letter_vector, batch_size=2)

    async def run(asked):
        journal = Journal(tmp_path / "journal")
        await asyncio.to_thread(journal.open)
        with context.bound(context.journal, journal):
            answer = await asked.embed(["abc", "z", "yes"])
            await asked.embed(["z"])
        await asyncio.to_thread(journal.close)
        return answer

    first = await run(model)
    later = EmbeddingModel(
        MODEL, api_base=server.url, api_key=CANARY, caching=False, batch_size=2
    )
    second = await run(later)

    assert first == second == [letter_vector(text) for text in ("abc", "z", "yes")]
    assert len(server.requests) == 2
    assert later.cumulated_attempts == 0
    for counter in ("calls", "tokens", "cost", "vectors", "cache_hits"):
        name = f"cumulated_{counter}"
        assert getattr(later, name) == getattr(model, name) != 0, name


async def test_a_budget_holds_for_embeddings(make):
    """A run may not embed more than its budget allows."""
    model, server = await make(embed_with=letter_vector)

    class Embedding(synalinks.Module):
        def __init__(self):
            super().__init__()
            self.embedding_model = model

        async def call(self, inputs, training=False):
            return await self.embedding_model([inputs.get("query")])

        async def compute_output_spec(self, inputs, training=False):
            return synalinks.SymbolicDataModel(data_model=synalinks.Embeddings)

    class Query(synalinks.DataModel):
        query: str

    inputs = synalinks.Input(data_model=Query)
    program = synalinks.Program(inputs=inputs, outputs=await Embedding()(inputs))
    x = [Query(query=f"number {index}") for index in range(20)]
    budget = synalinks.callbacks.BudgetStopping(max_calls=6)

    with pytest.warns(synalinks.errors.SynalinksWarning, match="ended after"):
        await program.predict(x, batch_size=2, callbacks=budget, verbose=0)

    assert budget.spent_calls == len(server.requests) == 6
    assert "max_calls=6" in budget.stop_reason


async def test_a_run_that_goes_on_falls_back_at_the_same_place(make, tmp_path):
    """A model that is back says nothing: vectors of two models do not go together."""
    other, other_server = await make(model="openai/other", embed_with=lambda _: [9.0])
    model, server = await make(
        embed_with=letter_vector,
        faults=[Fault("503", at=[1])],
        fallback=other,
        caching=False,
    )

    async def run():
        journal = Journal(tmp_path / "journal")
        await asyncio.to_thread(journal.open)
        with context.bound(context.journal, journal):
            first, second = await model.embed(["abc"]), await model.embed(["z"])
        await asyncio.to_thread(journal.close)
        return first, second

    assert await run() == await run() == ([[9.0]], [letter_vector("z")])
    assert (len(server.requests), len(other_server.requests)) == (2, 1)
    assert (model.cumulated_failed_calls, model.cumulated_fallback_activations) == (
        2,
        2,
    )
