"""Embedding models by identifier or configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from synalinks import config
from synalinks.embedding_models._embedding_model import EmbeddingModel
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import session_model
from synalinks.saving import (
    deserialize_synalinks_object,
    serialize_synalinks_object,
)

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
        default = config.default_embedding_model()
        return None if default is None else get(default)
    if isinstance(identifier, EmbeddingModel):
        return identifier
    if isinstance(identifier, str):
        return session_model(EmbeddingModel, identifier)
    if isinstance(identifier, dict):
        return deserialize(cast("JsonObject", identifier))
    msg = (
        "An embedding model is an `EmbeddingModel`, a name such as "
        "'openai/text-embedding-3-small', or a configuration, received: "
        f"{show(identifier)}."
    )
    raise ConfigurationError(msg)


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
    if "class_name" not in config:
        return EmbeddingModel.from_config(config)
    found = deserialize_synalinks_object(config, custom_objects)
    if not isinstance(found, EmbeddingModel):
        msg = (
            "Expected the configuration of an embedding model, received: "
            f"{show(config)}."
        )
        raise ConfigurationError(msg)
    return found
