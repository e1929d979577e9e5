"""The text of a schema is written once, and again when the schema changed."""

import json

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


def test_it_keeps_so_many_and_no_more(monkeypatch):
    """Schemas that are made anew for each call do not fill the memory."""
    monkeypatch.setattr(_schema_text, "_kept", {})
    monkeypatch.setattr(_schema_text, "_MAX_KEPT", 3)

    for number in range(10):
        schema_text({"title": str(number)})

    assert len(_schema_text._kept) <= 3
