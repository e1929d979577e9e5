"""Texts and their embeddings."""

from synalinks.data_models import Embedding, EmbeddingRequest, Embeddings


def test_shapes():
    """One text or several are asked for; vectors are lists of numbers."""
    assert EmbeddingRequest(texts="a").get_json() == {"texts": "a"}
    assert EmbeddingRequest(texts=["a"]).get_json() == {"texts": ["a"]}
    assert Embedding(embedding=[1, 2.5]).get_json() == {"embedding": [1.0, 2.5]}
    assert Embeddings(embeddings=[[1.0]]).get_json() == {"embeddings": [[1.0]]}
