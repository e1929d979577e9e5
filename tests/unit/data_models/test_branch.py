"""Which alternative a value is."""

import pytest

from synalinks.data_models._branch import branch_of

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
NAMED = {
    "type": "object",
    "properties": {"name": TEXT},
    "required": ["name"],
    "additionalProperties": False,
}
AGED = {"type": "object", "properties": {"age": NUMBER}, "additionalProperties": False}
NAME_IS_NUMBER = {"type": "object", "properties": {"name": NUMBER}}
PATTERNED = {**AGED, "patternProperties": {"^x": {}}}
ANY = {"type": "object", "properties": {"name": {}}}


@pytest.mark.parametrize(
    ("value", "branches", "chosen"),
    [
        ("x", [NUMBER, TEXT], TEXT),
        (1, [TEXT, {"type": ["integer", "null"]}], {"type": ["integer", "null"]}),
        (True, [NUMBER, {"type": "boolean"}], {"type": "boolean"}),
        (None, [TEXT, {"type": "null"}], {"type": "null"}),
        ([], [TEXT, {"type": "array"}], {"type": "array"}),
        ({"name": "x"}, [AGED, NAMED], NAMED),
        ({}, [NAMED, AGED], AGED),
        ({"name": "x"}, [NAME_IS_NUMBER, NAMED], NAMED),
        ({"x": 1}, [NAMED, PATTERNED], PATTERNED),
        ({"name": "x"}, [False, ANY], ANY),
        ("x", [{"$ref": "#/$defs/Named"}, {"anyOf": [NUMBER, TEXT]}], TEXT),
        ("x", [True], True),
    ],
)
def test_the_fitting_branch_is_found(value, branches, chosen):
    """The branch is one that the value is valid for, however unions are nested."""
    assert branch_of(value, {"anyOf": branches}, {"Named": NAMED}) == chosen


def test_full_validation_decides_between_similar_branches():
    """Where the surface fits several, the value is checked against each."""
    other = {"type": "object", "properties": {"name": {"const": "y"}}}

    assert branch_of({"name": "x"}, {"anyOf": [other, ANY]}, {}) == ANY


def test_invalid_values_get_some_branch():
    """A value that fits nothing does not stop the work."""
    assert branch_of("x", {"anyOf": [NUMBER, AGED]}, {}) == NUMBER
    assert branch_of({"name": 1}, {"oneOf": [NAMED, {"not": {}, "type": "object"}]}, {})
