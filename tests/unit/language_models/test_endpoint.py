"""A request goes where the user says, else the environment, else the table."""

import pytest

from synalinks.errors import AuthenticationError, ConfigurationError
from synalinks.language_models import LanguageModel, LMRequest
from synalinks.language_models._endpoint import endpoint_of, secrets_of


def request_to(model, **fields):
    return LMRequest(model=model, messages=[], **fields)


def test_argument_wins_over_environment_over_table(monkeypatch):
    """The address of the argument is taken first."""
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")

    assert endpoint_of(request_to("openai/x")).api_base == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy/v1/")
    assert endpoint_of(request_to("openai/x")).api_base == "http://proxy/v1"
    given = endpoint_of(request_to("openai/x", api_base="http://mine/v1"))
    assert (given.api_base, given.is_own) == ("http://mine/v1", False)


def test_key_of_the_call_wins(monkeypatch):
    """The key of the argument is taken before the one of the environment."""
    monkeypatch.setenv("GROQ_API_KEY", "from-environment")

    assert endpoint_of(request_to("groq/x")).api_key == "from-environment"
    assert endpoint_of(request_to("groq/x", api_key="mine")).api_key == "mine"


def test_no_key_for_a_paid_endpoint_is_told_before_sending():
    """The message names the variable to set."""
    with pytest.raises(AuthenticationError) as caught:
        endpoint_of(request_to("openai/x"))

    assert str(caught.value) == (
        "No key for `openai/x`: set `OPENAI_API_KEY` in the environment or pass "
        "`api_key=`."
    )


@pytest.mark.parametrize("model", ["ollama/x", "vllm/x", "anthropic/x", "embedded/x"])
def test_some_providers_need_no_key_from_us(model):
    """Local servers have none, and litellm looks for its own."""
    assert endpoint_of(request_to(model)).api_key is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
    ],
)
def test_ollama_is_reached_at_its_compatible_address(given, used):
    """Users of Ollama give the address of its own API."""
    assert endpoint_of(request_to("ollama/x", api_base=given)).api_base == used


def test_secrets_are_all_that_may_not_be_shown(monkeypatch):
    """Keys, secret headers, passwords in URLs and secrets of the environment."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "environment-key")
    request = request_to(
        "anthropic/x",
        api_key="argument-key",
        api_base="http://me:password@host/v1?key=query",
        headers={"Authorization": "Bearer header-key", "x-title": "shown"},
        params={
            "client_secret": "parameter",
            "extra_body": {"routes": [{"api_key": "inner"}], "top_k": "shown"},
        },
    )

    secrets = secrets_of(request)

    assert {
        "environment-key", "argument-key", "password", "key=query", "query",
        "header-key", "parameter", "inner",
    } <= set(secrets)  # fmt: skip
    assert "shown" not in secrets


@pytest.mark.parametrize(
    "address", ["localhost:8000/v1", "me:secret@localhost/v1?key=secret", "ftp://x", ""]
)
def test_an_address_of_no_http_is_refused(address, monkeypatch):
    """A mistyped address is told before anything is sent, without what is secret."""
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    wanted = r"`openai/x` begins with `http://` or `https://`"

    if address:
        with pytest.raises(ConfigurationError, match=wanted) as caught:
            endpoint_of(request_to("openai/x"))
        assert "secret" not in str(caught.value)
    with pytest.raises(ConfigurationError, match=wanted) as caught:
        LanguageModel("openai/x", api_base=address)
    assert "secret" not in str(caught.value)
