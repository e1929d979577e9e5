"""What models cost and can do, from the price list that litellm ships.

The list is read as a file: litellm itself takes seconds to import.
"""

from __future__ import annotations

import importlib.util
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal.altered import altered
from synalinks.language_models._providers import provider_or_default, split_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage

_PRICE_LIST = "model_prices_and_context_window_backup.json"
# Prices of all tokens of a prompt that is longer than so many.
_ABOVE = re.compile(
    r"(?P<name>\w+_cost|\w+_token)_above_(?P<n>\d+)(?P<thousand>k?)_tokens"
)
# What providers call the way of serving that all prices without a word are for.
_USUAL = ("default", "auto", "standard", "standard_only", "on_demand")


@lru_cache(maxsize=256)
def model_info(model: str) -> JsonObject:
    """Return what the price list says of a model; empty if it does not know it.

    The first call for a model reads a file of some megabytes.

    Args:
        model: Full identifier, such as `"openai/gpt-4o-mini"`.
    """
    prices = _read_price_list()
    provider, name = split_identifier(model)
    litellm_prefix = provider_or_default(provider).litellm_prefix or provider
    for key in (model, f"{litellm_prefix}/{name}"):
        if key in prices:
            return _row(prices, key)
    found = _row(prices, name)
    owner = str(found.get("litellm_provider", ""))
    return found if owner.startswith((provider, litellm_prefix)) else {}


def _row(prices: JsonObject, key: str) -> JsonObject:
    """Return what the list says under a name, or under that which it stands for."""
    row = prices.get(key, {})
    return prices.get(row["alias_of"], {}) if "alias_of" in row else row


def _read_price_list() -> JsonObject:
    spec = importlib.util.find_spec("litellm")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / _PRICE_LIST
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
    return {}


class _Prices(NamedTuple):
    """US dollars for a token of each kind; None where the list does not tell."""

    prompt: float
    completion: float | None
    cached: float | None
    created: float | None
    reasoning: float | None
    heard: float | None
    spoken: float | None


def cost_usd(model: str, usage: Usage, service_tier: str | None = None) -> float | None:
    """Return what the tokens of a call cost; None where the price is not known.

    Args:
        model: Full identifier of the model.
        usage: Tokens of the call.
        service_tier: How the provider served it, as `paid_tier` returns it.
    """
    provider, _ = split_identifier(model)
    if provider_or_default(provider).is_local:
        return 0.0
    if not usage.tokens:
        return None
    lengths = _by_length(model, service_tier)
    fitting = (prices for above, prices in lengths if usage.prompt_tokens > above)
    price = next(fitting, lengths[-1][1])
    if price is None:
        return None
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    created = min(usage.cache_creation_tokens, usage.prompt_tokens - cached)
    heard = min(usage.audio_prompt_tokens, usage.prompt_tokens - cached - created)
    reasoning = min(usage.reasoning_tokens, usage.completion_tokens)
    spoken = min(usage.audio_completion_tokens, usage.completion_tokens - reasoning)
    parts = (
        (usage.prompt_tokens - cached - created - heard, price.prompt),
        (cached, price.cached),
        (created, price.created),
        (heard, price.heard),
        (usage.completion_tokens - reasoning - spoken, price.completion),
        (reasoning, price.reasoning),
        (spoken, price.spoken),
    )
    total = 0.0
    for n_tokens, usd in parts:
        if usd is None and n_tokens:
            return None
        total += n_tokens * (usd or 0.0)
    return total


@lru_cache(maxsize=256)
def _by_length(model: str, tier: str | None) -> list[tuple[int, _Prices | None]]:
    """Return how long a prompt must be for which prices, the longest first.

    Args:
        model: Full identifier of the model.
        tier: How the provider serves it; None for the usual way.
    """
    info = _prices_in(model_info(model), tier)
    of_length: dict[int, JsonObject] = {0: {}}
    for key, price in info.items():
        found = _ABOVE.fullmatch(key)
        if found:
            above = int(found["n"]) * (1000 if found["thousand"] else 1)
            of_length.setdefault(above, {})[found["name"]] = price
    for tiered in info.get("tiered_pricing") or ():
        if "range" in tiered:
            of_length[int(tiered["range"][0])] = tiered
    return [
        (above, _prices({**info, **of_length[above]}))
        for above in sorted(of_length, reverse=True)
    ]


def _prices_in(info: JsonObject, tier: str | None) -> JsonObject:
    """Return the prices of a tier by their usual names.

    What has a price of its own usually, but none in the tier, is not known.
    """
    if tier is None:
        return info
    suffix = f"_{tier}"
    told = {
        key.removesuffix(suffix): price
        for key, price in info.items()
        if key.endswith(suffix)
    }
    return {**dict.fromkeys(info), **told}


def _prices(info: JsonObject) -> _Prices | None:
    prompt = info.get("input_cost_per_token")
    if prompt is None:
        return None
    completion = info.get("output_cost_per_token")  # models of vectors have none
    return _Prices(
        prompt=prompt,
        completion=completion,
        cached=info.get("cache_read_input_token_cost", prompt),
        created=info.get("cache_creation_input_token_cost", prompt),
        reasoning=info.get("output_cost_per_reasoning_token", completion),
        heard=info.get("input_cost_per_audio_token", prompt),
        spoken=info.get("output_cost_per_audio_token", completion),
    )


def paid_tier(told: str | None, params: Mapping[str, Any]) -> str | None:
    """Return in which way a provider serves a call, where it is not the usual one.

    Args:
        told: What the answer says of it; it counts more than what was asked for.
        params: Parameters of the request.

    Returns:
        Such as `"flex"` or `"priority"`; None for the usual way.
    """
    tier = str(told or params.get("service_tier") or _USUAL[0]).lower()
    return None if tier in _USUAL else tier


def priced(
    usage: Usage, model: str, elapsed_s: float, service_tier: str | None = None
) -> Usage:
    """Return what an answer took, with its time, and with its price if there is none.

    Args:
        usage: What the provider counted; some tell the price themselves.
        model: Full identifier of the model.
        elapsed_s: Seconds that were spent on it.
        service_tier: How the provider served it, as `paid_tier` returns it.
    """
    known = usage.cost_usd
    cost = cost_usd(model, usage, service_tier) if known is None else known
    return altered(usage, elapsed_s=elapsed_s, cost_usd=cost)
