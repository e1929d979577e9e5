"""Keys of providers that only litellm knows: found by it, and told when missing."""

import asyncio
import http.server
import threading

import pytest

from synalinks import errors
from synalinks.embedding_models import EmbeddingModel
from synalinks.language_models import LanguageModel

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
]

CANARY = "canary-key-31337"


async def ask(model):
    """Ask a model of either kind once."""
    if isinstance(model, EmbeddingModel):
        return await model.embed(["a"])
    return await model([{"role": "user", "content": "Was it good?"}])


class Refusing(http.server.BaseHTTPRequestHandler):
    """Refuses what is sent to any path, and keeps its headers."""

    def do_POST(self):
        self.server.received.append(dict(self.headers))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def refusing():
    """Return a server for APIs of every kind."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.received = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("azure/m", "AZURE_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
        ("databricks/m", "DATABRICKS_API_KEY"),
        ("azure_ai/m", "AZURE_AI_API_KEY"),
        ("litellm_proxy/m", "LITELLM_PROXY_API_KEY"),
    ],
)
def test_a_key_in_the_environment_goes_to_an_address_of_the_user(
    refusing, monkeypatch, model, variable
):
    """Also one that only litellm knows how to find."""
    monkeypatch.setenv(variable, CANARY)
    embeds = not model.startswith("anthropic")

    for kind in (LanguageModel, EmbeddingModel) if embeds else (LanguageModel,):
        asked = kind(model, refusing.address, retry=1)
        with pytest.raises(errors.BadRequestError):
            asyncio.run(ask(asked))

        headers = refusing.received.pop()
        assert {CANARY, f"Bearer {CANARY}"} & set(headers.values())
        assert refusing.received == []


@pytest.mark.parametrize("kind", [LanguageModel, EmbeddingModel])
def test_an_endpoint_without_a_key_gets_no_other_providers(refusing, monkeypatch, kind):
    """litellm's client wants some key; that of OpenAI is not for all endpoints."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    asked = kind("litellm_proxy/m", refusing.address, retry=1)

    with pytest.raises(errors.BadRequestError):
        asyncio.run(ask(asked))

    (headers,) = refusing.received
    assert "Bearer none" in headers.values()


@pytest.mark.parametrize(
    "model",
    [
        "azure/m", "cerebras/m", "fireworks_ai/m", "github/m", "perplexity/m",
    ],
)  # fmt: skip
def test_a_key_that_litellm_does_not_find_is_told_at_once(model, monkeypatch):
    """It raises what stands for a lost connection or a server that failed."""
    monkeypatch.setenv("AZURE_API_BASE", "http://127.0.0.1:9")
    asked = LanguageModel(model, retry=5, timeout=30)

    with pytest.raises(errors.AuthenticationError):
        asyncio.run(ask(asked))

    assert asked.cumulated_attempts == 1
