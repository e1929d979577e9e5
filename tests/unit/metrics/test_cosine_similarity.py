"""How alike predictions and targets are in meaning, on average."""

import pytest

import synalinks
from synalinks.metrics import CosineSimilarity, get
from tests.builders import Answer


async def test_the_mean_of_the_samples_is_told():
    """A failed sample counts as nothing alike; calls count as scoring."""
    metric = CosineSimilarity(embedding_model="embedded/hash")
    same = Answer(answer="the blue house")

    await metric.update_state(same, same)
    await metric.update_state(same, None)

    assert metric.result() == pytest.approx(0.5)
    assert metric.direction == "up"
    assert metric.embedding_model.reward_cumulated_calls == 1
    assert metric.embedding_model.inference_cumulated_calls == 0


async def test_it_is_found_by_name():
    """With the default model of the session."""
    synalinks.set_default_embedding_model("embedded/hash")

    assert get("cosine_similarity").embedding_model.model == "embedded/hash"
