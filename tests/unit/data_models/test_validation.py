"""Checks against schemas."""

from synalinks.data_models._validation import first_violation, is_valid

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "array", "items": {"type": "integer"}}},
    "required": ["a"],
}


def test_first_violation_says_where_and_what():
    """The place is named, the whole value if there is no other."""
    assert first_violation({"a": [1, "x"]}, SCHEMA) == (
        "a[1]: 'x' is not of type 'integer'"
    )
    assert first_violation({}, SCHEMA) == "the value: 'a' is a required property"
    assert first_violation({"a": []}, SCHEMA) is None


def test_parts_are_checked_with_the_definitions():
    """A part of a schema may refer to definitions, or be true or false."""
    assert is_valid(1, {"$ref": "#/$defs/N"}, {"N": {"type": "integer"}})
    assert not is_valid("x", {"$ref": "#/$defs/N"}, {"N": {"type": "integer"}})
    assert is_valid(1, True, {})  # noqa: FBT003 - a schema
