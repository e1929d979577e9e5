"""Automatic names."""

import pytest

from synalinks._internal.naming import forget_names, snake_case, unique_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ChainOfThought", "chain_of_thought"),
        ("OMEGA", "omega"),
        ("LMAsJudge", "lm_as_judge"),
        ("F1Score", "f1_score"),
        ("_Private", "private"),
    ],
)
def test_snake_case(name, expected):
    """Class names become snake case, with acronyms in one word."""
    assert snake_case(name) == expected


def test_names_are_numbered_until_they_are_forgotten():
    """The first object of a class has no number, the next ones have."""
    forget_names()

    assert [unique_name("Generator") for _ in range(3)] == [
        "generator",
        "generator_1",
        "generator_2",
    ]
    forget_names()
    assert unique_name("Generator") == "generator"
