"""Every exception of litellm becomes one of ours."""

import os

import httpx
import pytest

from synalinks import errors
from synalinks.language_models import LiteLLMTransport, LMRequest
from synalinks.language_models._litellm_errors import _BY_NAME, error_of_exception

REQUEST = LMRequest(model="openai/x", messages=[], api_key="the-secret-key")


def test_every_exception_of_litellm_is_mapped():
    """When litellm adds an exception that is of no known kind, this test says so."""
    import litellm.exceptions

    defined = [
        value
        for value in vars(litellm.exceptions).values()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__ == "litellm.exceptions"
    ]

    assert len(defined) >= 30
    for exception in defined:
        kinds = {cls.__name__ for cls in exception.__mro__} & set(_BY_NAME)
        assert kinds - {"OpenAIError", "APIError"} or exception.__name__ in _BY_NAME


def test_what_broke_a_stream_is_unwrapped():
    """The wrapper says 503 whatever happened inside it."""
    import litellm.exceptions as raised

    inner = raised.APIConnectionError("no end", llm_provider="openai", model="x")
    outer = raised.MidStreamFallbackError("no end", "x", "openai", inner)

    assert type(error_of_exception(outer, REQUEST)) is errors.ConnectionLostError


def test_http_answers_in_the_chain_win():
    """litellm changes status codes; the client below it knows the true one."""
    response = httpx.Response(
        429,
        headers={"Retry-After": "3"},
        text="slow down",
        request=httpx.Request("POST", "http://localhost"),
    )
    outer = ValueError("litellm.InternalServerError: something else")
    outer.__cause__ = httpx.HTTPStatusError("429", request=None, response=response)

    error = error_of_exception(outer, REQUEST)

    assert type(error) is errors.RateLimitedError
    assert (error.status_code, error.retry_after_s) == (429, 3.0)
    assert "slow down" in str(error)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectError("no"), errors.ConnectionLostError),
        (httpx.ReadTimeout("no"), errors.TimedOutError),
        (httpx.RemoteProtocolError("no"), errors.ConnectionLostError),
        (ValueError("no"), errors.ServerError),
    ],
)
def test_causes_are_looked_for(cause, kind):
    """A connection that broke is told from a server that failed."""
    outer = RuntimeError("litellm says so")
    outer.__context__ = cause

    assert type(error_of_exception(outer, REQUEST)) is kind


def test_an_answer_that_was_not_read_has_the_words_of_its_exception():
    """Of a stream that was refused, the client may not have the body."""
    response = httpx.Response(
        401,
        stream=httpx.ByteStream(b"unread"),
        request=httpx.Request("POST", "http://localhost"),
    )
    refused = httpx.HTTPStatusError("wrong key", request=None, response=response)

    error = error_of_exception(refused, REQUEST)

    assert type(error) is errors.AuthenticationError
    assert "HTTP 401: wrong key." in str(error)


def test_what_a_server_reports_inside_a_stream_is_heard():
    """OpenAI's client raises it with the event as its body."""
    import openai

    request = httpx.Request("POST", "http://localhost")
    body = {"code": 429, "message": "slow down"}
    reported = openai.APIError("broke off", request, body=body)

    error = error_of_exception(reported, REQUEST)

    assert type(error) is errors.RateLimitedError
    assert "slow down" in str(error)


def test_messages_have_no_key():
    """litellm repeats requests in its messages."""
    error = error_of_exception(ValueError("sent the-secret-key"), REQUEST)

    assert str(error) == "`openai/x` gave no answer: ValueError: sent ***"


def test_our_own_errors_pass():
    """A key that is missing is told by us."""
    ours = errors.AuthenticationError("no key", model="openai/x")

    assert error_of_exception(ours, REQUEST) is ours


def test_making_a_transport_imports_nothing():
    """litellm takes seconds to import: only when it is used."""
    assert LiteLLMTransport()._loaded == []


@pytest.mark.parametrize(
    "said",
    [
        "Missing Gemini API key. Set the GEMINI_API_KEY or GOOGLE_API_KEY",
        "AzureException APIError - Missing credentials. Please pass one of `api_key`",
        "The api_key client option must be set either by passing api_key",
        "Fireworks_aiException - FIREWORKS_API_KEY is not set",
        "default auth: cannot configure default credentials, please check",
        "Your default credentials were not found. To set up",
    ],
)
def test_a_missing_key_is_told_from_a_lost_connection(said):
    """litellm has no kind of its own for it, in most of its providers."""
    import litellm.exceptions as raised

    error = raised.APIConnectionError(said, llm_provider="gemini", model="x")

    assert type(error_of_exception(error, REQUEST)) is errors.AuthenticationError


def test_what_litellm_quotes_says_nothing_of_keys():
    """Its messages end in tracebacks and in what was sent or answered."""
    error = RuntimeError(f"no end\nMissing API key {'x' * 300} Missing credentials")
    late = RuntimeError(f"{'x' * 400} Missing credentials")

    for one in (error, late):
        assert type(error_of_exception(one, REQUEST)) is errors.ServerError


@pytest.mark.parametrize("own", [None, "False"])
def test_litellm_fetches_no_lists_unless_the_user_wants_it(own, monkeypatch):
    """It would do so inside a call, in which the event loop waits."""
    names = ["LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS"]
    for name in names:
        monkeypatch.setenv(name, "-")  # for what is undone after the test
        monkeypatch.delenv(name)
        if own is not None:
            monkeypatch.setenv(name, own)

    LiteLLMTransport().prepare()

    assert [os.environ[name] for name in names] == [own or "True"] * 2
