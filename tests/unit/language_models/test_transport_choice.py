"""The provider decides the transport, unless the user does."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.language_models import DirectTransport, LiteLLMTransport
from synalinks.language_models._embedded import EmbeddedTransport
from synalinks.language_models._transport_choice import make_transport
from synalinks.testing import ScriptedTransport


@pytest.mark.parametrize(
    ("provider", "choice", "kind"),
    [
        ("openai", "auto", DirectTransport),
        ("openai", "litellm", LiteLLMTransport),
        ("anthropic", "auto", LiteLLMTransport),
        ("azure", "direct", DirectTransport),
        ("embedded", "auto", EmbeddedTransport),
        ("never_heard_of", "litellm", LiteLLMTransport),
    ],
)
def test_choice(provider, choice, kind):
    """`auto` goes by the table."""
    assert type(make_transport(provider, choice, {})) is kind


def test_an_own_transport_is_taken_for_any_provider():
    """A double can stand in for every model."""
    transport = ScriptedTransport([])

    assert make_transport("never_heard_of", transport, {}) is transport


def test_settings_of_the_embedded_model_are_not_sent():
    """They make the transport, and are no parameters of requests."""
    kwargs = {"latency_s": 0.5, "temperature": 0.1}

    transport = make_transport("embedded", "auto", kwargs)

    assert transport.latency_s == 0.5
    assert kwargs == {"temperature": 0.1}


@pytest.mark.parametrize("choice", ["http", None, 3, object()])
def test_anything_else_is_refused(choice):
    """The error says what there is to choose from."""
    with pytest.raises(ConfigurationError, match="`transport` is 'auto', 'direct'"):
        make_transport("openai", choice, {})
