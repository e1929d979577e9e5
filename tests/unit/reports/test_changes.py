"""What of a program has changed."""

from synalinks.reports._changes import changes_between, readable


def test_lists_are_compared_by_entries():
    """Examples are counted as added, taken away and kept."""
    before = {"a": {"examples": [{"x": 1}, {"x": 2}]}}
    after = {"a": {"examples": [{"x": 2}, *({"x": 10 + i} for i in range(30))]}}

    (change,) = changes_between(before, after)

    assert (change.path, change.field, change.is_changed) == ("a", "examples", True)
    assert change.gone == ["x: 1"]
    assert len(change.new) == 24
    assert (change.n_kept, change.n_hidden) == (1, 6)


def test_texts_and_new_fields_are_compared():
    """A field that was not there before is new as a whole."""
    instructions, style = changes_between(
        {"a": {"instructions": "Be brief."}},
        {"a": {"instructions": "Be brief.", "style": {"tone": "kind"}}},
    )

    assert not instructions.is_changed
    assert style.is_changed
    assert [(one.kind, one.text) for one in style.pieces] == [("new", "tone: kind")]


def test_json_is_shown_as_people_read_it():
    """Names and values stand on lines of their own, lists with dashes."""
    value = {"text": "Hi", "parts": [{"a": 1, "b": [True]}, "c"], "none": None, "e": []}

    assert readable(value).splitlines() == [
        "text: Hi",
        "parts:",
        "  - a: 1",
        "    b:",
        "      - true",
        "  - c",
        "none: null",
        "e: []",
    ]
    assert readable(None) == ""
    assert readable(0.5) == "0.5"
