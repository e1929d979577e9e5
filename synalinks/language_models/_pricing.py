"""What models cost and can do, from the price list that litellm ships.

The list is read as a file: litellm itself takes seconds to import.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks.language_models._providers import provider_or_default, split_identifier

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage

_PRICE_LIST = "model_prices_and_context_window_backup.json"


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


def cost_usd(model: str, usage: Usage) -> float | None:
    """Return what the tokens of a call cost; None where the price is not known.

    Args:
        model: Full identifier of the model.
        usage: Tokens of the call.
    """
    provider, _ = split_identifier(model)
    if provider_or_default(provider).is_local:
        return 0.0
    info = model_info(model)
    prompt_price = info.get("input_cost_per_token")
    completion_price = info.get("output_cost_per_token")
    if prompt_price is None or completion_price is None or not usage.tokens:
        return None
    cached_price = info.get("cache_read_input_token_cost", prompt_price)
    created_price = info.get("cache_creation_input_token_cost", prompt_price)
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    created = min(usage.cache_creation_tokens, usage.prompt_tokens - cached)
    return (
        (usage.prompt_tokens - cached - created) * prompt_price
        + cached * cached_price
        + created * created_price
        + usage.completion_tokens * completion_price
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
    return replace(usage, elapsed_s=elapsed_s, cost_usd=cost)
