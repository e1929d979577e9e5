"""Numbers and texts to try."""

import pytest

from synalinks.language_models._embedded_values import (
    another_value,
    default_numbers,
    fit_length,
    has_format,
    judged_numbers,
    numbers_in,
    texts_in,
)


def test_numbers_are_read_from_texts():
    """Grouped digits, fractions, signs; nothing of absurd length."""
    found = numbers_in(f"-3 of 1,200 or 2.50, {'9' * 40}")

    assert found == [-3, 1200, 2.5]


@pytest.mark.parametrize(
    ("schema", "number"),
    [
        ({"type": "number"}, 0.25),
        ({"type": "number", "minimum": 1, "maximum": 9}, 3.0),
        ({"type": "integer", "minimum": 0, "maximum": 100}, 25),
        ({"type": "number", "minimum": 0, "maximum": 2, "multipleOf": 0.5}, 0.5),
    ],
)
def test_a_share_is_mapped_to_the_range(schema, number):
    """Without bounds the range is 0 to 1."""
    assert judged_numbers(0.25, schema)[0] == pytest.approx(number)


def test_default_numbers_start_with_zero_and_follow_the_bounds():
    """Both bounds and the multiples next to them are tried."""
    schema = {"minimum": 7, "maximum": 11, "multipleOf": 5}

    assert {0, 7, 10, 11, 9} <= set(default_numbers(schema))


def test_texts_of_a_format_are_found():
    """In the input, else a fixed one."""
    schema = {"type": "string", "format": "email"}

    assert texts_in("mail me@example.org now", schema)[0] == "me@example.org"
    assert texts_in("", schema)[-1] == "nobody@example.com"
    assert has_format("me@example.org", schema)
    assert not has_format("me", schema)
    assert has_format("2024-02-29", {"format": "date"})
    assert not has_format("2024-13-45", {"format": "date"})
    assert has_format("anything\nat all", {})


def test_lengths_are_kept():
    """Long texts are cut, short ones filled up."""
    assert fit_length("abc", {"maxLength": 2}) == "ab"
    assert fit_length("abc", {"minLength": 5}) == "abc.."


@pytest.mark.parametrize(
    ("value", "schema", "other"),
    [
        ("a", {"type": "string"}, "a 1"),
        ("a", {"type": "string", "maxLength": 1}, "1"),
        (3, {"type": "integer", "maximum": 3}, 2),
        ("a", {"enum": ["a", "b"]}, "b"),
        ("a", {"const": "a"}, "a"),
    ],
)
def test_another_value_differs_where_it_can(value, schema, other):
    """A schema with one value leaves no choice."""
    assert another_value(value, [value], schema, schema) == other
