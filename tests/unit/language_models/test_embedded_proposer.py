"""The embedded model as proposer."""

import json

import pytest

from synalinks.language_models._embedded_predictor import Predictor
from synalinks.language_models._embedded_proposer import asks_for_instructions

TASK = "Sort the message {text} into a label."
SCHEMA = {
    "type": "object",
    "properties": {
        "thinking": {"type": "string"},
        "instructions": {"type": "string"},
        "examples": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["thinking", "instructions", "examples"],
}
LABELS = ["l1", "l2", "l3"]
TOPICS = {
    "l1": ["parcel late courier", "courier lost parcel", "where parcel depot"],
    "l2": ["refund money bank", "money not credited", "bank refund pending"],
    "l3": ["password login locked", "cannot login", "locked account password"],
}
RECORDS = [
    {
        "inputs": {"text": text},
        "outputs": {"label": LABELS[(index + 1) % 3]},
        "expected": {"label": label},
        "reward": 0.0,
    }
    for index, label in enumerate(LABELS)
    for text in TOPICS[label]
]


def propose(records, *, schema=SCHEMA, old=TASK, seed=0, **params) -> str:
    content = json.dumps({"current_instructions": old, "predictions": records})
    messages = [{"role": "user", "content": content}]
    return Predictor(messages, schema, params, seed).answer()["instructions"]


def classify(text: str, instructions: str) -> str:
    system = f"<instructions>\n{instructions}\n</instructions>"
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": json.dumps({"text": text})},
    ]
    schema = {
        "type": "object",
        "properties": {"label": {"enum": LABELS}},
        "required": ["label"],
    }
    return Predictor(messages, schema, {}).answer()["label"]


def accuracy(instructions: str) -> float:
    tests = [("parcel", "l1"), ("courier?", "l1"), ("my money", "l2"), ("bank", "l2")]
    tests += [("login", "l3"), ("password", "l3")]
    return sum(classify(text, instructions) == label for text, label in tests) / 6


def test_proposed_instructions_make_the_predictor_better():
    """Words of the failures shown lead new inputs to the right values."""
    assert accuracy(TASK) < 0.7
    assert accuracy(propose(RECORDS, temperature=0.0)) == 1.0


def test_the_task_stays_and_every_value_gets_a_line():
    """Old sentences, placeholders too; then telling words by value."""
    lines = propose(RECORDS, temperature=0.0).splitlines()

    assert lines[0] == TASK
    assert [line[:6] for line in lines[1:]] == ["- `l1`", "- `l2`", "- `l3`"]
    assert "parcel, courier" in lines[1]
    assert "money" not in lines[1]


def test_temperature_and_seed_vary_the_proposal():
    """Without temperature one proposal; with it, many."""
    cold = {propose(RECORDS, temperature=0.0, seed=0) for _ in range(3)}
    warm = {propose(RECORDS, temperature=1.0, seed=0) for _ in range(3)}
    contents = json.dumps({"current_instructions": TASK, "predictions": RECORDS})
    messages = [{"role": "user", "content": contents}]
    seeds = {
        Predictor(messages, SCHEMA, {"seed": seed}).answer()["instructions"]
        for seed in range(8)
    }

    assert len(cold) == len(warm) == 1
    assert len(seeds) > 3


def test_words_that_already_stood_there_are_kept():
    """Progress of an earlier round is not lost; a value without failures stays."""
    old = f"{TASK}\n- `l1`: tracking, bank\n- `l9`: other"

    found = propose(RECORDS, old=old, temperature=0.0)

    assert found.splitlines()[0] == TASK
    assert "tracking" in found
    assert "- `l9`: other" in found
    assert "bank" not in found.splitlines()[1]


def test_good_predictions_alone_teach_too():
    """Without targets, what scored well shows what was wanted."""
    records = [
        {"inputs": r["inputs"], "outputs": r["expected"], "reward": 1.0}
        for r in RECORDS
    ]

    assert accuracy(propose(records, temperature=0.0)) == 1.0


def test_feedback_alone_teaches_too():
    """What feedback says was expected is a target."""
    records = [
        {
            "inputs": r["inputs"],
            "outputs": r["outputs"],
            "reward": 0.0,
            "feedback": f"Expected `{r['expected']['label']}`.",
        }
        for r in RECORDS
    ]

    assert accuracy(propose(records, temperature=0.0)) == 1.0


def test_free_text_answers_give_rules_from_the_feedback():
    """Where answers are no labels, feedback becomes rules."""
    records = [
        {
            "inputs": {"q": f"question {n}"},
            "outputs": {"answer": f"A long answer, number {n}."},
            "expected": {"answer": f"Another long answer, number {n}."},
            "feedback": "Show the unit.",
        }
        for n in range(3)
    ]

    found = propose(records, temperature=0.0)

    assert found == f"{TASK}\n- Show the unit."


def test_without_old_instructions_there_is_a_task():
    """The proposal never starts with nothing."""
    assert propose(RECORDS, old="").startswith("Answer with the value")


@pytest.mark.parametrize("longest", [10, 60, 150])
def test_a_length_limit_is_kept(longest):
    """Whole lines are dropped from the end before anything is cut."""
    field = {"type": "string", "maxLength": longest}
    schema = {"type": "object", "properties": {"instructions": field}}

    found = propose(RECORDS, schema=schema, temperature=0.0)

    assert len(found) <= longest
    assert found.startswith(TASK[:longest])


def test_without_records_it_is_a_text_like_any_other():
    """A predictor may have a field of that name too."""
    messages = [{"role": "user", "content": '{"text": "Stir the soup."}'}]

    found = Predictor(messages, SCHEMA, {}).answer()

    assert found["instructions"] == "Stir the soup."


def test_the_name_of_the_field_tells():
    """Singular, plural and prefixed names ask for instructions."""
    names = ["instructions", "new_instruction", "final_instructions", "instructor"]

    assert [asks_for_instructions(name) for name in names] == [True, True, True, False]
