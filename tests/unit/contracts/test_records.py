"""The records that cross layers."""

import dataclasses

import pytest

from synalinks.contracts import (
    CallRecord,
    Candidate,
    Failure,
    Progress,
    Rollout,
    Trial,
    Usage,
)
from synalinks.errors import ConfigurationError

FAILURE = Failure(boundary="reward", error="E", message="m", is_answer=True)


@pytest.mark.parametrize(
    ("left", "right", "cost"),
    [(0.5, 0.25, 0.75), (None, 0.25, None), (0.5, None, None), (None, None, None)],
    ids=["known", "left unknown", "right unknown", "unknown"],
)
def test_the_cost_of_two_usages(left, right, cost):
    """A sum with an unknown price has an unknown price."""
    assert (Usage(cost_usd=left) + Usage(cost_usd=right)).cost_usd == cost


def test_two_usages_add_up_field_by_field():
    """Every count of the sum is the sum of the counts."""
    one = Usage(
        calls=1,
        prompt_tokens=2,
        completion_tokens=3,
        cached_tokens=4,
        reasoning_tokens=5,
        cost_usd=6.0,
        elapsed_s=7.0,
    )

    double = one + one

    for field in dataclasses.fields(Usage):
        assert getattr(double, field.name) == 2 * getattr(one, field.name), field.name
    assert double.tokens == 10


def test_a_failed_rollout_has_no_output():
    """Failure and output exclude each other."""
    with pytest.raises(ValueError, match="'train:1' has both a failure and an output"):
        Rollout(sample_id="train:1", inputs=None, output=1, failure=FAILURE)


@pytest.mark.parametrize("reward", [float("nan"), float("inf"), float("-inf")])
def test_a_reward_is_finite(reward):
    """NaN and infinities are no rewards."""
    with pytest.raises(ValueError, match=f"'s' has the reward {reward}"):
        Rollout(sample_id="s", inputs=None, reward=reward)


def test_a_rollout_that_failed_or_scored_is_accepted():
    """The invariants let through what they should."""
    assert Rollout(sample_id="s", inputs=None, failure=FAILURE).output is None
    assert Rollout(sample_id="s", inputs=None, output=1, reward=0.5).reward == 0.5


def test_the_digest_of_a_candidate_is_its_values():
    """Origin, parents and metadata are no part of the identity; examples are."""
    values = {"g/state": {"instructions": "i", "examples": [{"inputs": {}}]}}

    one = Candidate(values=values, origin="seed")
    same = Candidate(
        values=values, origin="mutation", parents=("p",), metadata={"a": 1}
    )
    other = Candidate(values={"g/state": {"instructions": "i", "examples": []}})

    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    "record",
    [
        Usage(),
        FAILURE,
        Rollout(sample_id="s", inputs=None),
        Candidate(values={}),
        Trial(candidate=Candidate(values={}), sample_ids=()),
        CallRecord(
            sample_id="s",
            module_path="m",
            variable_path="v",
            index=0,
            inputs={},
            outputs={},
            usage=Usage(),
        ),
    ],
    ids=lambda record: type(record).__name__,
)
def test_records_are_frozen(record):
    """A record that was handed over cannot change."""
    name = dataclasses.fields(record)[0].name

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, None)


def test_progress_counts_from_zero():
    """A run that has not begun has completed nothing."""
    assert dataclasses.asdict(Progress()) == {
        "epoch": 0,
        "batch": 0,
        "steps_started": 0,
        "steps_completed": 0,
    }


@pytest.mark.parametrize("draw", [-1, True, 1.0, "1", None])
def test_a_draw_is_a_count(draw):
    """What no draw can be is refused before anything is run."""
    first = Candidate(values={})

    with pytest.raises(ConfigurationError, match=r"`draw` is an integer of at least 0"):
        Trial(candidate=first, sample_ids=("val:0",), draw=draw)
