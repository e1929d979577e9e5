"""The text of a schema is written once, and again when the schema changed."""

import json

import pytest

from synalinks.errors import SchemaError
from synalinks.language_models import _schema_text
from synalinks.language_models._schema_text import schema_text


def test_it_is_written_once():
    """The same schema gives the very same text, whose hash is known."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}

    assert schema_text(schema) is schema_text(schema)
    assert json.loads(schema_text(schema)) == schema


def test_a_schema_that_was_changed_has_another_text():
    """A caller may change its schema between two calls, also deep inside."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    before = schema_text(schema)

    schema["properties"]["a"]["type"] = "integer"

    assert json.loads(schema_text(schema)) == schema
    assert schema_text(schema) != before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"const": 1}, {"const": True}),
        ({"minimum": 1}, {"minimum": 1.0}),
        ({"properties": {"a": {}, "b": {}}}, {"properties": {"b": {}, "a": {}}}),
        ({"maximum": float("nan")}, {"maximum": None}),
    ],
    ids=["truth", "fraction", "order", "no number"],
)
def test_what_python_calls_equal_may_be_another_schema(before, after):
    """Each schema has a text of its own, also where the one became the other."""
    schema = dict(before)
    assert schema_text(schema) == json.dumps(before)

    schema.update(after)

    assert schema_text(schema) == json.dumps(after)
    assert schema_text(before) == json.dumps(before)


def test_half_a_character_is_written():
    """A description that was cut inside a character is text as well."""
    schema = {"description": "half: \ud83d"}

    assert json.loads(schema_text(schema)) == schema


@pytest.mark.parametrize(
    "part", [object(), {1, 2}, b"x"], ids=["object", "set", "bytes"]
)
def test_what_is_no_json_is_refused(part):
    """Nothing can be asked with a schema that cannot be sent."""
    with pytest.raises(SchemaError, match="cannot be written"):
        schema_text({"default": part})


def test_it_keeps_so_many_and_no_more(monkeypatch):
    """Schemas that are made anew for each call do not fill the memory."""
    monkeypatch.setattr(_schema_text, "_kept", {})
    monkeypatch.setattr(_schema_text, "_MAX_KEPT", 3)

    for number in range(10):
        schema_text({"title": str(number)})

    assert len(_schema_text._kept) <= 3
