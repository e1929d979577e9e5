"""Which transport carries the requests of a model."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show
from synalinks.language_models._direct import DirectTransport
from synalinks.language_models._em_request import EMTransport
from synalinks.language_models._lm_transport import LMTransport
from synalinks.language_models._providers import provider_info
from synalinks.language_models._transport import LiteLLMTransport

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


def make_transport(provider: str, choice: object, kwargs: JsonObject) -> LMTransport:
    """Return the transport for a provider.

    Args:
        provider: Name of the provider.
        choice: `"auto"`, `"direct"`, `"litellm"`, or a transport.
        kwargs: Parameters of the model; those that are settings of the embedded model
            are used here and taken out.

    Raises:
        ConfigurationError: The provider or the choice is not known.
    """
    if isinstance(choice, LMTransport):
        return choice
    return _over_http(provider, choice, "send") or _embedded(kwargs)


def make_embedding_transport(provider: str, choice: object) -> EMTransport:
    """Return the transport for the embeddings of a provider.

    Args:
        provider: Name of the provider.
        choice: `"auto"`, `"direct"`, `"litellm"`, or a transport.

    Raises:
        ConfigurationError: The provider or the choice is not known.
    """
    if isinstance(choice, EMTransport):
        return choice
    return _over_http(provider, choice, "embed") or _embedded_vectors()


def _over_http(
    provider: str, choice: object, method: str
) -> DirectTransport | LiteLLMTransport | None:
    """Return the transport that is chosen; None for the embedded model's.

    Raises:
        ConfigurationError: The provider or the choice is not known.
    """
    if choice not in {"auto", "direct", "litellm"}:
        msg = (
            f"`transport` is 'auto', 'direct', 'litellm' or an object with `{method}` "
            f"and `aclose`, received: {show(choice)}."
        )
        raise ConfigurationError(msg)
    if choice == "litellm":  # may know providers that our table does not
        return LiteLLMTransport()
    own = provider_info(provider).transport
    if own == "embedded":
        return None
    is_litellms = (own, choice) == ("litellm", "auto")
    return LiteLLMTransport() if is_litellms else DirectTransport()


def _embedded(kwargs: JsonObject) -> LMTransport:
    from synalinks.language_models._embedded import (
        EmbeddedTransport,
    )

    known: Any = inspect.signature(EmbeddedTransport).parameters
    settings = {name: kwargs.pop(name) for name in list(kwargs) if name in known}
    return EmbeddedTransport(**settings)


def _embedded_vectors() -> EMTransport:
    from synalinks.language_models._embedded_vectors import HashTransport

    return HashTransport()
