"""Descriptions of a schema: read, and put back."""

from synalinks.modules._descriptions import DescribedSchema, texts_schema

SCHEMA = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "description": "It."},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
    },
    "$defs": {
        "Part": {"type": "object", "properties": {"size": {"type": "integer"}}},
        "Kind": {"enum": ["a", "b"]},
    },
}


def test_fields_are_named_by_where_they_are():
    """Those of a definition have its name in front."""
    assert DescribedSchema(SCHEMA).descriptions() == {
        "answer": "It.",
        "parts": "",
        "Part.size": "",
    }


def test_other_words_are_put_in_their_places():
    """The schema given is left alone; what has no new words keeps its own."""
    fields = DescribedSchema(SCHEMA)

    schema = fields.described({"answer": "", "parts": "All.", "Part.size": "Cm."})

    assert fields.schema is SCHEMA
    assert "description" not in SCHEMA["properties"]["parts"]
    assert schema["properties"]["answer"]["description"] == "It."
    assert schema["properties"]["parts"]["description"] == "All."
    size = schema["$defs"]["Part"]["properties"]["size"]
    assert size == {"type": "integer", "description": "Cm."}
    assert schema["$defs"]["Kind"] == {"enum": ["a", "b"]}


def test_the_same_words_give_the_same_schema():
    """All calls of a batch share one, and prompts made of it are found again."""
    fields = DescribedSchema(SCHEMA)
    words = {"answer": "That."}

    assert fields.described(words) is fields.described(words)
    kept = [{"answer": str(n)} for n in range(200)]
    made = [fields.described(one)["properties"]["answer"] for one in kept]
    assert [one["description"] for one in made] == [str(n) for n in range(200)]


def test_texts_are_a_field_of_a_variable():
    """All are to be there, and no others."""
    schema = texts_schema("Words", {"answer": "It."})

    assert schema["required"] == ["answer"]
    assert schema["default"] == {"answer": "It."}
    assert schema["additionalProperties"] is False
