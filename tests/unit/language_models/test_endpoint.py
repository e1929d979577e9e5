"""A request goes where the user says, else the environment, else the table."""

import re
from types import MappingProxyType

import pytest

from synalinks.errors import AuthenticationError, ConfigurationError
from synalinks.language_models import LanguageModel, LMRequest
from synalinks.language_models._endpoint import (
    check_credentials,
    endpoint_of,
    secrets_of,
)
from synalinks.language_models._redaction import redact


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
    monkeypatch.setenv("PWD", "/shown")
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
    assert not {"shown", "/shown"} & set(secrets)


@pytest.mark.parametrize(
    "said",
    ["p@ss/word", "p%40ss%2Fword", "a b+c", "a%20b%2Bc", "first-part-and-more"],
)
def test_secrets_are_found_in_every_spelling(said):
    """As they stand in an address and as a server reads them; the longest first."""
    request = request_to(
        "openai/x",
        api_base="http://me:p%40ss%2Fword@host/v1?key=a%20b%2Bc",
        api_key="first-part",
        params={"client_secret": "first-part-and-more"},
    )

    assert redact(f"<{said}>", secrets_of(request)) == "<***>"


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


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1/v1",
        "http://.../v1",
        "http://a..b/v1",
        "http://127.0.0.1:abc/v1",
        "http://127.0.0.1:99999/v1",
        "http://:8000/v1",
        "http://me:secret@/v1",
    ],
)
def test_an_address_that_no_client_reaches_is_refused(address, monkeypatch):
    """Its host or its port is none: that is told when the model is made."""
    wanted = "`openai/x` has the name of a host, and a port"
    monkeypatch.setenv("OPENAI_BASE_URL", address)

    with pytest.raises(ConfigurationError, match=wanted):
        endpoint_of(request_to("openai/x"))
    with pytest.raises(ConfigurationError, match=wanted) as caught:
        LanguageModel("openai/x", api_base=address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["http://[::1]:8000/v1", "http://my_host:1", "https://bücher.example/v1?a=b"],
)
def test_addresses_that_can_be_reached(address):
    """Hosts have names of many forms."""
    assert LanguageModel("openai/x", api_base=address).api_base == address


def test_a_key_of_the_environment_beside_the_user_of_an_address(monkeypatch):
    """It is told before sending, so that a fallback can be asked."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-31337")

    with pytest.raises(AuthenticationError, match="has a user") as caught:
        endpoint_of(request_to("openai/x", api_base="http://me:secret@host/v1"))

    assert "31337" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"api_key": 31337},
            "`api_key` of it is a text, received: a value of type `int`",
        ),
        ({"extra_headers": [("X", "31337")]}, "received: a value of type `list`"),
        ({"extra_headers": {"X": 31337}}, "received: a value of type `int` as 'X'"),
        ({"headers": {1: "31337"}}, "received: a value of type `str` as 1"),
        ({"headers": {"X": "31337\n"}}, "a dict of texts of one line"),
    ],
    ids=["key", "list", "number", "name", "two lines"],
)
def test_credentials_that_cannot_be_sent(params, message):
    """The message tells the type and never the value."""
    with pytest.raises(ConfigurationError, match=re.escape(message)) as caught:
        check_credentials(params, "it")

    assert "31337" not in str(caught.value)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"api_key": None, "extra_headers": None},
        {"api_key": "", "headers": {}},
        {"api_key": "k", "extra_headers": MappingProxyType({"X-Team": "a b"})},
    ],
)
def test_credentials_as_they_should_be(params):
    """Texts, or nothing."""
    check_credentials(params, "it")


def test_a_key_with_a_line_break_is_told_before_sending(monkeypatch):
    """Keys that were read from files often end with one."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-31337\n")

    with pytest.raises(AuthenticationError, match="line break") as caught:
        endpoint_of(request_to("openai/x"))

    assert "31337" not in str(caught.value)
