"""Two schemas in one."""

import pytest

from synalinks.data_models._schema_concat import (
    concat_names,
    concat_schemas,
    either_schema,
)


def schema(required=(), **properties):
    return {
        "type": "object",
        "title": "T",
        "additionalProperties": False,
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(required),
    }


def test_clashing_keys_get_the_next_number():
    """Numbers go on where the first schema stops, in order of the keys."""
    first = schema(query="string", query_1="string")
    second = schema(query="string", answer="string", query_2="string")

    assert concat_names(first, second) == {
        "query": "query_2",
        "answer": "answer",
        "query_2": "query_3",
    }


def test_concat_has_all_properties_in_order():
    """Properties and required keys of the second come after, renamed."""
    result = concat_schemas(
        schema(["query"], query="string"), schema(["query"], query="integer", a="null")
    )

    assert result == {
        "additionalProperties": False,
        "properties": {
            "query": {"type": "string"},
            "query_1": {"type": "integer"},
            "a": {"type": "null"},
        },
        "required": ["query", "query_1"],
        "title": "T",
        "type": "object",
    }


def test_titles_follow_the_new_names():
    """A sum is what pydantic would make of a class with all the fields."""
    first = {"properties": {"query": {"title": "Query"}}}

    result = concat_schemas(first, first)

    assert result["properties"]["query_1"] == {"title": "Query 1"}
    assert "title" not in result


def test_what_is_there_in_every_case_is_required():
    """A key is required if all schemas require it, whatever else there is."""
    first = schema(["a", "b"], a="string", b="string")
    second = schema(["a", "c"], a="integer", c="string")

    result = either_schema([concat_schemas(first, second), first, second])

    assert list(result["properties"]) == ["a", "b", "a_1", "c"]
    assert result["properties"]["a"] == {
        "anyOf": [{"type": "string"}, {"type": "integer"}],
        "title": "A",
    }
    assert result["properties"]["a_1"] == {"type": "integer"}
    assert result["required"] == ["a"]


def test_either_has_the_properties_of_both():
    """Keys are not renamed, since only one of the objects is there."""
    first = schema(["a"], a="string", b="string")

    assert either_schema([first, first]) == first
    assert list(either_schema([first, schema(a="null")])["properties"]) == ["a", "b"]
    assert "required" not in either_schema([first, schema(b="string")])


def test_alternatives_may_be_boolean_schemas():
    """`true` is a schema too."""
    anything = {"properties": {"a": True}}

    assert either_schema([anything, anything])["properties"] == {"a": True}
    assert either_schema([anything, schema(a="null")])["properties"]["a"] == {
        "anyOf": [True, {"type": "null"}],
        "title": "A",
    }


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (False, False, False),
        (False, {"type": "null"}, {"type": "null"}),
        ({"type": "null"}, False, {"type": "null"}),
        ({"type": "null"}, {"type": "null"}, {"type": "null"}),
        ({"type": "null"}, {"type": "string"}, None),
        (False, True, None),
        (True, False, None),
    ],
)
def test_extra_keys_are_what_both_allow(first, second, expected):
    """The sum allows the undeclared keys that one of the two allows."""
    result = concat_schemas(
        {"properties": {}, "additionalProperties": first},
        {"properties": {}, "additionalProperties": second},
    )

    assert result.get("additionalProperties") == expected


def test_patterns_open_a_schema():
    """Keys that a pattern allows may be there in the sum."""
    patterned = {"additionalProperties": False, "patternProperties": {"^x": {}}}

    assert "additionalProperties" not in concat_schemas(patterned, schema())
