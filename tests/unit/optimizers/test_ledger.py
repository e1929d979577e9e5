"""Measured cells."""

import pytest

from synalinks.contracts import Candidate, Rollout
from synalinks.optimizers import Ledger


def candidate(name):
    return Candidate(values={"gen/state": {"instructions": name}})


def rollout(sample_id, reward):
    return Rollout(sample_id=sample_id, inputs=None, reward=reward)


def test_a_candidate_is_its_learnable_content():
    """Equal values are one candidate, whatever their origin; examples count."""
    first = Candidate(values={"a": {"examples": [1]}}, origin="few_shot")

    assert first.digest == Candidate(values={"a": {"examples": [1]}}).digest
    assert first.digest != Candidate(values={"a": {"examples": [2]}}).digest


def test_only_unknown_cells_are_missing():
    """What was measured is never asked for again."""
    ledger = Ledger()
    ledger.record(candidate("a"), [rollout("val:0", 1.0)])

    assert ledger.missing(candidate("a"), ["val:0", "val:1"]) == ["val:1"]
    assert ledger.missing(candidate("b"), ["val:0"]) == ["val:0"]
    assert ledger.get(candidate("a"), "val:0").reward == 1.0
    assert ledger.get(candidate("a"), "val:1") is None


def test_differences_are_paired():
    """Only samples that both have a reward on are compared."""
    ledger = Ledger()
    ids = ["0", "1", "2", "3"]
    ledger.record(candidate("a"), [rollout("0", 1.0), rollout("1", 0.5)])
    ledger.record(
        candidate("b"), [rollout("1", 0.0), rollout("2", 1.0), rollout("0", None)]
    )

    difference = ledger.mean_difference(candidate("a"), candidate("b"), ids)

    assert difference == pytest.approx(0.5)
    assert ledger.mean_difference(candidate("a"), candidate("c"), ids) == 0.0


def test_other_samples_mean_other_rewards():
    """Cells are forgotten when the data are others, and kept when they are the same."""
    ledger = Ledger()
    ledger.keep_if_same_data("data 1")
    ledger.record(candidate("a"), [rollout("0", 1.0)])

    ledger.keep_if_same_data("data 1")
    assert ledger.get(candidate("a"), "0") is not None
    ledger.keep_if_same_data("data 2")
    assert ledger.get(candidate("a"), "0") is None
