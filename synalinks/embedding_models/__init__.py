"""Embedding models: texts to vectors."""

from synalinks._internal.public import publish
from synalinks.embedding_models._embedding_model import EmbeddingModel
from synalinks.embedding_models._lookup import deserialize, get, serialize

__all__ = [
    "EmbeddingModel",
    "deserialize",
    "get",
    "serialize",
]

publish(__name__)
