"""Over real HTTP: operational metrics are what the server's log adds up to."""

import json

import pytest
from parity import Answer as ParityAnswer
from parity import Query, data, parity_answer

import synalinks
from synalinks import metrics
from synalinks.embedding_models import EmbeddingModel
from synalinks.language_models import LanguageModel, model_info
from synalinks.optimizers import RandomFewShot
from synalinks.testing import Answer, ChatServer, Fault

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
    # litellm looks at all attributes of a chunk, old ones of pydantic among them.
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]

MODEL = "openai/gpt-4o-mini"
MESSAGES = [{"role": "user", "content": "Was it good?"}]


@pytest.fixture(params=["direct", "litellm"])
def transport(request):
    return request.param


@pytest.fixture(autouse=True)
def prices():
    """Read the price list before there is an event loop to block."""
    return model_info(MODEL)


def usage_of(number):
    return {
        "prompt_tokens": 100 + number,
        "completion_tokens": 10,
        "total_tokens": 110 + number,
    }


def number_of(body):
    return int(json.loads(body["messages"][-1]["content"])["query"][1:])


def answer(request):
    """Answer the parity task; what it takes depends on the question."""
    number = int(json.loads(request.messages[-1]["content"])["query"][1:])
    return Answer(content=parity_answer(request), usage=usage_of(number))


def paid(server):
    """Return prompt tokens, answers and failures in the server's log."""
    answered = [one.body for one in server.requests if one.status == 200]
    n_failed = len(server.requests) - len(answered)
    tokens = [usage_of(number_of(body))["prompt_tokens"] for body in answered]
    return sum(tokens), len(answered), n_failed


async def program_over(server, transport, **options):
    model = LanguageModel(
        MODEL, api_base=server.url, api_key="test", transport=transport, **options
    )
    inputs = synalinks.Input(data_model=Query)
    generator = synalinks.Generator(data_model=ParityAnswer, language_model=model)
    return synalinks.Program(inputs=inputs, outputs=await generator(inputs)), model


@pytest.mark.timeout(120)
async def test_a_fit_with_retries_is_counted_as_the_server_saw_it(transport, prices):
    """Tokens, dollars and calls of epochs and validation are those of the log."""
    faults = [Fault("503", at=range(2, 60, 7))]
    async with ChatServer(answer, faults=faults) as server:
        program, model = await program_over(
            server, transport, retry=5, retry_max_wait=0.01
        )
        program.compile(
            optimizer=RandomFewShot(),
            reward="exact_match",
            metrics=["input_tokens", "output_tokens", "cost", "failed_calls"],
        )
        history = await program.fit(
            *data(0, 12),
            validation_data=data(20, 28),
            batch_size=4,
            epochs=2,
            verbose=0,
        )
        await model.aclose()
        prompt_tokens, n_answers, n_failed = paid(server)

    def summed(name):
        return sum(history.history[name]) + sum(history.history[f"val_{name}"])

    assert n_failed > 0
    assert summed("input_tokens") == prompt_tokens
    assert summed("output_tokens") == 10 * n_answers
    assert summed("failed_calls") == 0
    assert summed("cost") == pytest.approx(
        prompt_tokens * prices["input_cost_per_token"]
        + 10 * n_answers * prices["output_cost_per_token"]
    )


@pytest.mark.timeout(60)
async def test_concurrent_samples_and_cached_answers(transport):
    """Many calls at once are each counted once; what the cache answers is a hit."""
    async with ChatServer(answer, latency_s=0.01) as server:
        program, model = await program_over(server, transport, caching=True)
        names = ["input_tokens", "cache_hit_rate", "avg_latency", "error_rate"]
        program.compile(reward="exact_match", metrics=names)

        first = await program.evaluate(*data(0, 64), verbose=0)
        total, n_answers, _ = paid(server)
        second = await program.evaluate(*data(32, 96), verbose=0)
        await model.aclose()
        both, n_both, _ = paid(server)

    assert (n_answers, n_both) == (64, 96)
    assert (first["input_tokens"], second["input_tokens"]) == (total, both - total)
    assert (first["cache_hit_rate"], second["cache_hit_rate"]) == (0.0, 0.5)
    assert first["avg_latency"] >= 0.01
    assert second["error_rate"] == 0.0


@pytest.mark.timeout(60)
async def test_a_dead_provider_is_counted_as_failures(transport):
    """Failed calls take no tokens, and the fallback shows in its own counts."""
    async with (
        ChatServer(answer) as alive,
        ChatServer(answer, faults=[Fault("503")]) as dead,
    ):
        spare = LanguageModel(
            MODEL, api_base=alive.url, api_key="test", transport=transport
        )
        program, model = await program_over(dead, transport, retry=1, fallback=spare)
        names = ["input_tokens", "failed_calls", "fallback_activations", "error_rate"]
        program.compile(reward="exact_match", metrics=names)

        results = await program.evaluate(*data(0, 8), verbose=0)
        await model.aclose()
        await spare.aclose()
        prompt_tokens, n_answers, _ = paid(alive)

    assert n_answers == len(dead.requests) == 8
    assert [results[name] for name in names] == [prompt_tokens, 8.0, 8.0, 0.5]


@pytest.mark.timeout(60)
async def test_streams_are_counted(transport, prices):
    """Tokens, dollars and the times of streams are known once they are read."""
    reply = Answer(content="It was good.", usage=usage_of(0), chunk_interval_s=0.01)
    async with ChatServer(reply) as server:
        model = LanguageModel(
            MODEL, api_base=server.url, api_key="test", transport=transport
        )
        names = ["total_tokens", "cost", "avg_time_to_first_token"]
        watchers = [metrics.get(name) for name in (*names, "avg_time_to_last_token")]
        for metric in watchers:
            metric.watch([model])

        for _ in range(3):
            async with await model(MESSAGES, streaming=True) as stream:
                await stream.drain()
        await model.aclose()
        n_requests = len(server.requests)

    tokens, cost, first_s, last_s = [metric.result() for metric in watchers]
    assert tokens == 110 * n_requests == 330
    assert cost == pytest.approx(
        3
        * (100 * prices["input_cost_per_token"] + 10 * prices["output_cost_per_token"])
    )
    assert 0 < first_s < last_s


@pytest.mark.timeout(60)
async def test_embeddings_are_counted(transport):
    """Vectors and requests are those that the server served."""
    async with ChatServer() as server:
        model = EmbeddingModel(
            "openai/text-embedding-3-small",
            api_base=server.url,
            api_key="test",
            transport=transport,
        )
        names = ["vectors", "failed_calls", "cache_hit_rate", "avg_latency"]
        watchers = [metrics.get(f"embedding_{name}") for name in names]
        for metric in watchers:
            metric.watch([model])

        await model(synalinks.EmbeddingRequest(texts=["abc", "z", "abc"]))
        await model(synalinks.EmbeddingRequest(texts=["z", "y"]))
        await model.aclose()
        n_texts = sum(len(one.body["input"]) for one in server.requests)

    vectors, n_failed, hit_rate, latency_s = [one.result() for one in watchers]
    assert vectors == n_texts == 3
    assert n_failed == 0
    assert hit_rate == 1 / 4
    assert latency_s > 0
