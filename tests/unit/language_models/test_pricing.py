"""Costs come from the price list on disk; what is not on it has no price."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

from synalinks.contracts import Usage
from synalinks.language_models import _pricing, model_info
from synalinks.language_models._pricing import cost_usd, paid_tier

PRICES = {
    "litellm_provider": "openai",
    "input_cost_per_token": 1.0,
    "output_cost_per_token": 2.0,
    "cache_read_input_token_cost": 0.5,
    "output_cost_per_reasoning_token": 3.0,
    "input_cost_per_audio_token": 4.0,
    "input_cost_per_token_above_1k_tokens": 5.0,
    "input_cost_per_token_flex": 10.0,
    "output_cost_per_token_flex": 20.0,
    "output_cost_per_token_slow": 30.0,
}


@contextmanager
def price_list(monkeypatch, prices):
    """Have the price list say this of `openai/tiers`, and nothing else."""

    def forget():
        _pricing.model_info.cache_clear()
        _pricing._by_length.cache_clear()

    with monkeypatch.context() as patch:
        patch.setattr(_pricing, "_read_price_list", lambda: {"openai/tiers": prices})
        forget()
        yield
    forget()


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


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(prompt_tokens=7), 7.0),
        (Usage(prompt_tokens=7, completion_tokens=1), None),
        (Usage(prompt_tokens=7, completion_tokens=1, reasoning_tokens=1), None),
    ],
)
def test_a_price_of_prompts_alone_tells_what_prompts_cost(monkeypatch, usage, expected):
    """Models of vectors have no other; an answer of unknown price is not free."""
    with price_list(monkeypatch, {"input_cost_per_token": 1.0}):
        assert cost_usd("openai/tiers", usage) == expected
    assert cost_usd("mistral/mistral-embed", Usage(prompt_tokens=7)) > 0


def test_a_price_of_answers_alone_tells_nothing(monkeypatch):
    """Half of what is paid would look like all of it."""
    with price_list(monkeypatch, {"output_cost_per_token": 1.0}):
        assert cost_usd("openai/tiers", Usage(completion_tokens=7)) is None


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


def test_sound_has_a_price_of_its_own():
    """Tokens that are heard or spoken cost many times what those of a text cost."""
    info = model_info("openai/gpt-audio")
    usage = Usage(
        prompt_tokens=100,
        completion_tokens=50,
        audio_prompt_tokens=80,
        audio_completion_tokens=30,
    )

    expected = (
        20 * info["input_cost_per_token"]
        + 80 * info["input_cost_per_audio_token"]
        + 20 * info["output_cost_per_token"]
        + 30 * info["output_cost_per_audio_token"]
    )
    assert cost_usd("openai/gpt-audio", usage) == pytest.approx(expected)


def test_sound_costs_what_text_costs_where_the_list_does_not_tell_them_apart():
    """Such a model has one price for all that it is sent."""
    text = Usage(prompt_tokens=100, completion_tokens=50)
    sound = replace(text, audio_prompt_tokens=80, audio_completion_tokens=30)

    costs = [cost_usd("openai/gpt-4o-mini", usage) for usage in (text, sound)]

    assert costs[0] == pytest.approx(costs[1])


@pytest.mark.parametrize("tier", ["flex", "priority"])
def test_a_service_tier_has_its_own_prices(tier):
    """Each kind of token costs what the list says of that tier."""
    info = model_info("openai/gpt-5")

    expected = (
        600 * info[f"input_cost_per_token_{tier}"]
        + 400 * info[f"cache_read_input_token_cost_{tier}"]
        + 100 * info[f"output_cost_per_token_{tier}"]
    )
    assert cost_usd("openai/gpt-5", USAGE, tier) == pytest.approx(expected)
    assert expected != pytest.approx(cost_usd("openai/gpt-5", USAGE))


def test_long_prompts_have_prices_of_their_own_in_a_tier():
    """The length counts in every tier."""
    info = model_info("gemini/gemini-2.5-pro")
    usage = Usage(prompt_tokens=200_001, completion_tokens=100)

    expected = (
        200_001 * info["input_cost_per_token_above_200k_tokens_priority"]
        + 100 * info["output_cost_per_token_above_200k_tokens_priority"]
    )
    found = cost_usd("gemini/gemini-2.5-pro", usage, "priority")
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("tier", "counts", "expected"),
    [
        ("flex", {"prompt_tokens": 2, "completion_tokens": 3}, 80.0),
        ("flex", {"prompt_tokens": 2, "cache_creation_tokens": 1}, 20.0),
        ("flex", {"prompt_tokens": 2, "cached_tokens": 1}, None),
        ("flex", {"prompt_tokens": 2, "audio_prompt_tokens": 1}, None),
        ("flex", {"completion_tokens": 2, "reasoning_tokens": 1}, None),
        ("flex", {"prompt_tokens": 1001}, None),
        ("slow", {"completion_tokens": 1}, None),
        ("scale", {"prompt_tokens": 1}, None),
    ],
    ids=[
        "told", "not told apart", "cached", "sound", "thoughts", "long", "half a price",
        "no such tier",
    ],
)  # fmt: skip
def test_what_a_tier_is_not_said_to_cost_is_unknown(
    monkeypatch, tier, counts, expected
):
    """A figure of another tier would be a wrong one."""
    with price_list(monkeypatch, PRICES):
        assert cost_usd("openai/tiers", Usage(**counts), tier) == expected


@pytest.mark.parametrize(
    ("told", "asked", "tier"),
    [
        (None, None, None),
        (None, "auto", None),
        (None, "flex", "flex"),
        ("default", "flex", None),
        ("Priority", "auto", "priority"),
        ("standard", "standard_only", None),
        ("on_demand", None, None),
    ],
)
def test_the_tier_that_is_paid_for(told, asked, tier):
    """What the provider says that it did counts more than what was asked for."""
    params = {} if asked is None else {"service_tier": asked}

    assert paid_tier(told, params) == tier


@pytest.mark.parametrize("model", ["openai/my-own", "groq/gpt-4o-mini", "x/y"])
def test_an_unknown_price_is_not_zero(model):
    """A model of another provider's name is another model."""
    assert cost_usd(model, USAGE) is None


