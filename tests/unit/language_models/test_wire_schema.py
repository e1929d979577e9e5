"""Schemas are rewritten into the dialects of endpoints."""

from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, Field

from synalinks.errors import SchemaError
from synalinks.language_models._wire_schema import inlined, strict, with_object_root


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    color: Color
    size: int = Field(default=3, ge=0, description="How big.")


class Whole(BaseModel):
    name: str
    parts: list[Part] = []
    first: Part = Field(description="The first.")
    note: str | None = None


class Tree(BaseModel):
    value: int
    children: list["Tree"] = []


class Open(BaseModel):
    extra: dict[str, Any]


ONE_KEY = {
    "type": "object",
    "properties": {"b": {"type": "string"}},
    "required": ["b"],
    "additionalProperties": False,
}


def objects_in(node):
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for part in node.values():
            yield from objects_in(part)
    if isinstance(node, list):
        for part in node:
            yield from objects_in(part)


@pytest.mark.parametrize("model", [Whole, Tree])
def test_strict_objects_are_closed_and_complete(model):
    """Every object lists all its keys as required and allows no other."""
    found = list(objects_in(strict(model.model_json_schema())))

    assert len(found) >= 1
    for node in found:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_strict_keeps_the_order_of_fields():
    """Models write keys in the order of the schema: thoughts come before answers."""
    schema = strict(Whole.model_json_schema())

    assert list(schema["properties"]) == ["name", "parts", "first", "note"]


def test_strict_makes_optional_fields_nullable():
    """What could be left out may be null."""
    part = strict(Whole.model_json_schema())["$defs"]["Part"]["properties"]

    assert part["size"] == {
        "description": "How big. (minimum: 0, default: 3)",
        "anyOf": [{"type": "integer"}, {"type": "null"}],
    }
    assert part["color"] == {"$ref": "#/$defs/Color"}


def test_strict_writes_out_a_reference_with_a_description():
    """The dialect allows nothing beside `$ref`."""
    first = strict(Whole.model_json_schema())["properties"]["first"]

    assert first["description"] == "The first."
    assert first["type"] == "object"


def test_strict_keeps_recursion():
    """A schema that contains itself stays finite."""
    schema = strict(Tree.model_json_schema())

    assert schema["type"] == "object"
    assert "$ref" in str(schema["$defs"]["Tree"])


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            {**ONE_KEY, "type": ["object", "null"], "description": "Whole."},
            {"description": "Whole.", "anyOf": [ONE_KEY, {"type": "null"}]},
        ),
        (
            {"type": ["array", "null"], "items": {"type": ["integer", "null"]}},
            {
                "anyOf": [
                    {
                        "type": "array",
                        "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    },
                    {"type": "null"},
                ]
            },
        ),
        (
            {**ONE_KEY, "type": ["string", "object", "array"], "items": ONE_KEY},
            None,
        ),
        (
            {**ONE_KEY, "type": ["string", "object"]},
            {"anyOf": [{"type": "string"}, ONE_KEY]},
        ),
        ({"type": ["string"]}, {"type": "string"}),
        ({**ONE_KEY, "type": ["object"]}, ONE_KEY),
        ({**ONE_KEY, "type": "string"}, {"type": "string"}),
    ],
    ids=[
        "object or null", "array or null", "more than the dialect says",
        "text or object", "one alone", "object alone", "keys of no object",
    ],
)  # fmt: skip
def test_strict_says_each_of_several_types(part, said):
    """Each is a branch with the keywords that are about it: none is lost."""
    schema = {"type": "object", "properties": {"a": part}, "required": ["a"]}

    if said is None:
        with pytest.raises(SchemaError, match="combines several schemas"):
            strict(schema)
    else:
        assert strict(schema)["properties"]["a"] == said


def test_strict_says_null_once_among_several_types():
    """An optional field of such a type needs no null of its own."""
    part = {"type": ["integer", "null"]}

    schema = strict({"type": "object", "properties": {"a": part}})

    either = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert schema["properties"]["a"] == either


def test_strict_has_no_choice_at_the_root():
    """An answer is an object, and the dialect wants to be told so."""
    assert strict({**ONE_KEY, "type": ["object", "null"]}) == ONE_KEY


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"type": "object"}, "`$.a` takes any keys."),
        ({"type": ["object", "null"]}, "`$.a` takes any keys."),
        ({"type": ["array", "null"]}, "`$.a` takes any value."),
        ({"type": []}, "`$.a` takes any value."),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "any keys"),
        ({}, "`$.a` takes any value."),
        ({"type": "array"}, "`$.a` takes any value."),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "any value"),
        (True, "any value"),
        ({"$ref": "#/$defs/Missing"}, "refers to nothing"),
    ],
)
def test_strict_refuses_what_it_cannot_say(part, where):
    """The reason names the place."""
    schema = {"type": "object", "properties": {"a": part}, "required": ["a"]}

    with pytest.raises(SchemaError) as caught:
        strict(schema)

    assert where in str(caught.value)


