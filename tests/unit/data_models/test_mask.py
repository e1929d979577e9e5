"""Masks, and where in a schema they apply."""

import re

import pytest

from synalinks.data_models._mask import Mask, MaskedSchema, branches_of, elements_of
from synalinks.errors import ConfigurationError

NOTE = {"type": "object", "properties": {"text": {}}}


@pytest.mark.parametrize(
    ("names", "covered", "not_covered"),
    [
        (["query"], ["query", "query_2", "queries", "queries_1"], ["quer", "question"]),
        (["queries"], ["queries", "queries_1"], ["query"]),
        (["query_1"], ["query_1"], ["query", "query_2"]),
        ([], [], ["query"]),
        (("person",), ["people"], ["peoples"]),
        ({"a"}, ["a"], ["b"]),
    ],
)
def test_names_cover_numbers_and_plurals(names, covered, not_covered):
    """A name means its numbered and plural forms; other forms mean themselves."""
    mask = Mask(names)

    assert all(mask.covers(key) for key in covered)
    assert not any(mask.covers(key) for key in not_covered)


@pytest.mark.parametrize("key", ["query", "query_1", "queries_2"])
def test_pattern_is_searched_in_the_base_name(key):
    """Neither number nor plural hides a name from a pattern."""
    assert Mask(pattern="^query$").covers(key)
    assert not Mask(pattern="^query$").covers("question")


def test_mask_or_pattern():
    """A field is covered if the names or the pattern mean it."""
    mask = Mask(["a"], "^b")

    assert mask.covers("a")
    assert mask.covers("bc")
    assert not mask.covers("c")


@pytest.mark.parametrize(
    ("names", "pattern", "message"),
    [
        (None, None, "A mask needs names or a pattern"),
        ("query", None, "received 'query'. Write `mask=['query']`."),
        ([1], None, "`mask` expected a list of field names, received [1]."),
        (None, "(", "`pattern` expected a regular expression, received '(': missing )"),
        (None, 5, "`pattern` expected a regular expression, received 5"),
    ],
)
def test_wrong_masks_are_refused(names, pattern, message):
    """The message says what was received and what to write."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        Mask(names, pattern)


def masked(node, *, recursive=True):
    schema = {
        "$defs": {
            "Note": NOTE,
            "Tree": {
                "type": "object",
                "properties": {
                    "leaf": {},
                    "trees": {"items": {"$ref": "#/$defs/Tree"}},
                },
            },
        },
        "properties": {"x": node},
    }
    return MaskedSchema(schema, Mask(["text"]), recursive=recursive)


@pytest.mark.parametrize(
    ("node", "is_reached"),
    [
        ({"$ref": "#/$defs/Note"}, True),
        ({"$ref": "#/$defs/Tree"}, False),
        ({"type": "array", "items": NOTE}, True),
        ({"type": "array", "prefixItems": [{}, NOTE], "items": False}, True),
        ({"anyOf": [{"type": "null"}, NOTE]}, True),
        ({"oneOf": [NOTE]}, True),
        ({"allOf": [NOTE]}, True),
        ({"allOf": [NOTE, {}]}, False),
        ({"type": "object", "additionalProperties": NOTE}, False),
        (True, False),
    ],
)
def test_reaches_through_objects_and_lists(node, is_reached):
    """Fields are found behind references, lists and unions, not in maps."""
    assert masked(node).reaches(node) == is_reached
    assert masked(node).reaches(node) == is_reached


def test_flat_masks_reach_nothing():
    """A mask that is not recursive means the fields at the top alone."""
    assert not masked(NOTE, recursive=False).reaches(NOTE)


@pytest.mark.parametrize(
    ("node", "is_whole"),
    [
        (NOTE, True),
        ({"$ref": "#/$defs/Note"}, True),
        ({"type": "array", "items": NOTE}, True),
        ({"anyOf": [NOTE, {"$ref": "#/$defs/Note"}]}, True),
        ({"anyOf": [NOTE, {"type": "null"}]}, False),
        ({"type": ["object", "null"], "properties": {"text": {}}}, False),
    ],
)
def test_kept_whole_unless_it_may_be_something_else(node, is_whole):
    """A value that may be null instead of an object may have nothing to keep."""
    assert masked(node).is_kept_whole(node) == is_whole


def test_union_within_itself_is_looked_at_once():
    """A definition that is a union with itself does not hang."""
    schema = {
        "$defs": {"U": {"anyOf": [NOTE, {"allOf": [{"$ref": "#/$defs/U"}]}]}},
        "properties": {},
    }
    node = {"$ref": "#/$defs/U"}

    assert MaskedSchema(schema, Mask(["text"]), recursive=True).is_kept_whole(node)


def test_parts_of_nodes():
    """What has properties is an object, whatever else it says."""
    assert branches_of({"properties": {}, "anyOf": [NOTE]}) == []
    assert branches_of(True) == []  # noqa: FBT003 - a schema
    assert elements_of({"prefixItems": [NOTE], "items": False}) == [NOTE, False]
    assert elements_of({}) == []
