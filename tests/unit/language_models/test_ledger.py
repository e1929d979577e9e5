"""Every answer is counted once, in the phase in which it was asked for."""

import json

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


def test_hits_of_the_cache_are_no_calls():
    """They cost nothing and are counted apart."""
    ledger = UsageLedger()

    ledger.record(USAGE, "stop")
    ledger.record(Usage(cache_hits=1), "stop")

    assert (ledger.read("cumulated_calls"), ledger.read("cumulated_cache_hits")) == (
        1,
        1,
    )
    assert ledger.read("cumulated_cost") == 0.5
    assert ledger.read("last_call_cache_hits") == 1


@pytest.mark.parametrize(
    "name",
    [
        "calls", "attempts", "failed_calls", "prompt_tokens", "completion_tokens",
        "tokens", "cached_tokens", "cache_creation_tokens", "reasoning_tokens", "cost",
        "elapsed_s", "fallback_activations", "cache_hits", "streaming_calls",
        "streaming_ttft_s", "streaming_ttlt_s", "trajectory_calls", "trajectory_ttft_s",
    ],
)  # fmt: skip
def test_every_counter_is_there_in_every_phase(name):
    """Programs read counters by name, of a phase and of all."""
    ledger = UsageLedger()

    for prefix in ("", "inference_", "reward_", "optimizer_"):
        assert ledger.read(f"{prefix}cumulated_{name}") == 0
    assert ledger.read("cumulated_details")[name] == 0


def test_tokens_put_into_the_cache_of_the_provider():
    """They have a price of their own."""
    ledger = UsageLedger()

    ledger.record(Usage(calls=1, prompt_tokens=9, cache_creation_tokens=7), "stop")

    assert ledger.read("cumulated_cache_creation_tokens") == 7
    assert ledger.read("last_call_cache_creation_tokens") == 7


def test_counters_go_on_where_they_were():
    """A run that is resumed counts on, by phase; an unknown cost stays unknown."""
    ledger, later = UsageLedger(), UsageLedger()
    ledger.record(USAGE, "stop")
    with context.bound(context.phase, "reward"):
        ledger.record(Usage(calls=1, cost_usd=None), "stop")
    later.record(USAGE, "stop")

    state = json.loads(json.dumps(ledger.state_dict()))
    later.load_state_dict(state)

    assert later.state_dict() == ledger.state_dict()
    assert later.read("inference_cumulated_tokens") == 15
    assert later.read("reward_cumulated_cost") is None


def test_states_of_other_releases_can_be_read():
    """Counters that are new begin anew; those that are gone are passed over."""
    ledger = UsageLedger()

    ledger.load_state_dict({"inference": {"calls": 3, "of_an_old_release": 1}})

    assert ledger.read("cumulated_calls") == 3
    assert ledger.read("cumulated_attempts") == 0


def test_whoever_counts_is_told_of_each_answer():
    """What is taken inside a block is known there, refused answers included."""
    ledger = UsageLedger()

    with context.bound(context.taken, []) as taken:
        ledger.record(USAGE, "stop")
    ledger.record(USAGE, "stop")

    assert taken == [USAGE]
