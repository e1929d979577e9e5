"""Two texts as one that shows what changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.reports._word_diff import Piece, word_diff


def test_words_are_compared():
    """A sentence that changed in a word shows that word."""
    assert word_diff("Tell the truth now.", "Tell the whole truth.") == [
        Piece("same", "Tell the "),
        Piece("new", "whole "),
        Piece("same", "truth"),
        Piece("gone", " now"),
        Piece("same", "."),
    ]


def test_what_was_appended_is_new():
    """A text that goes on after the old one keeps the old one, however long it is."""
    assert word_diff("Short.", "Short. " + "More. " * 50)[0] == Piece("same", "Short.")


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("", "", []),
        ("", "new", ["new"]),
        ("old", "", ["gone"]),
        ("the same", "the same", ["same"]),
        (
            "one two three four",
            "completely other words here, not those",
            ["gone", "new"],
        ),
    ],
    ids=["nothing", "begun", "ended", "same", "another"],
)
def test_kinds(before, after, kinds):
    """Texts with little in common are shown one after the other."""
    assert [piece.kind for piece in word_diff(before, after)] == kinds


@given(st.text("ab \n.", max_size=60), st.text("ab \n.", max_size=60))
def test_both_texts_can_be_read_from_it(before, after):
    """Without what is new it is the old text, without what is gone the new one."""
    pieces = word_diff(before, after)

    assert "".join(one.text for one in pieces if one.kind != "new") == before
    assert "".join(one.text for one in pieces if one.kind != "gone") == after
    assert all(one.text for one in pieces)


def test_long_texts_are_compared_by_lines():
    """A text of thousands of words does not take minutes."""
    before = "".join(f"line {index}\n" for index in range(3000))
    after = before.replace("line 7\n", "line seven\n")

    changed = [one for one in word_diff(before, after) if one.kind != "same"]

    assert changed == [Piece("gone", "line 7\n"), Piece("new", "line seven\n")]
