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
