"""Measured cells."""

import json

import pytest

from synalinks.contracts import CallRecord, Candidate, Failure, Rollout, Usage
from synalinks.data_models import JsonDataModel
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
    assert ledger.rewards(candidate("a"), ["0"]) == {}
    assert ledger.n_rewards(candidate("a")) == 0


def test_a_sum_of_rewards_does_not_depend_on_their_order():
    """A mean of many is the same to the last digit, whichever answer came first."""
    rewards = {f"{i}": 0.1 * i for i in range(9)}
    ledgers = [Ledger(), Ledger()]
    for ledger, order in zip(ledgers, (sorted(rewards), "741852036"), strict=True):
        ledger.record(candidate("a"), [rollout(i, rewards[i]) for i in order])

    first, second = [one.rewards_of(candidate("a")) for one in ledgers]

    assert first == second == list(rewards.values())


def test_cells_come_back_from_json_with_all_that_optimizers_read():
    """Outputs, calls, feedback and failures survive; inputs come from the samples."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    call = CallRecord(
        sample_id="0",
        module_path="gen",
        variable_path="gen/state",
        index=0,
        inputs={"q": 1},
        outputs={"a": 2},
        usage=Usage(calls=1, prompt_tokens=5),
    )
    answered = Rollout(
        sample_id="0",
        inputs="x0",
        target="y0",
        output=(JsonDataModel(schema, {"a": 2}), None),
        calls=(call,),
        reward=0.5,
        feedback="half",
        module_feedback={"gen": "more"},
    )
    failed = Rollout(
        sample_id="1",
        inputs="x1",
        failure=Failure(boundary="module", error="E", message="m", is_answer=False),
    )
    ledger = Ledger()
    samples = {"0": ("x0", "y0"), "1": ("x1", None)}
    ledger.keep_if_same_data("data", samples)
    ledger.record(candidate("a"), [answered, failed])
    ledger.charge(Usage(calls=3))

    again = Ledger()
    again.load_state_dict(json.loads(json.dumps(ledger.state_dict())))
    again.keep_if_same_data("data", samples)

    cell = again.get(candidate("a"), "0")
    assert (cell.inputs, cell.target, cell.calls) == ("x0", "y0", (call,))
    assert cell.output[0].get_json() == {"a": 2}
    assert cell.output[0].get_schema() == schema
    assert cell.output[1] is None
    assert (cell.feedback, cell.module_feedback) == ("half", {"gen": "more"})
    assert again.get(candidate("a"), "1") == failed
    assert again.missing(candidate("a"), ["0", "1"]) == []
    assert again.usage() == ledger.usage()
    assert again.usage().calls == 4
