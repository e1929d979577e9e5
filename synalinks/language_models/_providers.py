"""Which providers there are, where they are, and what they can do."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from synalinks.errors import ConfigurationError, did_you_mean, show

TransportName: TypeAlias = Literal["direct", "litellm", "embedded"]
StrategyName: TypeAlias = Literal[
    "strict_json_schema", "json_schema", "json_object", "forced_tool"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of the provider table."""

    name: str
    """First part of model identifiers."""
    transport: TransportName
    """What carries requests when the user does not choose."""
    strategy: StrategyName
    """How answers are made to fit a schema."""
    api_base: str | None = None
    """Address; None where the transport knows it."""
    base_variables: tuple[str, ...] = ()
    """Environment variables that give another address."""
    key_variables: tuple[str, ...] = ()
    """Environment variables that may hold the key."""
    litellm_prefix: str = ""
    """What litellm calls the provider; empty for the same name."""
    litellm_loses: frozenset[str] = frozenset()
    """Types of content parts that litellm leaves out of what it sends."""
    shows_schema: bool = False
    """Whether the schema is written into the prompt as well."""
    inlines_refs: bool = False
    """Whether `$ref` is not understood in schemas."""
    is_local: bool = False
    """Whether the user's own machine answers, at no price per token."""
    is_reasoning: bool = False
    """Whether `reasoning_effort` is understood."""
    shows_reasoning: bool = False
    """Whether answers come with what the model thought, if it can think."""
    takes_thoughts: bool = False
    """Whether it wants its `thinking_blocks` back with the next request."""
    drops: frozenset[str] = field(default_factory=frozenset[str])
    """Parameters that the endpoint refuses, left out by the direct transport."""
    renames: tuple[tuple[str, str], ...] = ()
    """Parameters that the provider's own endpoint calls otherwise."""


# What litellm has no word for in other languages than OpenAI's, and leaves out.
_LINKS = frozenset({"audio_url", "video_url"})
_SOUND = _LINKS | {"input_audio"}
_NO_TOP_K = frozenset({"top_k"})
_THINKS = {"is_reasoning": True, "shows_reasoning": True, "takes_thoughts": True}
_THINKS_AND_IS_DEAF = {**_THINKS, "litellm_loses": _SOUND}


def _direct(name: str, api_base: str, **more: Any) -> Provider:
    row = Provider(
        name=name,
        transport="direct",
        strategy="strict_json_schema",
        api_base=api_base,
        base_variables=(f"{name.upper()}_API_BASE",),
        key_variables=(f"{name.upper()}_API_KEY",),
    )
    return replace(row, **more)


def _local(name: str, api_base: str, litellm_prefix: str = "") -> Provider:
    return _direct(
        name,
        api_base,
        strategy="json_schema",
        litellm_prefix=litellm_prefix,
        shows_schema=True,
        is_local=True,
        is_reasoning=True,
        shows_reasoning=True,
    )


def _litellm(
    name: str, strategy: StrategyName = "json_object", **more: Any
) -> Provider:
    row = Provider(name=name, transport="litellm", strategy=strategy)
    return replace(row, **more)


_HOSTED_VLLM = replace(
    _local("vllm", "http://localhost:8000/v1", "hosted_vllm"),
    base_variables=("HOSTED_VLLM_API_BASE", "VLLM_API_BASE"),
    key_variables=("HOSTED_VLLM_API_KEY", "VLLM_API_KEY"),
)
_OLLAMA = replace(
    _local("ollama", "http://localhost:11434/v1", "ollama_chat"),
    litellm_loses=_SOUND | {"file"},
)

