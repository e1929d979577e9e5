"""Costs come from the price list on disk; what is not on it has no price."""

import subprocess
import sys

import pytest

from synalinks.contracts import Usage
from synalinks.language_models import model_info
from synalinks.language_models._pricing import cost_usd

USAGE = Usage(prompt_tokens=1000, completion_tokens=100, cached_tokens=400)


def test_a_known_price():
    """Prompt, cached prompt and answer each have a price."""
    info = model_info("openai/gpt-4o-mini")

    expected = (
        600 * info["input_cost_per_token"]
        + 400 * info["cache_read_input_token_cost"]
        + 100 * info["output_cost_per_token"]
    )
    assert cost_usd("openai/gpt-4o-mini", USAGE) == pytest.approx(expected)
    assert expected > 0


@pytest.mark.parametrize("n_tokens", [200_000, 200_001])
def test_all_of_a_long_prompt_has_another_price(n_tokens):
    """From one token more on, each costs what the list says of such prompts."""
    model = "gemini/gemini-2.5-pro"
    info = model_info(model)
    suffix = "_above_200k_tokens" if n_tokens > 200_000 else ""

    expected = (
        n_tokens * info[f"input_cost_per_token{suffix}"]
        + 100 * info[f"output_cost_per_token{suffix}"]
    )
    usage = Usage(prompt_tokens=n_tokens, completion_tokens=100)
    assert cost_usd(model, usage) == pytest.approx(expected)


def test_thoughts_may_have_a_price_of_their_own():
    """Where the list has one, it is that which is paid."""
    model = "perplexity/sonar-deep-research"
    info = model_info(model)
    usage = Usage(prompt_tokens=1, completion_tokens=100, reasoning_tokens=60)

    expected = (
        info["input_cost_per_token"]
        + 40 * info["output_cost_per_token"]
        + 60 * info["output_cost_per_reasoning_token"]
    )
    assert cost_usd(model, usage) == pytest.approx(expected)


def test_a_model_may_have_prices_by_length_only():
    """Such a list begins with the shortest prompts."""
    model = "dashscope/qwen-flash"
    short, long, *_ = model_info(model)["tiered_pricing"]
    n_tokens = int(short["range"][1])
    usages = [Usage(prompt_tokens=n) for n in (n_tokens, n_tokens + 1)]

    assert [cost_usd(model, usage) for usage in usages] == pytest.approx(
        [
            n_tokens * short["input_cost_per_token"],
            (n_tokens + 1) * long["input_cost_per_token"],
        ]
    )


@pytest.mark.parametrize("model", ["openai/my-own", "groq/gpt-4o-mini", "x/y"])
def test_an_unknown_price_is_not_zero(model):
    """A model of another provider's name is another model."""
    assert cost_usd(model, USAGE) is None


def test_no_usage_has_no_price():
    """A provider that counts no tokens leaves the cost unknown."""
    assert cost_usd("openai/gpt-4o-mini", Usage()) is None


@pytest.mark.parametrize("model", ["embedded/learner", "ollama/llama3", "vllm/x"])
def test_local_models_are_free(model):
    """The user's own machine sends no bill."""
    assert cost_usd(model, USAGE) == 0.0


def test_reading_prices_does_not_import_litellm():
    """The file is read where litellm lies, without its seconds of import."""
    program = (
        "import sys; from synalinks.language_models import model_info; "
        "assert model_info('openai/gpt-4o-mini'); "
        "assert 'litellm' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
