"""Operations on values, by what was decided on schemas."""

import pytest

from synalinks.data_models._mask import Mask, MaskedSchema
from synalinks.data_models._value_algebra import (
    concat_values,
    factorize_value,
    mask_value,
    rename_value,
)

NOTE = {"type": "object", "properties": {"text": {}, "mark": {}}}


def test_renaming_follows_the_schemas():
    """A key is renamed though the value it would clash with is absent."""
    assert concat_values(
        {}, {"query": 2}, {"query": "query"}, {"query": "query_1"}
    ) == {"query_1": 2}


def test_undeclared_keys_get_free_names():
    """What no schema declares comes last, and takes no declared name."""
    result = concat_values({"a": 1, "b": 2}, {"b": 3, "a": 4}, {"a": "a"}, {"b": "b"})

    assert result == {"a": 1, "b": 3, "b_1": 2, "a_1": 4}
    assert list(result) == ["a", "b", "b_1", "a_1"]


def test_rename_keeps_order_and_nesting():
    """Only the keys at the top change."""
    assert rename_value({"b": {"c": 1}, "a": 2}, str.upper) == {"B": {"c": 1}, "A": 2}


def test_factorize_gathers_in_order_of_the_members():
    """Lists are taken over element by element, absent members are left out."""
    groups = {"queries": {"query": False, "queries": True, "query_1": False}}

    assert factorize_value({"query_1": 3, "a": 0, "queries": [1, 2]}, groups) == {
        "queries": [1, 2, 3],
        "a": 0,
    }
    assert factorize_value({"a": 0}, groups) == {"a": 0}


def test_factorize_keeps_undeclared_keys_apart():
    """A key that the schema does not declare is not mistaken for the list."""
    groups = {"queries": {"query": False, "query_1": False}}

    assert factorize_value({"query": 1, "queries": None}, groups) == {
        "queries": [1],
        "queries_1": None,
    }


@pytest.mark.parametrize(
    ("node", "part", "kept", "dropped"),
    [
        (NOTE, {"text": 1, "mark": 2}, {"text": 1}, {"mark": 2}),
        ({"type": "array", "items": NOTE}, [{"mark": 2}, 5], [{}], [{"mark": 2}, 5]),
        (
            {"type": "array", "prefixItems": [{}], "items": NOTE},
            [{"text": 1}, {"text": 1}],
            [{"text": 1}],
            [{"text": 1}, {}],
        ),
        ({"anyOf": [{"type": "null"}, NOTE]}, None, ..., None),
        ({"anyOf": [{"type": "null"}, NOTE]}, {"text": 1}, {"text": 1}, {}),
        (NOTE, "invalid", ..., "invalid"),
        ({"type": "object"}, {"text": 1}, ..., {"text": 1}),
    ],
)
def test_masks_go_where_the_schema_declares_fields(node, part, kept, dropped):
    """Objects and lists are masked inside; maps and scalars are whole."""
    masked = MaskedSchema({"properties": {"x": node}}, Mask(["text"]), recursive=True)

    results = [mask_value({"x": part}, masked, keep=keep) for keep in (True, False)]

    assert results == [{} if kept is ... else {"x": kept}, {"x": dropped}]


def test_masks_cover_undeclared_keys_by_name():
    """A key that the schema does not declare is covered or not, like any other."""
    masked = MaskedSchema({"properties": {}}, Mask(["text"]), recursive=True)
    value = {"text": {"mark": 1}, "mark": 2}

    assert mask_value(value, masked, keep=True) == {"text": {"mark": 1}}
    assert mask_value(value, masked, keep=False) == {"mark": 2}
