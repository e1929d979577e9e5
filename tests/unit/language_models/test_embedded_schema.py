"""References, values and validity of schemas."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models._embedded_schema import (
    alternatives_of,
    bounds_of,
    choices_of,
    fits,
    resolve,
    type_of,
)

ROOT = {
    "$defs": {
        "A": {"enum": ["x", "y"], "description": "old"},
        "B": {"$ref": "#/$defs/A"},
        "a/b": {"type": "null"},
    }
}


def test_references_are_followed_and_keep_what_stands_beside_them():
    """A description next to a reference wins; a dangling one allows anything."""
    found = resolve({"$ref": "#/$defs/B", "description": "new"}, ROOT)

    assert found == {"enum": ["x", "y"], "description": "new"}
    assert resolve({"$ref": "#/$defs/a~1b"}, ROOT) == {"type": "null"}
    assert resolve({"$ref": "#/$defs/none"}, ROOT) == {}
    assert resolve({"allOf": [True]}, ROOT) == {}


def test_all_of_is_merged():
    """Properties and required names of all parts hold."""
    parts = [
        {"properties": {"a": {}}, "required": ["a"]},
        {"properties": {"b": {}}, "required": ["b"]},
    ]

    found = resolve({"allOf": parts}, ROOT)

    assert set(found["properties"]) == set(found["required"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("schema", "choices"),
    [
        ({"const": 3}, [3]),
        ({"enum": ["a", 1], "type": "string"}, ["a"]),
        ({"type": "boolean"}, [True, False]),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 4}, [1, 2, 3]),
        ({"type": "integer", "minimum": 0, "maximum": 9, "multipleOf": 5}, [0, 5]),
        ({"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}, ["x", "y", None]),
        ({"anyOf": [{"const": 1}, {"type": "string"}]}, None),
        ({"type": "integer", "minimum": 0}, None),
        ({"type": "integer", "minimum": 0, "maximum": 99}, None),
        ({"type": "string"}, None),
    ],
)
def test_values_that_can_be_listed_are_listed(schema, choices):
    """Enumerations, constants, booleans and small ranges, also as alternatives."""
    assert choices_of(schema, ROOT) == choices


def test_null_is_the_last_alternative():
    """Something is answered rather than nothing."""
    found = alternatives_of({"type": ["null", "string"]}, ROOT)

    assert [option["type"] for option in found] == ["string", "null"]


def test_types_are_told_by_what_stands_there():
    """`properties` means object, `items` list, nothing text."""
    found = [type_of(s) for s in ({"properties": {}}, {"items": {}}, {})]

    assert found == ["object", "array", "string"]
    assert bounds_of({"minimum": 1, "exclusiveMinimum": 3}) == (3, float("inf"))


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("ab", max_size=3)),
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(st.sampled_from("ab"), children, max_size=2),
    ),
    max_leaves=4,
)
_SCHEMAS = st.sampled_from(
    [
        {"type": "integer", "minimum": 0, "exclusiveMaximum": 3},
        {"type": "number", "multipleOf": 2},
        {"type": ["string", "null"], "minLength": 1},
        {"type": "string", "pattern": "^a"},
        {"enum": ["a", 1, None]},
        {"const": True},
        {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
        {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        {"type": "array", "uniqueItems": True, "minItems": 1},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "null"}}},
        {"type": "object", "additionalProperties": False, "properties": {"b": True}},
        {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
        {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 0}]},
        {"allOf": [{"type": "integer"}, {"minimum": 2}]},
    ]
)


@given(value=_VALUES, schema=_SCHEMAS)
def test_validity_is_that_of_jsonschema(value, schema):
    """Both say the same of every value and every keyword we know."""
    assert fits(value, schema, schema) == jsonschema.Draft202012Validator(
        schema
    ).is_valid(value)
