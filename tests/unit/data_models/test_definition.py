"""References and definitions of JSON schemas."""

import pytest

from synalinks.data_models._definition import (
    expanded,
    is_same,
    pruned,
    referred,
    renamed,
    with_shared_definitions,
)
from synalinks.errors import SchemaError

TEXT = {"type": "string"}


def ref(name, **siblings):
    return {"$ref": f"#/$defs/{name}", **siblings}


def test_references_are_followed_to_the_end():
    """A definition that is a reference is followed too; other nodes stay."""
    definitions = {"A": ref("B"), "B": TEXT}

    assert referred(ref("A", title="Mine"), definitions) is TEXT
    assert referred(TEXT, definitions) is TEXT
    assert referred({"$ref": "https://x.org/y"}, {}) == {"$ref": "https://x.org/y"}


def test_missing_definition_is_named():
    """A reference to nothing says what is there."""
    with pytest.raises(SchemaError, match=r"`#/\$defs/X` .* does not exist.*`A`"):
        referred(ref("X"), {"A": TEXT})


def test_circular_reference_is_refused():
    """A definition that is only itself is refused instead of followed for ever."""
    with pytest.raises(SchemaError, match=r"refers to itself"):
        referred(ref("A"), {"A": ref("B"), "B": ref("A")})


def test_expanded_puts_the_definition_at_the_top():
    """The top level becomes the definition, with what stood beside the reference."""
    schema = {"$defs": {"A": {"type": "object"}}, **ref("A", title="Mine")}

    assert expanded(schema) == {
        "$defs": {"A": {"type": "object"}},
        "type": "object",
        "title": "Mine",
    }
    assert expanded(TEXT) is TEXT


def test_pruned_keeps_what_is_needed_by_what_is_used():
    """Definitions that only unused ones need are dropped as well."""
    schema = {
        "$defs": {
            "A": {"items": [ref("B"), ref("A")]},
            "B": TEXT,
            "C": ref("D"),
            "D": {},
        },
        "properties": {"a": ref("A"), "x": ref("Unknown")},
    }

    assert list(pruned(schema)["$defs"]) == ["A", "B"]
    assert pruned({"$defs": {"A": {}}, "type": "object"}) == {"type": "object"}


def test_renamed_changes_references_and_no_data():
    """Only references to the named definitions change."""
    node = {"anyOf": [ref("A"), ref("B")], "default": ["A"], "$ref": {"type": "null"}}

    assert renamed(node, {"A": "A_1"}) == {
        "anyOf": [ref("A_1"), ref("B")],
        "default": ["A"],
        "$ref": {"type": "null"},
    }


def test_clashing_definitions_are_renamed():
    """Equal definitions are shared; another content gets another name."""
    first = {"$defs": {"A": TEXT, "B": ref("A")}, "properties": {"x": ref("B")}}
    second = {
        "$defs": {"A": {"type": "null"}, "B": ref("A"), "A_1": TEXT},
        "properties": {"x": ref("B"), "y": ref("A_1")},
    }

    definitions, one, other = with_shared_definitions(first, second)

    assert one["properties"] == {"x": ref("B")}
    assert other["properties"] == {"x": ref("B_1"), "y": ref("A_1")}
    assert definitions == {
        "A": TEXT,
        "B": ref("A"),
        "A_2": {"type": "null"},
        "B_1": ref("A_2"),
        "A_1": TEXT,
    }


def test_equal_definitions_are_shared():
    """Nothing is renamed where both schemas mean the same."""
    schema = {"$defs": {"A": TEXT}, "properties": {"x": ref("A")}}

    definitions, one, other = with_shared_definitions(schema, schema)

    assert definitions == {"A": TEXT}
    assert one == other == {"properties": {"x": ref("A")}}


def test_same_follows_references():
    """Parts are the same whatever their definitions are called."""
    tree = {"items": ref("Tree")}
    plant = {"items": ref("Plant")}

    assert is_same(ref("Tree"), ref("Plant"), {"Tree": tree}, {"Plant": plant})
    assert is_same(ref("A"), TEXT, {"A": TEXT}, {})
    assert is_same({"items": True}, ref("A"), {}, {"A": {"items": True}})
    assert is_same(ref("A"), True, {"A": True}, {})  # noqa: FBT003 - a schema


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ref("A", title="x"), ref("A", title="y")),
        (ref("A"), ref("B")),
        ({"const": 1}, {"const": True}),
        ({"enum": [1]}, {"enum": [1, 2]}),
        ({"enum": [1]}, {"enum": {}}),
        ({"type": "null"}, {"type": "null", "title": "x"}),
    ],
)
def test_different_parts_are_told_apart(first, second):
    """Any difference counts, also beside a reference."""
    definitions = {"A": TEXT, "B": {"type": "null"}}

    assert not is_same(first, second, definitions, definitions)