@pytest.mark.parametrize(
    "counts",
    [
        {"cached_tokens": 5000},
        {"cache_creation_tokens": 5000},
        {"cached_tokens": 900, "cache_creation_tokens": 900},
        {"cached_tokens": 900, "audio_prompt_tokens": 900},
        {"reasoning_tokens": 5000},
        {"audio_completion_tokens": 5000},
        {"reasoning_tokens": 90, "audio_completion_tokens": 90},
    ],
    ids=" and ".join,
)
def test_a_part_is_never_more_than_the_whole(monkeypatch, counts):
    """Providers that count a token twice do not make it cost twice, or less than 0."""
    dear = {name: 7.0 for name in PRICES if name.startswith(("input", "output"))}
    flat = {**PRICES, **dear, "cache_read_input_token_cost": 7.0}
    usage = Usage(prompt_tokens=1000, completion_tokens=100, **counts)

    with price_list(monkeypatch, flat):
        assert cost_usd("openai/tiers", usage) == pytest.approx(7.0 * 1100)
    special = [name for name in flat if not name.endswith("put_cost_per_token")]
    for usd in (0.0, 14.0):
        prices = {**flat, **dict.fromkeys(special, usd), "litellm_provider": "openai"}
        with price_list(monkeypatch, prices):
            assert 0 <= cost_usd("openai/tiers", usage) <= 14.0 * 1100


def test_a_model_is_found_by_what_litellm_calls_its_provider(monkeypatch):
    """Cohere's chat models stand in the list under another prefix."""
    monkeypatch.setattr(
        _pricing, "_read_price_list", lambda: {"cohere_chat/new": PRICES}
    )
    _pricing.model_info.cache_clear()

    assert model_info("cohere/new") == PRICES
    _pricing.model_info.cache_clear()


@pytest.mark.parametrize("model", ["xai/latest", "openai/newest", "xai/newest"])
def test_a_name_that_stands_for_another(monkeypatch, model):
    """It costs what that costs, if that is of the same provider."""
    prices = {
        "xai/latest": {"alias_of": "xai/new"},
        "xai/new": {**PRICES, "litellm_provider": "xai"},
        "newest": {"alias_of": "new"},
        "new": PRICES,
    }
    monkeypatch.setattr(_pricing, "_read_price_list", lambda: prices)
    _pricing.model_info.cache_clear()

    of = {"xai/latest": "xai/new", "openai/newest": "new"}
    assert model_info(model) == (prices[of[model]] if model in of else {})
    _pricing.model_info.cache_clear()


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
