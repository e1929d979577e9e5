"""Embedding models by identifier or configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks import config
from synalinks.embedding_models._embedding_model import EmbeddingModel
from synalinks.language_models import load_model, resolve_model
from synalinks.saving import serialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def get(identifier: Any = None) -> EmbeddingModel | None:
    """Return the embedding model that an argument stands for.

    The same name gives the same object until the session is cleared, so that its
    limits and counters hold for all modules that use it.

    Args:
        identifier: An `EmbeddingModel`, its `"provider/model"` name, its configuration,
            or None for the default of the session.

    Returns:
        The model; None if there is no identifier and no default.

    Raises:
        ConfigurationError: It is none of these.
    """
    if identifier is None:
        identifier = config.default_embedding_model()
    return resolve_model(EmbeddingModel, identifier)


def serialize(embedding_model: EmbeddingModel) -> JsonObject:
    """Return an embedding model as JSON, without any secret.

    Args:
        embedding_model: The model.
    """
    return serialize_synalinks_object(embedding_model)


def deserialize(
    config: JsonObject, custom_objects: Mapping[str, Any] | None = None
) -> EmbeddingModel:
    """Return the embedding model that a JSON form describes.

    Args:
        config: What `serialize` returned, or the constructor's arguments.
        custom_objects: Further classes by name.

    Raises:
        ConfigurationError: It describes something else.
    """
    return load_model(EmbeddingModel, config, custom_objects)
