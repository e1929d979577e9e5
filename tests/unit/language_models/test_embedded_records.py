"""Records of scored predictions in messages."""

import json

import pytest

from synalinks.language_models._embedded_records import (
    Record,
    read_records,
    wanted_labels,
)


def user(content) -> list:
    text = content if isinstance(content, str) else json.dumps(content)
    return [{"role": "system", "content": "x"}, {"role": "user", "content": text}]


ENTRY = {"inputs": {"text": "late"}, "outputs": {"label": "a"}, "reward": 0.0}
RECORD = Record(text="late", outputs={"label": "a"}, reward=0.0)


@pytest.mark.parametrize(
    "content",
    [
        [ENTRY],
        {"predictions": [ENTRY, ENTRY], "note": "x"},
        {"modules": {"first": {"records": [ENTRY]}}},
        f"Here is one:\n{json.dumps(ENTRY, indent=2)}\nand that is all",
        'Input: late\nOutput: {"label": "a"}\nScore: 0.0\n',
        "### Input: late\n- Prediction: {'label': 'a'}\n- Reward: 0.0",
    ],
)
def test_records_are_found_in_every_layout(content):
    """Lists, nested objects, JSON inside text, lines of keys and values."""
    assert read_records(user(content)) == [RECORD]


def test_several_records_in_lines_are_told_apart():
    """Each input begins a new record."""
    text = "Input: a\nScore: 1.0\n\nInput: b\nScore: 0\nFeedback: no"

    found = read_records(user(text))

    assert [(r.text, r.reward, r.feedback) for r in found] == [
        ("a", 1.0, ""),
        ("b", 0.0, "no"),
    ]


@pytest.mark.parametrize("content", ["plain text", {"text": "x"}, {"inputs": "x"}])
def test_an_input_alone_is_no_record(content):
    """A plain question holds no predictions."""
    assert read_records(user(content)) == []


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"expected": {"label": "b"}}, {"label": "b"}),
        ({"expected": "b"}, {"": "b"}),
        ({"feedback": 'Expected {"label": "b"}, got {"label": "a"}.'}, {"label": "b"}),
        (
            {"feedback": "It should have been b_value, not a_value"},
            {"label": "b_value"},
        ),
        ({"feedback": "The correct answer is `new one`."}, {"label": "new one"}),
        ({"feedback": "Wrong."}, {}),
        ({"reward": 1.0}, {"label": "a_value"}),
        ({"reward": 0.0}, {}),
    ],
)
def test_what_was_wanted_is_told_by_target_feedback_or_score(facts, wanted):
    """In this order; a bad score alone tells nothing."""
    record = Record(text="x", outputs={"label": "a_value"}, **facts)

    assert wanted_labels(record, ["a_value", "b_value"]) == wanted
