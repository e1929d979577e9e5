"""Numbered fields as lists, in schemas."""

import pytest

from synalinks.data_models._schema_factorize import factor_groups, factorize_schema

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}


def schema(**properties):
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("properties", "groups"),
    [
        ({"query": TEXT, "answer": TEXT}, {}),
        ({"query_1": TEXT}, {}),
        ({"query": TEXT, "query_1": TEXT}, {"queries": ["query", "query_1"]}),
        ({"step_1": TEXT, "step_2": TEXT}, {"steps": ["step_1", "step_2"]}),
        ({"query": TEXT, "queries": TEXTS}, {"queries": ["query", "queries"]}),
        ({"queries": TEXTS, "queries_1": TEXTS}, {"queries": ["queries", "queries_1"]}),
        ({"note": TEXT, "notes": TEXT}, {}),
        ({"notes": TEXT, "notes_1": TEXT}, {"notes": ["notes", "notes_1"]}),
        ({"note": TEXT, "note_1": TEXT, "notes": TEXT}, {}),
        ({"tag": TEXTS, "tag_1": TEXTS}, {"tags": ["tag", "tag_1"]}),
    ],
)
def test_groups(properties, groups):
    """Fields are grouped by base name, and with a list that has their plural."""
    found = factor_groups(schema(**properties))

    assert {name: list(members) for name, members in found.items()} == groups


def test_list_stands_where_its_first_member_stood():
    """Order, titles and required keys follow the members."""
    result = factorize_schema(
        {
            **schema(a=TEXT, query={**TEXT, "title": "Query"}, b=TEXT, query_1=TEXT),
            "required": ["query_1", "b"],
            "title": "T",
        }
    )

    assert result == {
        "type": "object",
        "title": "T",
        "properties": {
            "a": TEXT,
            "queries": {"items": TEXT, "title": "Queries", "type": "array"},
            "b": TEXT,
        },
        "required": ["queries", "b"],
    }


def test_different_members_make_alternatives():
    """Elements of a list may have any of the schemas of the members."""
    result = factorize_schema(schema(query=TEXT, query_1=NUMBER, queries=TEXTS))

    assert result["properties"]["queries"]["items"] == {"anyOf": [TEXT, NUMBER]}


def test_list_of_anything_stays_one():
    """A list without a schema of its elements allows anything."""
    result = factorize_schema(schema(query=TEXT, queries={"type": "array"}))

    assert result["properties"]["queries"]["items"] == {"anyOf": [TEXT, {}]}


def test_list_behind_a_reference_is_a_list():
    """References are followed."""
    result = factorize_schema(
        {
            **schema(query=TEXT, queries={"$ref": "#/$defs/Texts"}),
            "$defs": {"Texts": TEXTS},
        }
    )

    assert result["properties"] == {
        "queries": {"items": TEXT, "title": "Queries", "type": "array"}
    }
    assert "$defs" not in result
