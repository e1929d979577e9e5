"""First values."""

import re

import pytest

from synalinks.data_models import DataModel, Field, Instructions, default_json
from synalinks.errors import ConfigurationError


class Memory(DataModel):
    facts: list[str] = Field(default=[])
    made: list[int] = Field(default_factory=lambda: [1])
    note: str | None = None
    goal: str


SYMBOL = Memory.to_symbolic_data_model()
VALUE = Memory(goal="x")


def test_defaults_of_a_class_are_completed_by_what_is_given():
    """The value is in the order of the fields, and valid."""
    assert default_json(Memory, {"goal": "win", "facts": ["f"]}) == {
        "facts": ["f"],
        "made": [1],
        "goal": "win",
    }


def test_defaults_of_a_schema_are_completed_by_what_is_given():
    """Defaults stand in the schema, in the order of its properties."""
    assert list(default_json(SYMBOL, {"goal": "win"}).items()) == [
        ("facts", []),
        ("note", None),
        ("goal", "win"),
    ]


def test_value_is_its_own_default():
    """A data model that has a value gives it."""
    assert default_json(VALUE) == VALUE.get_json()
    assert default_json(VALUE.to_json_data_model(), {"goal": "y"})["goal"] == "y"


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        (
            Memory,
            {},
            "Every field needs a first value, and `goal` of `Memory` has none.",
        ),
        (SYMBOL, {}, "Every field needs a first value, and `goal` of the schema has"),
        (
            Instructions,
            None,
            "`instructions` of `Instructions` has none. Give the field",
        ),
        (Memory, {"goal": 1}, "does not fit `Memory`: goal: Input should be a valid"),
        (Memory, {"goal": "x", "facts": [1]}, "facts.0: Input should be"),
        (Memory, {"goal": "x", "gaol": 1}, "gaol: Extra inputs are not permitted, rec"),
        (
            SYMBOL,
            {"goal": 1},
            "does not fit the schema: goal: 1 is not of type 'string'",
        ),
    ],
)
def test_incomplete_or_wrong_values_are_refused(model, given, message):
    """The fields are named, and what to do about them."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        default_json(model, given)
