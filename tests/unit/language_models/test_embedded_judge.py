"""The embedded model as judge."""

import pytest

from synalinks.language_models._embedded_judge import judge


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ({"gold_answer": "a b", "answer": "a b"}, 1.0),
        ({"gold_answer": "a b", "question": "a b", "answer": "a c"}, 0.5),
        ({"expected": "a b", "question": "a b", "prediction": "x"}, 0.0),
        ({"gold_x": "a", "gold_y": "b", "x": "a", "y": "c"}, 0.5),
        ({"question": "red fox", "answer": "red fox"}, 1.0),
        ({"gold_answer": "a"}, 0.0),
        ({"text": "only one"}, None),
        ("plain", None),
    ],
)
def test_two_texts_are_compared(value, score):
    """Gold with its counterpart; without gold, the last text with the first."""
    assert judge("reward", value, is_shown=False) == score


@pytest.mark.parametrize("name", ["score", "reward", "final_rating", "grade"])
def test_score_like_fields_are_judged(name):
    """The name of the field tells that a score is wanted."""
    assert judge(name, {"gold_a": "x", "a": "x"}, is_shown=False) == 1.0


def test_other_fields_are_not_judged():
    """Neither other names, nor a field that examples show how to fill."""
    assert judge("amount", {"gold_a": "x", "a": "x"}, is_shown=False) is None
    assert judge("rating", {"title": "x", "text": "x"}, is_shown=True) is None
    assert judge("rating", {"gold_a": "x", "a": "x"}, is_shown=True) == 1.0
