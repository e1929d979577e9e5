"""The provider table knows who is there and what they can do."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.language_models import (
    LanguageModel,
    provider_info,
    supported_providers,
)
from synalinks.language_models._providers import PROVIDERS, split_identifier

NAMED_BY_THE_API = [
    "anthropic", "azure", "bedrock", "cohere", "deepseek", "doubleword", "gemini",
    "groq", "huggingface", "mirai", "mistral", "ollama", "openai", "openrouter",
    "sglang", "together_ai", "vllm", "xai",
]  # fmt: skip
DIRECT = [
    "openai", "hosted_vllm", "vllm", "sglang", "lm_studio", "openrouter", "groq",
    "deepseek", "together_ai", "mistral", "xai", "ollama", "doubleword", "mirai",
]  # fmt: skip


def test_every_provider_of_the_api_is_known():
    """The documented providers, and the embedded model, can be named."""
    assert set(NAMED_BY_THE_API) | {"embedded"} <= set(supported_providers())
    assert supported_providers() == sorted(supported_providers())


@pytest.mark.parametrize("name", DIRECT)
def test_compatible_endpoints_are_reached_directly(name):
    """Endpoints that speak OpenAI's API need no litellm, and have an address."""
    assert provider_info(name).transport == "direct"
    assert provider_info(name).api_base.endswith("/v1")


@pytest.mark.parametrize(
    ("name", "litellm_prefix"),
    [
        ("ollama", "ollama_chat"),
        ("vllm", "hosted_vllm"),
        ("doubleword", "openai"),
        ("mirai", "hosted_vllm"),
        ("sglang", "hosted_vllm"),
        ("openai", ""),
    ],
)
def test_names_are_rewritten_for_litellm(name, litellm_prefix):
    """litellm knows some providers by another name."""
    assert provider_info(name).litellm_prefix == litellm_prefix


def test_rows_are_keyed_by_their_name():
    """No name stands in the table twice."""
    assert all(row.name == name for name, row in PROVIDERS.items())


def test_an_unknown_provider_is_refused_with_the_nearest_name():
    """A typo is found when the model is made, before any call."""
    with pytest.raises(ConfigurationError) as caught:
        LanguageModel("opnai/gpt-4o-mini")

    assert str(caught.value).startswith(
        "Unknown provider 'opnai'. Did you mean `openai`? Known: ai21, anthropic,"
    )


def test_litellm_may_know_more_providers():
    """Asking for litellm opens every provider that it has."""
    assert LanguageModel("brand_new/model", transport="litellm").provider == "brand_new"


@pytest.mark.parametrize("model", [None, "", "gpt-4o", "openai/", "/gpt", 3])
def test_an_identifier_has_two_parts(model):
    """Provider and name are both needed."""
    with pytest.raises(ConfigurationError, match=r"`model` is `'provider/name'`"):
        LanguageModel(model)


def test_a_bare_provider_gets_a_hint():
    """The message names what was probably meant."""
    with pytest.raises(ConfigurationError, match="Did you mean `openai`"):
        split_identifier("openay")
