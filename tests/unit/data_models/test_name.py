"""Names of fields."""

import pytest

from synalinks.data_models._name import base_name, free_name, plural, singular, title_of


@pytest.mark.parametrize(
    ("key", "base"),
    [("query", "query"), ("query_12", "query"), ("a_1_2", "a_1"), ("_1", "_1")],
)
def test_base_name_has_no_number(key, base):
    """The last number is taken off, where something is left before it."""
    assert base_name(key) == base


@pytest.mark.parametrize(
    ("key", "taken", "free"),
    [
        ("query", set(), "query"),
        ("query", {"query"}, "query_1"),
        ("query", {"query", "query_1", "query_3"}, "query_2"),
        ("query_1", {"query_1"}, "query_2"),
        ("gpt_4", {"gpt_4"}, "gpt_1"),
    ],
)
def test_free_name_counts_from_one(key, taken, free):
    """A taken key gets the first free number of its base name."""
    assert free_name(key, taken) == free


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("query", "queries"),
        ("Query", "Queries"),
        ("QUERY", "QUERIES"),
        ("search_query", "search_queries"),
        ("person", "people"),
        ("analysis", "analyses"),
        ("status", "statuses"),
        ("address", "addresses"),
        ("x", "xes"),
    ],
)
def test_plural_and_singular_are_inverse(one, several):
    """The plural of a name has that name as singular, and stays as it is."""
    assert plural(one) == several
    assert singular(several) == one
    assert singular(one) is None
    assert plural(several) == several


@pytest.mark.parametrize(
    ("name", "several"), [("名前", "名前s"), ("_", "_s"), ("", "s")]
)
def test_a_name_that_is_no_word_gets_an_s(name, several):
    """Names without a word at the end have a plural too, and no singular."""
    assert plural(name) == several
    assert singular(name) is None


def test_title_is_that_of_pydantic():
    """Titles are made as pydantic makes them."""
    assert title_of("user_name_1") == "User Name 1"
