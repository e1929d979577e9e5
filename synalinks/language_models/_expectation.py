"""What a call is expected to take, before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synalinks._internal.json import dumps
from synalinks.contracts import Usage
from synalinks.language_models._pricing import cost_usd, paid_tier

if TYPE_CHECKING:
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._request import LMRequest

_CHARS_PER_TOKEN = 4
_FIRST_COMPLETION_TOKENS = 256
_LIMITS = ("max_tokens", "max_completion_tokens")


def expected_usage(request: LMRequest, ledger: UsageLedger) -> Usage:
    """Return what an answer is expected to take, for budgets.

    Args:
        request: What is to be sent.
        ledger: What was counted so far.
    """
    prompt, completion = expected_tokens(request, ledger)
    usage = Usage(calls=1, prompt_tokens=prompt, completion_tokens=completion)
    tier = paid_tier(None, request.params)
    return replace(usage, cost_usd=cost_usd(request.model, usage, tier))


def expected_tokens(request: LMRequest, ledger: UsageLedger) -> tuple[int, int]:
    """Return how many tokens prompt and answer are expected to have.

    The prompt is estimated at four characters a token. The answer is taken to be as
    long as the mean of those so far, and never longer than the request allows.

    Args:
        request: What is to be sent.
        ledger: What was counted so far.
    """
    texts = [dumps(message) for message in request.messages]
    texts += [dumps(part) for part in (request.schema, *(request.tools or ())) if part]
    prompt = -(-sum(map(len, texts)) // _CHARS_PER_TOKEN)
    return prompt, _completion_tokens(request, ledger)


def _completion_tokens(request: LMRequest, ledger: UsageLedger) -> int:
    calls = ledger.total("calls") or 0
    tokens = ledger.total("completion_tokens") or 0
    mean = -int(-tokens // calls) if calls else _FIRST_COMPLETION_TOKENS
    limits = [request.params[name] for name in _LIMITS if name in request.params]
    return min([mean, *(limit for limit in limits if isinstance(limit, int))])
