"""Which transport carries the requests of a model."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show
from synalinks.language_models._direct import DirectTransport
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
    if choice not in {"auto", "direct", "litellm"}:
        msg = (
            "`transport` is 'auto', 'direct', 'litellm' or an object with `send` and "
            f"`aclose`, received: {show(choice)}."
        )
        raise ConfigurationError(msg)
    if choice == "litellm":  # may know providers that our table does not
        return LiteLLMTransport()
    own = provider_info(provider).transport
    if own == "embedded":
        return _embedded(kwargs)
    return (
        LiteLLMTransport()
        if (own, choice) == ("litellm", "auto")
        else DirectTransport()
    )


def _embedded(kwargs: JsonObject) -> LMTransport:
    from synalinks.language_models._embedded import (
        EmbeddedTransport,
    )

    known: Any = inspect.signature(EmbeddedTransport).parameters
    settings = {name: kwargs.pop(name) for name in list(kwargs) if name in known}
    return EmbeddedTransport(**settings)
