"""Automatic names."""

import pytest

from synalinks._internal.naming import (
    described,
    forget_names,
    snake_case,
    unique_name,
)


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


def test_a_class_is_described_by_its_own_docstring():
    """The one that it inherits says what another class is for."""

    class Documented:
        """First line.

        And more.
        """

    class Silent(Documented):
        pass

    assert described(Documented) == "First line."
    assert described(Silent) == "Silent"
