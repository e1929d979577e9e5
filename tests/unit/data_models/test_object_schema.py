"""Parts of schemas of objects."""

from synalinks.data_models._object_schema import (
    any_of,
    declared_keys,
    rename_schema,
    reshaped,
    retitled,
)

TEXT = {"type": "string"}


def test_declared_keys_include_required_ones():
    """A key that is required and not described is known too."""
    schema = {"properties": {"a": {}, "b": {}}, "required": ["c", "a"]}

    assert declared_keys(schema) == ["a", "b", "c"]


def test_reshaped_keeps_what_still_holds():
    """Title, description, closedness stay; other constraints are dropped."""
    schema = {
        "$defs": {"A": TEXT},
        "title": "T",
        "description": "D",
        "additionalProperties": False,
        "minProperties": 2,
        "required": ["x"],
        "type": "object",
    }

    assert reshaped(schema, {"a": TEXT}, []) == {
        "title": "T",
        "description": "D",
        "additionalProperties": False,
        "properties": {"a": TEXT},
        "type": "object",
    }


def test_reshaped_opens_what_patterns_allow():
    """Keys that only a pattern allowed stay allowed."""
    schema = {"patternProperties": {"^x": {}}, "additionalProperties": False}

    assert "additionalProperties" not in reshaped(schema, {}, [])


def test_only_made_titles_are_made_anew():
    """A title that someone wrote is kept."""
    assert retitled({"title": "Query"}, "query", "query_1") == {"title": "Query 1"}
    assert retitled({"title": "Mine"}, "query", "query_1") == {"title": "Mine"}
    assert retitled(True, "query", "query_1") is True  # noqa: FBT003 - a schema


def test_any_of_repeats_nothing():
    """Equal alternatives are one, and unions inside are laid open."""
    optional = {"anyOf": [TEXT, {"type": "null"}], "title": "X", "default": None}

    assert any_of([{**TEXT, "title": "A"}, TEXT], {}) == TEXT
    assert any_of([TEXT, optional], {}) == {"anyOf": [TEXT, {"type": "null"}]}
    assert any_of([TEXT, True], {}) == {"anyOf": [TEXT, True]}


def test_rename_renames_properties_and_required_keys():
    """Nested names, definitions and order stay."""
    schema = {
        "type": "object",
        "$defs": {"A": {"type": "object", "properties": {"b": TEXT}}},
        "properties": {"b": {"$ref": "#/$defs/A"}, "a": {"title": "A", **TEXT}},
        "required": ["a"],
    }

    assert rename_schema(schema, lambda key: f"x_{key}") == {
        "type": "object",
        "$defs": {"A": {"type": "object", "properties": {"b": TEXT}}},
        "properties": {"x_b": {"$ref": "#/$defs/A"}, "x_a": {"title": "X A", **TEXT}},
        "required": ["x_a"],
    }
