"""Texts as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.metrics._words import fold, json_text, words


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("A", "A", id="a lone article is a word"),
        pytest.param("The Eiffel Tower.", "eiffel tower", id="articles and capitals"),
        pytest.param("state-of-the-art", "State of the Art", id="hyphens"),
        pytest.param("1,080", "1080", id="groups of thousands"),
        pytest.param("$18.", "18", id="currency and full stop"),
        pytest.param("+5", "5", id="plus sign"),
        pytest.param(".5", "0.5", id="leading point"),
        pytest.param("-.5", "-0.5", id="negative leading point"),
        pytest.param("\N{MINUS SIGN}5", "-5", id="minus sign"),
        pytest.param("10-12", "10 12", id="range"),
        pytest.param("don\N{RIGHT SINGLE QUOTATION MARK}t", "don't", id="apostrophe"),
        pytest.param("the U.S.", "US", id="acronym"),
        pytest.param("C++, then C#", "c++ then c#", id="names with signs"),
        pytest.param("\uff21\uff22", "ab", id="full-width letters"),
        pytest.param("\u6771\u4eac", "\u6771 \u4eac", id="text without spaces"),
    ],
)
def test_texts_that_mean_the_same(text, other):
    """Spelling that carries no meaning does not matter."""
    assert words(text) == words(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("-5", "5", id="sign"),
        pytest.param("3.14", "314", id="decimal point"),
        pytest.param("C++", "C", id="C++"),
        pytest.param("C#", "C", id="C#"),
        pytest.param("A", "The", id="lone articles"),
        pytest.param("A-", "A", id="mark"),
        pytest.param("A+", "A", id="mark with plus"),
        pytest.param("vitamin A", "vitamin", id="letter at the end"),
        pytest.param("5%", "5", id="percent"),
        pytest.param("12:30", "1230", id="time"),
        pytest.param("1,5", "15", id="decimal comma"),
        pytest.param("3/4", "4/3", id="fraction"),
        pytest.param("2nd", "2", id="ordinal"),
        pytest.param("v1.2", "v12", id="version"),
        pytest.param("???", "!!!", id="signs only"),
        pytest.param("x", "", id="empty"),
    ],
)
def test_texts_that_differ(text, other):
    """Spelling that carries meaning matters."""
    assert words(text) != words(other)


@given(st.text())
def test_every_text_has_a_word_and_capitals_do_not_matter(text):
    """There is no text without words, so no empty comparison."""
    assert words(text)
    assert words(text) == words(f"  {text} ")
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(5.0, "5", id="whole number"),
        pytest.param(True, "true", id="boolean"),
        pytest.param({"b": [1.0], "a": None}, '{"a":null,"b":[1]}', id="nested"),
    ],
)
def test_equal_json_has_one_text(value, text):
    """Key order and the form of whole numbers do not matter; booleans differ."""
    assert json_text(value) == text
