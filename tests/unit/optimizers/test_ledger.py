"""Measured cells."""

import json
from itertools import permutations

import pytest

from synalinks.contracts import CallRecord, Candidate, Failure, Rollout, Usage
from synalinks.data_models import JsonDataModel
from synalinks.optimizers import Ledger


def candidate(name):
    return Candidate(values={"gen/state": {"instructions": name}})


def rollout(sample_id, reward, draw=0):
    return Rollout(sample_id=sample_id, draw=draw, inputs=None, reward=reward)


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


def test_what_is_missing_is_named_once():
    """A sample that is asked for twice is measured once."""
    assert Ledger().missing(candidate("a"), ["1", "0", "1"]) == ["1", "0"]


def test_each_draw_is_a_cell_of_its_own():
    """Another measurement of the same is neither known nor forgotten by the first."""
    ledger = Ledger()
    ledger.record(candidate("a"), [rollout("0", 1.0), rollout("1", 1.0)])
    assert ledger.missing(candidate("a"), ["0", "1"], draw=2) == ["0", "1"]

    ledger.record(candidate("a"), [rollout("0", 0.0, draw=2)])

    assert ledger.missing(candidate("a"), ["0", "1"], draw=2) == ["1"]
    assert ledger.missing(candidate("a"), ["0", "1"], draw=1) == ["0", "1"]
    assert ledger.missing(candidate("a"), ["0", "1"]) == []
    assert ledger.get(candidate("a"), "0").reward == 1.0
    assert ledger.get(candidate("a"), "0", draw=1) is None
    assert ledger.get(candidate("a"), "0", draw=2).reward == 0.0
    assert ledger.n_cells == 3
    ((key, newest),) = ledger.since(2)
    assert (key, newest.draw) == (candidate("a").digest, 2)


def test_the_reward_of_a_sample_is_the_mean_over_its_draws():
    """Draws without a reward do not count, and samples are what is counted."""
    ledger = Ledger()
    ledger.record(candidate("a"), [rollout("0", 1.0), rollout("1", None)])
    ledger.record(candidate("a"), [rollout("0", 0.0, 1), rollout("1", 0.5, 1)])
    ledger.record(candidate("a"), [rollout("0", None, 2), rollout("1", None, 2)])
    ledger.record(candidate("b"), [rollout("0", 0.75), rollout("1", 0.5)])
    ids = ["1", "0"]

    assert ledger.rewards(candidate("a"), ids) == {"1": 0.5, "0": 0.5}
    assert ledger.rewards_of(candidate("a")) == [0.5, 0.5]
    assert ledger.n_rewards(candidate("a")) == 2
    assert ledger.differences(candidate("a"), candidate("b"), ids) == [0.0, -0.25]


def test_a_mean_over_draws_does_not_depend_on_their_order():
    """It is the same to the last digit, whichever draw was measured first."""
    found = []
    for order in permutations([(0, 0.1), (8, 0.2), (16, 0.3), (24, 0.7)]):
        ledger = Ledger()
        for draw, reward in order:
            ledger.record(candidate("a"), [rollout("0", reward, draw)])
        found += ledger.rewards_of(candidate("a"))

    assert len(set(found)) == 1
    assert found[0] == pytest.approx(1.3 / 4)


def test_draws_come_back_from_json():
    """What was measured, and what it took, is the same after a restart."""
    spent = [Usage(calls=1, prompt_tokens=draw) for draw in range(3)]
    cells = [
        Rollout(
            sample_id="0", draw=2 - draw, inputs=None, reward=0.3, spent=spent[draw]
        )
        for draw in range(3)
    ]
    ledger = Ledger()
    ledger.record(candidate("a"), cells)

    again = Ledger()
    again.load_state_dict(json.loads(json.dumps(ledger.state_dict())))

    for draw in range(3):
        assert again.get(candidate("a"), "0", draw) == cells[2 - draw]
    assert again.n_cells == again.usage().calls == 3
    assert again.rewards_of(candidate("a")) == ledger.rewards_of(candidate("a"))
    assert json.dumps(again.state_dict()) == json.dumps(ledger.state_dict())


def test_cells_of_a_state_without_draws_are_the_first_draws():
    """A state that was written before there were draws goes on."""
    ledger = Ledger()
    ledger.record(candidate("a"), [rollout("0", 0.5)])
    state = json.loads(json.dumps(ledger.state_dict()))
    for _, cell in state["cells"]:
        del cell["draw"]

    again = Ledger()
    again.load_state_dict(state)

    assert again.get(candidate("a"), "0").reward == 0.5
    assert again.missing(candidate("a"), ["0"], draw=1) == ["0"]