def test_strict_rewrites_single_values_and_unions():
    """`const` becomes an enumeration, `oneOf` becomes `anyOf`, `allOf` is merged."""
    schema = {
        "type": "object",
        "properties": {
            "a": {"const": "x", "type": "string"},
            "b": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "c": {"allOf": [{"type": "string"}], "description": "Text."},
        },
        "required": ["a", "b", "c"],
    }

    assert strict(schema)["properties"] == {
        "a": {"enum": ["x"], "type": "string"},
        "b": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "c": {"description": "Text.", "type": "string"},
    }


def test_inlined_has_no_references():
    """Each reference is replaced by its definition."""
    schema = inlined(Whole.model_json_schema())

    assert "$ref" not in str(schema)
    assert "$defs" not in schema
    assert schema["properties"]["parts"]["items"]["title"] == "Part"
    assert schema["properties"]["first"]["description"] == "The first."


def test_inlined_refuses_recursion():
    """An endless schema cannot be written out."""
    with pytest.raises(SchemaError, match="contains itself"):
        inlined(Tree.model_json_schema())


def test_the_root_is_an_object():
    """A reference at the root is followed; anything but an object is refused."""
    assert with_object_root(Tree.model_json_schema())["type"] == "object"
    with pytest.raises(SchemaError, match="Put it into a field of an object"):
        with_object_root({"type": "array", "items": {}})
    assert Open.model_json_schema()["properties"]["extra"]["type"] == "object"


def test_inlined_leaves_data_alone():
    """What looks like a reference in a value is a value; property names are names."""
    data = {"$ref": "#/$defs/Missing"}
    schema = {
        "type": "object",
        "properties": {
            "const": {"$ref": "#/$defs/Leaf"},
            "b": {"const": data, "default": data, "enum": [data], "examples": [data]},
        },
        "patternProperties": {"default": {"$ref": "#/$defs/Leaf"}},
        "$defs": {"Leaf": {"type": "integer"}},
    }

    assert inlined(schema) == {
        "type": "object",
        "properties": {
            "const": {"type": "integer"},
            "b": schema["properties"]["b"],
        },
        "patternProperties": {"default": {"type": "integer"}},
    }


def test_strict_ends_where_a_described_part_contains_itself():
    """Its description would have to be written out for ever."""
    child = {"$ref": "#/$defs/Tree", "description": "Below it."}
    tree = {"type": "object", "properties": {"child": child}}

    schema = strict({**tree, "$defs": {"Tree": tree}})

    assert "#/$defs/Tree" in str(schema["properties"])


def test_strict_says_null_once():
    """An optional field that takes null already stays as it is."""
    either = {"anyOf": [{"type": "string"}, {"type": "null"}]}

    schema = strict({"type": "object", "properties": {"a": either}})

    assert schema["properties"]["a"] == either


@pytest.mark.parametrize(
    "part",
    [
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "patternProperties": {"^x": {"type": "string"}},
            "additionalProperties": False,
        },
        {
            "type": "array",
            "prefixItems": [{"type": "string"}],
            "items": {"type": "null"},
        },
        {"type": "string", "allOf": [{"minLength": 1}, {"maxLength": 9}]},
        {"properties": {"a": {"type": "string"}}, "allOf": [ONE_KEY]},
        {"properties": {"a": {"type": "string"}}, "allOf": [ONE_KEY, ONE_KEY]},
        {"properties": {"a": {"type": "string"}}, "anyOf": [ONE_KEY, ONE_KEY]},
        {"properties": {"a": {"type": "string"}}, "$ref": "#/$defs/OneKey"},
        {"type": "string", "enum": ["a"], "oneOf": [{"type": "string"}]},
    ],
    ids=[
        "keys of a pattern", "places of their own", "all of two", "keys beside all of",
        "keys beside all of two", "keys beside any of", "keys beside a reference",
        "values beside one of",
    ],
)  # fmt: skip
def test_strict_loses_nothing_silently(part):
    """What the dialect has no word for sends the schema to the next strategy."""
    with pytest.raises(SchemaError):
        strict({"properties": {"a": part}, "$defs": {"OneKey": ONE_KEY}})