_ROWS = (
    _direct(
        "openai",
        "https://api.openai.com/v1",
        base_variables=("OPENAI_API_BASE", "OPENAI_BASE_URL"),
        drops=_NO_TOP_K,
        is_reasoning=True,
        renames=(("max_tokens", "max_completion_tokens"),),
    ),
    _direct(
        "openrouter",
        "https://openrouter.ai/api/v1",
        shows_schema=True,
        is_reasoning=True,
        shows_reasoning=True,
    ),
    _direct(
        "groq",
        "https://api.groq.com/openai/v1",
        strategy="json_object",
        drops=_NO_TOP_K,
        is_reasoning=True,
        shows_reasoning=True,
    ),
    _direct(
        "deepseek",
        "https://api.deepseek.com/v1",
        strategy="json_object",
        litellm_loses=_SOUND | {"file", "image_url"},
        shows_reasoning=True,
        drops=_NO_TOP_K | {"seed"},
    ),
    _direct("together_ai", "https://api.together.xyz/v1", strategy="json_schema"),
    _direct(
        "mistral",
        "https://api.mistral.ai/v1",
        drops=_NO_TOP_K | {"stream_options"},  # it tells the usage in any case
        litellm_loses=_SOUND,
        shows_reasoning=True,
        renames=(("seed", "random_seed"),),
    ),
    _direct("xai", "https://api.x.ai/v1", drops=_NO_TOP_K, is_reasoning=True),
    _direct(
        "doubleword",
        "https://api.doubleword.ai/v1",
        strategy="json_schema",
        litellm_prefix="openai",
        shows_schema=True,
    ),
    _OLLAMA,
    replace(_OLLAMA, name="ollama_chat"),
    _HOSTED_VLLM,
    replace(_HOSTED_VLLM, name="hosted_vllm"),
    _local("sglang", "http://localhost:30000/v1", "hosted_vllm"),
    _local("mirai", "http://localhost:8000/v1", "hosted_vllm"),
    _local("lm_studio", "http://localhost:1234/v1"),
    Provider(
        name="embedded", transport="embedded", strategy="json_schema", is_local=True
    ),
    _litellm("anthropic", "json_schema", **_THINKS_AND_IS_DEAF),
    _litellm("azure", "strict_json_schema", is_reasoning=True),
    _litellm("bedrock", "forced_tool", **_THINKS_AND_IS_DEAF),
    _litellm("cohere", "forced_tool", litellm_prefix="cohere_chat", inlines_refs=True),
    _litellm(
        "gemini",
        "json_schema",
        is_reasoning=True,
        shows_reasoning=True,
        litellm_loses=_LINKS,
    ),
    _litellm("huggingface", "json_schema", shows_schema=True, inlines_refs=True),
    _litellm("vertex_ai", "json_schema", litellm_loses=_LINKS, **_THINKS),
    _litellm("sambanova", litellm_loses=_SOUND | {"file", "image_url"}),
    _litellm("azure_ai", litellm_loses=_LINKS),
    # Known to litellm, and served by the strategy that asks least of an endpoint.
    *map(
        _litellm,
        (
            "ai21", "baseten", "cerebras", "cloudflare", "dashscope",
            "databricks", "deepinfra", "fireworks_ai", "friendliai", "github",
            "hyperbolic", "lambda_ai", "litellm_proxy", "llamafile", "meta_llama",
            "minimax", "moonshot", "nebius", "novita", "nvidia_nim", "perplexity",
            "replicate", "vercel_ai_gateway", "watsonx",
        ),
    ),
)  # fmt: skip

PROVIDERS: dict[str, Provider] = {row.name: row for row in _ROWS}


def supported_providers() -> list[str]:
    """Return the names that a model's identifier may start with, in order."""
    return sorted(PROVIDERS)


def provider_info(provider: str) -> Provider:
    """Return what is known of a provider.

    Args:
        provider: Its name, such as `"openai"`.

    Raises:
        ConfigurationError: There is no such provider.
    """
    row = PROVIDERS.get(provider)
    if row is None:
        msg = (
            f"Unknown provider {show(provider)}.{did_you_mean(provider, PROVIDERS)} "
            f"Known: {', '.join(supported_providers())}. For another provider of "
            "litellm, pass `transport='litellm'`; for any OpenAI-compatible server, "
            "use the model `'openai/<name>'` with `api_base=`."
        )
        raise ConfigurationError(msg)
    return row


def provider_or_default(provider: str) -> Provider:
    """Return the row of a provider, or one that asks least for an unknown one.

    Args:
        provider: Its name.
    """
    return PROVIDERS.get(provider) or _litellm(provider)


def split_identifier(model: object) -> tuple[str, str]:
    """Return provider and name of `"provider/name"`.

    Args:
        model: Identifier of a model.

    Raises:
        ConfigurationError: It does not have that form.
    """
    if isinstance(model, str):
        provider, _, name = model.partition("/")
        if provider and name:
            return provider, name
    hint = did_you_mean(model, PROVIDERS) if isinstance(model, str) else ""
    msg = (
        "`model` is `'provider/name'`, such as `'openai/gpt-4o-mini'` or "
        f"`'embedded/learner'`, received: {show(model)}.{hint} "
        f"Providers: {', '.join(supported_providers())}."
    )
    raise ConfigurationError(msg)


def first_set(variables: tuple[str, ...]) -> str | None:
    """Return the value of the first environment variable that is set.

    Args:
        variables: Names of environment variables.
    """
    for name in variables:
        value = os.environ.get(name)
        if value:
            return value
    return None
