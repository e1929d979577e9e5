"""Costs are those that litellm comes to with the same price list."""

import pytest

from synalinks.contracts import Usage
from synalinks.language_models._pricing import cost_usd

pytestmark = pytest.mark.integration

PROVIDERS = ("anthropic", "gemini", "dashscope")
N_MODELS = 10  # of each: the list is read for each
USAGES = {
    "short": {"prompt_tokens": 1000, "completion_tokens": 100},
    "cached": {"prompt_tokens": 1000, "completion_tokens": 100, "cached_tokens": 400},
    "thinking": {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "reasoning_tokens": 300,
    },
    "long": {
        "prompt_tokens": 300_000,
        "completion_tokens": 5000,
        "cached_tokens": 100_000,
        "cache_creation_tokens": 50_000,
    },
    "sound": {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "audio_prompt_tokens": 700,
        "audio_completion_tokens": 200,
    },
}


def litellms_cost(model, usage, service_tier=None):
    """Return what litellm would say that a call cost."""
    from litellm import cost_per_token
    from litellm.types.utils import (
        CompletionTokensDetailsWrapper,
        PromptTokensDetailsWrapper,
    )
    from litellm.types.utils import Usage as LiteLLMUsage

    taken = LiteLLMUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.tokens,
        prompt_tokens_details=PromptTokensDetailsWrapper(
            cached_tokens=usage.cached_tokens,
            cache_creation_tokens=usage.cache_creation_tokens,
            audio_tokens=usage.audio_prompt_tokens,
        ),
        completion_tokens_details=CompletionTokensDetailsWrapper(
            reasoning_tokens=usage.reasoning_tokens,
            audio_tokens=usage.audio_completion_tokens,
        ),
    )
    return sum(
        cost_per_token(model=model, usage_object=taken, service_tier=service_tier)
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_costs(provider):
    """Long prompts, cached tokens and thoughts have prices of their own."""
    import litellm

    models = [
        f"{provider}/{key.removeprefix(f'{provider}/')}"
        for key, info in litellm.model_cost.items()
        if info.get("litellm_provider") == provider and info.get("mode") == "chat"
    ]
    usages = [Usage(calls=1, **one) for one in USAGES.values()]
    known = [model for model in models if cost_usd(model, usages[0])][:N_MODELS]

    ours = {model: [cost_usd(model, one) for one in usages] for model in known}

    assert len(known) == N_MODELS
    for model, costs in ours.items():
        assert costs == pytest.approx([litellms_cost(model, one) for one in usages])


@pytest.mark.parametrize("tier", ["flex", "priority"])
@pytest.mark.parametrize(
    "model",
    ["openai/gpt-5", "openai/gpt-5.4", "gemini/gemini-2.5-pro", "openai/gpt-audio"],
)
def test_costs_of_service_tiers(model, tier):
    """What is known of a tier is what litellm comes to; the rest is unknown."""
    usages = [Usage(calls=1, **one) for one in USAGES.values()]

    ours = {usage: cost_usd(model, usage, tier) for usage in usages}
    known = {usage: cost for usage, cost in ours.items() if cost is not None}

    assert bool(known) is (model != "openai/gpt-audio")
    assert known == pytest.approx(
        {usage: litellms_cost(model, usage, tier) for usage in known}
    )
