"""Embedding models by whatever stands for them."""

import pytest

import synalinks
from synalinks.embedding_models import EmbeddingModel, deserialize, get, serialize
from synalinks.errors import ConfigurationError


def test_an_identifier_gives_one_model_for_all():
    """Limits, counters and known vectors are shared by name."""
    assert get("embedded/hash") is get("embedded/hash")
    assert get("embedded/hash").model == "embedded/hash"


def test_the_default_of_the_session():
    """None stands for it; without one there is none."""
    assert get(None) is None

    synalinks.set_default_embedding_model("embedded/hash")

    assert get(None).model == "embedded/hash"


def test_there_and_back():
    """A configuration gives an equal model."""
    model = EmbeddingModel("embedded/hash", name="n", dimensions=8)

    same = deserialize(serialize(model))

    assert (same.model, same.name, same.default_kwargs) == (
        "embedded/hash", "n", {"dimensions": 8},
    )  # fmt: skip
    assert get({"model": "embedded/hash"}).model == "embedded/hash"
    assert get(model) is model


def test_anything_else_is_refused():
    """The message says what is taken."""
    with pytest.raises(ConfigurationError, match="An embedding model is an `Embedd"):
        get(3)
    with pytest.raises(ConfigurationError, match="configuration of an embedding mode"):
        deserialize(serialize(synalinks.LanguageModel("embedded/learner")))
