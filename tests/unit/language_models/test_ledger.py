"""Every answer is counted once, in the phase in which it was asked for."""

import pytest

from synalinks._internal import context
from synalinks.contracts import Usage
from synalinks.language_models import UsageLedger

USAGE = Usage(
    calls=1,
    prompt_tokens=10,
    completion_tokens=5,
    cached_tokens=4,
    reasoning_tokens=2,
    cost_usd=0.5,
    elapsed_s=1.5,
)


def test_totals_are_sums_over_phases():
    """What is counted in a phase is in the total as well."""
    ledger = UsageLedger()

    ledger.record(USAGE, "stop")
    with context.bound(context.phase, "reward"):
        ledger.record(USAGE, "length")
        ledger.here.failed_calls += 1

    assert ledger.read("cumulated_calls") == 2
    assert ledger.read("cumulated_tokens") == 30
    assert ledger.read("cumulated_cost") == 1.0
    assert ledger.read("inference_cumulated_cost") == 0.5
    assert ledger.read("reward_cumulated_failed_calls") == 1
    assert ledger.read("reward_cost") == 0.5
    assert ledger.read("optimizer_cumulated_calls") == 0
    assert ledger.read("last_call_finish_reason") == "length"
    assert ledger.read("last_call_tokens") == 15
    assert ledger.read("last_call_cost") == 0.5
    assert ledger.read("cumulated_details")["cached_tokens"] == 8
    assert ledger.read("reward_cumulated_details")["elapsed_s"] == 1.5


def test_an_unknown_price_makes_the_cost_unknown():
    """Unknown is not free: nothing is added up that is not known."""
    ledger = UsageLedger()

    ledger.record(USAGE, "stop")
    with context.bound(context.phase, "optimizer"):
        ledger.record(Usage(calls=1, cost_usd=None), "stop")

    assert ledger.read("cumulated_cost") is None
    assert ledger.read("inference_cumulated_cost") == 0.5
    assert ledger.read("optimizer_cumulated_cost") is None


@pytest.mark.parametrize(
    "name", ["cumulated_nonsense", "nonsense", "last_call_nonsense", "calls"]
)
def test_unknown_counters(name):
    """A typo is an error, not zero."""
    with pytest.raises(KeyError):
        UsageLedger().read(name)
