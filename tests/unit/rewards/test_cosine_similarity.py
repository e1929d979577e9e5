"""How alike prediction and target are in meaning."""

import math

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.rewards import (
    CosineSimilarity,
    cosine_similarity,
    deserialize,
    serialize,
)
from tests.builders import Answer


class Pair(synalinks.DataModel):
    """Two texts and a number."""

    title: str = ""
    body: str = ""
    year: int | None = None


class Angles:
    """Turns texts such as "60" into vectors at that angle; it notes each text."""

    def __init__(self):
        self.texts = []

    async def embed(self, request):
        from synalinks.language_models import EMResponse

        self.texts += request.texts
        angles = [math.radians(float(text)) for text in request.texts]
        vectors = [[3 * math.cos(one), 3 * math.sin(one)] for one in angles]
        return EMResponse(vectors=vectors)

    async def aclose(self):
        pass


def reward(**options):
    transport = Angles()
    model = synalinks.EmbeddingModel("openai/angles", transport=transport)
    return CosineSimilarity(embedding_model=model, **options), transport


@pytest.mark.parametrize(
    ("y_true", "y_pred", "value"),
    [
        (Answer(answer="0"), Answer(answer="0"), 1.0),
        (Answer(answer="0"), Answer(answer="60"), 0.5),
        (Answer(answer="0"), Answer(answer="90"), 0.0),
        (Answer(answer="0"), Answer(answer="180"), -1.0),
        (Pair(title="0", body="0"), Pair(title="0", body="90"), 0.5),
        (Pair(title="0", body="0"), Pair(title="0"), 0.5),
        (Pair(), Pair(), 1.0),
        (Pair(year=60), Pair(year=0), 2.5 / 3),
    ],
)
async def test_the_value_is_the_mean_cosine_of_the_fields(y_true, y_pred, value):
    """Fields without a text are like each other and like nothing else."""
    given, _ = reward()

    assert await given(y_true, y_pred) == pytest.approx(value)


async def test_each_sample_costs_one_call_and_no_empty_text_is_sent():
    """Providers refuse empty texts, and bill each one."""
    given, transport = reward(in_mask=["title", "body"])

    await given(Pair(title="0", body=" "), Pair(title="60"))

    assert sorted(transport.texts) == ["0", "60"]


async def test_a_missing_prediction_is_not_embedded():
    """It is worth nothing, also when the function is called by itself."""
    given, transport = reward()

    assert await given(Answer(answer="0"), None) == 0.0
    assert await cosine_similarity(Answer(answer="0"), None) == 0.0
    assert transport.texts == []


async def test_the_default_model_of_the_session_is_used():
    """And its absence is told, with what to do."""
    with pytest.raises(ConfigurationError, match="set_default_embedding_model"):
        await CosineSimilarity()(Answer(answer="a"), Answer(answer="b"))

    synalinks.set_default_embedding_model("embedded/hash")
    same = Answer(answer="one two")
    assert await CosineSimilarity()(same, same) == pytest.approx(1.0)


@pytest.mark.parametrize("y_true", [None, [Answer(answer="0")]])
async def test_one_output_is_compared_with_one_target(y_true):
    """Anything else is a mistake in the set-up."""
    given, _ = reward()

    with pytest.raises(ConfigurationError, match="compares one output with one"):
        await given(y_true, Answer(answer="0"))


async def test_a_text_has_one_axis():
    """Another one is refused."""
    with pytest.raises(ConfigurationError, match="`axis` of `cosine_similarity` is -1"):
        await CosineSimilarity("embedded/hash", axis=0)(
            Answer(answer="a"), Answer(answer="a")
        )


async def test_it_is_saved_with_its_model():
    """And made again."""
    made = deserialize(serialize(CosineSimilarity("embedded/hash", name="like")))

    assert made.name == "like"
    assert made.embedding_model.model == "embedded/hash"
