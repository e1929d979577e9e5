"""What models cost and can do, from the price list that litellm ships.

The list is read as a file: litellm itself takes seconds to import.
"""

from __future__ import annotations

import importlib.util
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from synalinks._internal.altered import altered
from synalinks.language_models._providers import provider_or_default, split_identifier

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage

_PRICE_LIST = "model_prices_and_context_window_backup.json"
# Prices of all tokens of a prompt that is longer than so many.
_ABOVE = re.compile(
    r"(?P<name>\w+_cost|\w+_per_token)_above_(?P<n>\d+)(?P<thousand>k?)_tokens"
)


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
            return prices[key]
    found = prices.get(name, {})
    owner = str(found.get("litellm_provider", ""))
    return found if owner.startswith((provider, litellm_prefix)) else {}


def _read_price_list() -> JsonObject:
    spec = importlib.util.find_spec("litellm")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / _PRICE_LIST
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
    return {}


class _Prices(NamedTuple):
    """US dollars for a token of each kind."""

    above: int
    """How long a prompt must be for all its tokens to have these prices."""
    prompt: float
    completion: float
    cached: float
    created: float
    reasoning: float


def cost_usd(model: str, usage: Usage) -> float | None:
    """Return what the tokens of a call cost; None where the price is not known.

    Args:
        model: Full identifier of the model.
        usage: Tokens of the call.
    """
    provider, _ = split_identifier(model)
    if provider_or_default(provider).is_local:
        return 0.0
    tiers = _tiers(model)
    if not tiers or not usage.tokens:
        return None
    fitting = (one for one in tiers if usage.prompt_tokens > one.above)
    price = next(fitting, tiers[-1])
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    created = min(usage.cache_creation_tokens, usage.prompt_tokens - cached)
    reasoning = min(usage.reasoning_tokens, usage.completion_tokens)
    return (
        (usage.prompt_tokens - cached - created) * price.prompt
        + cached * price.cached
        + created * price.created
        + (usage.completion_tokens - reasoning) * price.completion
        + reasoning * price.reasoning
    )


@lru_cache(maxsize=256)
def _tiers(model: str) -> list[_Prices]:
    """Return the prices of a model, those of the longest prompts first."""
    info = model_info(model)
    of_length: dict[int, JsonObject] = {0: {}}
    for key, price in info.items():
        found = _ABOVE.fullmatch(key)
        if found:
            above = int(found["n"]) * (1000 if found["thousand"] else 1)
            of_length.setdefault(above, {})[found["name"]] = price
    for tier in info.get("tiered_pricing", ()):
        if "range" in tier:
            of_length[int(tier["range"][0])] = tier
    tiers = [
        _prices(above, {**info, **of_length[above]})
        for above in sorted(of_length, reverse=True)
    ]
    return [tier for tier in tiers if tier is not None]


def _prices(above: int, info: JsonObject) -> _Prices | None:
    prompt = info.get("input_cost_per_token")
    completion = info.get("output_cost_per_token")
    if prompt is None or completion is None:
        return None
    return _Prices(
        above=above,
        prompt=prompt,
        completion=completion,
        cached=info.get("cache_read_input_token_cost", prompt),
        created=info.get("cache_creation_input_token_cost", prompt),
        reasoning=info.get("output_cost_per_reasoning_token", completion),
    )


def priced(usage: Usage, model: str, elapsed_s: float) -> Usage:
    """Return what an answer took, with its time, and with its price if there is none.

    Args:
        usage: What the provider counted; some tell the price themselves.
        model: Full identifier of the model.
        elapsed_s: Seconds that were spent on it.
    """
    known = usage.cost_usd
    cost = cost_usd(model, usage) if known is None else known
    return altered(usage, elapsed_s=elapsed_s, cost_usd=cost)
