"""The public face of embedding models: arguments, answers, configuration."""

import asyncio
import math

import pytest

import synalinks
from synalinks.contracts import Usage
from synalinks.embedding_models import EmbeddingModel
from synalinks.errors import BadRequestError, ConfigurationError
from synalinks.language_models import EMResponse

CANARY = "canary-31337"


class Scripted:
    """Embeds a text as its length, and records what it was asked."""

    def __init__(self):
        self.requests = []

    async def embed(self, request):
        self.requests.append(request)
        vectors = [[float(len(text))] for text in request.texts]
        return EMResponse(vectors=vectors, usage=Usage(calls=1, prompt_tokens=3))

    async def aclose(self):
        self.requests.append("closed")


def cosine(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize(
    "inputs",
    [
        "abc",
        ["abc"],
        {"texts": "abc"},
        synalinks.EmbeddingRequest(texts="abc"),
        synalinks.EmbeddingRequest(texts=["abc"]).to_json_data_model(),
    ],
)
async def test_texts_in_every_form(inputs):
    """A request, a text, or a list of texts."""
    model = EmbeddingModel("openai/x", transport=Scripted())

    assert (await model(inputs)).get_json() == {"embeddings": [[3.0]]}


async def test_nothing_to_embed_costs_nothing():
    """None gives None; no texts give no vectors."""
    transport = Scripted()
    model = EmbeddingModel("openai/x", transport=transport)

    assert await model(None) is None
    assert (await model([])).get_json() == {"embeddings": []}
    assert transport.requests == []


@pytest.mark.parametrize("inputs", [3, [1], {"text": "a"}, synalinks.ChatMessages()])
async def test_what_is_no_text_is_refused(inputs):
    """Before anything is sent."""
    model = EmbeddingModel("openai/x", transport=Scripted())

    with pytest.raises(ConfigurationError, match="takes an `EmbeddingRequest`"):
        await model(inputs)


async def test_parameters_of_the_model_and_of_the_call():
    """Those of a call win; keys and headers are no parameters."""
    transport = Scripted()
    model = EmbeddingModel(
        "openai/x", transport=transport, api_key=CANARY, dimensions=8, user="me"
    )

    await model("a", dimensions=4)

    (request,) = transport.requests
    assert request.params == {"dimensions": 4, "user": "me"}
    assert request.api_key == CANARY
    assert CANARY not in repr(request)


async def test_the_same_text_with_other_parameters_is_another():
    """What is known is known for its parameters."""
    transport = Scripted()
    model = EmbeddingModel("openai/x", transport=transport)

    await model("a")
    await model("a", dimensions=4)
    await model("a", truncate_prompt_tokens=1)
    await model("a", routing_key="b")
    await model("a", routing_key="c")
    await model("a")

    assert len(transport.requests) == 5


class FailingFor(Scripted):
    """Refuses one text, and takes its time for the others."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    async def embed(self, request):
        if self.text in request.texts:
            self.requests.append(request)
            await asyncio.sleep(0.001)
            raise BadRequestError("no", model="openai/x")
        await asyncio.sleep(0.01)
        return await super().embed(request)


def texts_of(transport):
    return [text for request in transport.requests for text in request.texts]


async def test_a_batch_that_fails_leaves_the_others_what_they_are_paid_for():
    """What is in flight ends and is kept: trying again pays for what is missing."""
    transport = FailingFor("b")
    model = EmbeddingModel("openai/x", transport=transport, batch_size=1)

    with pytest.raises(BadRequestError):
        await model(["a", "b", "c"])
    assert model.cumulated_vectors == 2
    transport.text = None
    await model(["a", "b", "c"])

    assert sorted(texts_of(transport)) == ["a", "b", "b", "c"]


async def test_a_batch_that_fails_ends_those_that_were_not_sent():
    """Nothing more is paid for what comes to nothing."""
    transport = FailingFor("a")
    model = EmbeddingModel(
        "openai/x", transport=transport, batch_size=1, max_concurrency=1
    )

    with pytest.raises(BadRequestError):
        await model(["a", "b", "c"])

    assert texts_of(transport) == ["a"]


async def test_the_embedded_model_compares_words():
    """Texts that share words are near; nothing is paid, everything repeatable."""
    model = EmbeddingModel("embedded/hash")
    texts = ["My card was stolen", "a stolen credit card", "The weather is fine", ""]

    card, stolen, weather, empty = await model.embed(texts)

    assert cosine(card, stolen) > 0.3 > cosine(card, weather)
    for vector in (card, stolen, weather, empty):
        assert math.isclose(math.hypot(*vector), 1.0)
    assert len(card) == 256
    assert await EmbeddingModel("embedded/hash").embed(texts[:1]) == [card]
    assert model.cumulated_cost == 0.0
    assert model.cumulated_vectors == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "hash"}, "is `'provider/name'`"),
        ({"model": "opena/x"}, "Unknown provider"),
        ({"model": "openai/x", "transport": 3}, "an object with `embed`"),
        (
            {"model": "openai/x", "batch_size": 0},
            "`batch_size` is an integer of at least 1",
        ),
        ({"model": "openai/x", "max_concurrency": 0}, "of at least 1"),
    ],
)
def test_a_wrong_argument_is_refused(options, message):
    """When the model is made."""
    with pytest.raises(ConfigurationError, match=message):
        EmbeddingModel(**options)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("embedded/learner", {}, "only one is `embedded/hash`"),
        ("embedded/hash", {"dimensions": 0}, "`dimensions` is a positive integer"),
    ],
)
async def test_the_embedded_model_says_what_it_can(model, options, message):
    """There is one model, with one parameter."""
    with pytest.raises(ConfigurationError, match=message):
        await EmbeddingModel(model)("a", **options)


def test_positional_arguments_have_the_documented_order():
    """Scripts may pass the first arguments by position."""
    arguments = ["http://localhost/v1", 2, 3, None, False, None, "n", "d", None]

    model = EmbeddingModel("openai/x", *arguments)

    assert (model.api_base, model.retry, model.retry_max_wait) == (*arguments[:3],)
    assert (model.caching, model.name, model.description) == (False, "n", "d")


def test_configuration_without_secrets():
    """A saved model is the same model, without its key and own transport."""
    model = EmbeddingModel(
        "openai/x",
        "http://localhost/v1?key=secret",
        transport=Scripted(),
        api_key=CANARY,
        dimensions=8,
        fallback="embedded/hash",
    )

    config = model.get_config()
    same = EmbeddingModel.from_config(config)

    assert CANARY not in repr(config)
    assert "secret" not in repr(config)
    assert same.default_kwargs == {"dimensions": 8}
    assert same.fallback.model == "embedded/hash"


async def test_closing():
    """The transport is closed with the model."""
    transport = Scripted()

    await EmbeddingModel("openai/x", transport=transport).aclose()

    assert transport.requests == ["closed"]


def test_unknown_attributes_are_errors():
    """Counters do not hide typing errors."""
    with pytest.raises(AttributeError, match="no attribute 'cumulated_vectorz'"):
        _ = EmbeddingModel("openai/x").cumulated_vectorz
