"""Masks applied to schemas."""

from synalinks.data_models._mask import Mask, MaskedSchema
from synalinks.data_models._schema_mask import mask_schema

TEXT = {"type": "string"}
NOTE = {
    "type": "object",
    "properties": {"text": TEXT, "mark": TEXT},
    "required": ["text", "mark"],
    "title": "Note",
}
REF = {"$ref": "#/$defs/Note"}


def apply_mask(schema, names, *, keep, recursive=True):
    masked = MaskedSchema(schema, Mask(names), recursive=recursive)
    return mask_schema(masked, keep=keep)


def schema(**properties):
    return {
        "$defs": {"Note": NOTE},
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def test_definitions_are_masked_under_their_name():
    """Where the original is not used, the masked definition is called as it was."""
    given = schema(note=REF, a=TEXT)

    kept = apply_mask(given, ["text"], keep=True)
    dropped = apply_mask(given, ["text"], keep=False)

    assert kept["properties"] == {"note": REF}
    assert kept["$defs"]["Note"] == {
        "type": "object",
        "properties": {"text": TEXT},
        "required": ["text"],
        "title": "Note",
    }
    assert dropped["properties"] == {"note": REF, "a": TEXT}
    assert list(dropped["$defs"]["Note"]["properties"]) == ["mark"]


def test_whole_and_masked_definitions_may_both_be_needed():
    """A covered field keeps the whole definition, another one gets the masked one."""
    result = apply_mask(schema(note=REF, other=REF), ["note", "text"], keep=True)

    assert result["properties"] == {"note": REF, "other": {"$ref": "#/$defs/Note_1"}}
    assert list(result["$defs"]["Note"]["properties"]) == ["text", "mark"]
    assert list(result["$defs"]["Note_1"]["properties"]) == ["text"]


def test_definitions_that_contain_themselves():
    """A recursive definition is masked once."""
    tree = {
        "type": "object",
        "properties": {
            "text": TEXT,
            "trees": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        },
    }

    result = apply_mask({"$defs": {"Tree": tree}, **tree}, ["text"], keep=False)

    assert result["$defs"]["Tree"]["properties"] == {
        "trees": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}
    }


def test_optional_objects_are_optional_when_kept():
    """What may be null has nothing to keep then, so the key may be absent."""
    optional = {"anyOf": [REF, {"type": "null"}], "default": None, "title": "N"}

    kept = apply_mask(schema(note=optional), ["text"], keep=True)
    dropped = apply_mask(schema(note=optional), ["text"], keep=False)

    assert kept["properties"] == {"note": {**REF, "title": "N"}}
    assert "required" not in kept
    assert dropped["properties"]["note"] == {
        "title": "N",
        "anyOf": [REF, {"type": "null"}],
    }
    assert dropped["required"] == ["note"]


def test_unions_of_objects_stay_unions():
    """Every alternative is masked by itself."""
    result = apply_mask(schema(note={"oneOf": [NOTE, REF]}), ["mark"], keep=True)

    assert list(result["properties"]["note"]) == ["anyOf"]
    assert len(result["properties"]["note"]["anyOf"]) == 2


def test_lists_are_masked_inside():
    """Elements are masked; positions stay unless elements are left out."""
    array = {"type": "array", "prefixItems": [TEXT, REF], "items": REF, "minItems": 2}

    kept = apply_mask(schema(notes=array), ["text"], keep=True)
    dropped = apply_mask(schema(notes=array), ["text"], keep=False)

    assert kept["properties"]["notes"] == {
        "type": "array",
        "items": {"anyOf": [REF, REF]},
    }
    assert dropped["properties"]["notes"] == array
    assert list(dropped["$defs"]["Note"]["properties"]) == ["mark"]


def test_list_without_rest():
    """A list that describes only its first elements stays so."""
    array = {"type": "array", "prefixItems": [REF]}

    assert apply_mask(schema(notes=array), ["text"], keep=False)["properties"] == {
        "notes": array
    }


def test_flat_masks_leave_nested_objects_alone():
    """Without recursion a nested object is one field."""
    given = schema(note=REF, text=TEXT)

    assert apply_mask(given, ["text"], keep=True, recursive=False)["properties"] == {
        "text": TEXT
    }
    assert apply_mask(given, ["text"], keep=False, recursive=False) == {
        "$defs": {"Note": NOTE},
        "type": "object",
        "properties": {"note": REF},
        "required": ["note"],
    }
