"""What proposers read, and what examples are made from."""

import pytest

from synalinks import DataModel
from synalinks.contracts import CallRecord, Failure, Rollout, Usage
from synalinks.optimizers._examples import examples_of
from synalinks.optimizers._records import records_of


class Answer(DataModel):
    answer: str


def call(module, index, outputs):
    return CallRecord(
        sample_id="train:0",
        module_path=module,
        variable_path=f"{module}/state",
        index=index,
        inputs={"from": module},
        outputs=outputs,
        usage=Usage(calls=1),
    )


def rollout(**options):
    calls = (call("plan", 0, {"plan": "p"}), call("solve", 1, {"answer": "3"}))
    return Rollout(
        **{
            "sample_id": "train:0",
            "inputs": None,
            "target": Answer(answer="4"),
            "output": Answer(answer="3"),
            "calls": calls,
            "reward": 0.0,
            **options,
        }
    )


def test_each_module_gets_its_own_call_and_feedback():
    """Credit goes to the module that the reward speaks of."""
    one = rollout(feedback="wrong", module_feedback={"plan": "too short"})

    (plan,) = records_of("plan/state", [one])
    (solve,) = records_of("solve/state", [one])

    assert plan["inputs"] == {"from": "plan"}
    assert plan["feedback"] == "too short"
    assert plan["program_target"] == {"answer": "4"}
    assert "expected" not in plan
    assert solve["outputs"] == {"answer": "3"}
    assert solve["expected"] == {"answer": "4"}
    assert solve["feedback"] == "wrong"


@pytest.mark.parametrize(
    ("options", "feedback"),
    [
        ({}, 'Expected {"answer": "4"}, got {"answer": "3"}; reward 0.0.'),
        ({"target": None}, "Reward 0.0."),
        (
            {
                "output": None,
                "failure": Failure(
                    boundary="module", error="E", message="broke", is_answer=True
                ),
            },
            "The program failed: broke",
        ),
    ],
)
def test_without_feedback_the_record_says_what_is_known(options, feedback):
    """A reward of plain numbers still tells the proposer what was expected."""
    (record,) = records_of("solve/state", [rollout(**options)])

    assert record["feedback"] == feedback


def test_a_target_of_the_modules_own_fields_is_a_right_answer():
    """Labelled examples come from failures too, bootstrapped ones only from passes."""
    labelled = [{"inputs": {"from": "solve"}, "outputs": {"answer": "4"}}]
    own = [{"inputs": {"from": "plan"}, "outputs": {"plan": "p"}}]

    assert examples_of("solve/state", rollout(), passed=False) == labelled
    assert examples_of("plan/state", rollout(), passed=False) == []
    assert examples_of("plan/state", rollout(), passed=True) == own
