"""Texts and their embeddings."""

from __future__ import annotations

from pydantic import Field

from synalinks.data_models._data_model import DataModel


class EmbeddingRequest(DataModel):
    """What is to be embedded."""

    texts: str | list[str] = Field(description="A text, or several")


class Embedding(DataModel):
    """The embedding of a text."""

    embedding: list[float] = Field(description="A vector of length `n_dims`")


class Embeddings(DataModel):
    """The embeddings of several texts."""

    embeddings: list[list[float]] = Field(
        description="One vector per text: `(n_texts, n_dims)`"
    )
