"""Texts and labels of a user's table are checked and cleaned, and it is said how."""

import pytest

from synalinks.cli import _labelled_texts
from synalinks.cli._labelled_texts import read_labelled_texts
from synalinks.errors import ConfigurationError

HEADER = "id,headline,topic\n"
ROWS = [f"{i},about {kind} {i},{kind}" for i in range(4) for kind in ("sun", "ball")]


def read(tmp_path, lines=ROWS, *, header=HEADER, label="topic", text=None, seed=0):
    path = tmp_path / "own.csv"
    path.write_text(header + "\n".join(lines) + "\n")
    return read_labelled_texts(path, label_column=label, text_column=text, seed=seed)


def test_the_text_is_the_column_with_the_longest_values(tmp_path):
    """An `id` that comes first is not taken for the text, and the choice is said."""
    texts = read(tmp_path)

    assert texts.rows[0] == ("about sun 0", "sun")
    assert texts.labels == ["ball", "sun"]
    assert texts.notes == [
        "the text is column 'headline', which has the longest values; `--text-column` "
        "chooses another of ['id']"
    ]


def test_the_text_column_can_be_chosen(tmp_path):
    """What the user says is not commented."""
    lines = [f"note {i},about,{'ab'[i % 2]}" for i in range(6)]

    texts = read(tmp_path, lines, text="id")

    assert texts.rows[:2] == [("note 0", "a"), ("note 1", "b")]
    assert texts.notes == []


def test_rows_that_are_left_out_are_counted_by_reason(tmp_path):
    """Labels and texts are stripped; what cannot be used is said."""
    odd = [
        "9,,sun",
        "9,  ,sun",
        "9,hello,",
        "9,about sun 1 ,sun",
        "9,x,y,z",
        "9, new , sun ",
    ]

    texts = read(tmp_path, [*ROWS, *odd], text="headline")

    assert texts.rows[8:] == [("new", "sun")]
    assert texts.notes == [
        "rows left out: 2 without a text, 1 without a label, 1 that repeat a text, "
        "1 with other than 3 values"
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"label": None},
            r"`--label-column` is missing.*\['id', 'headline', 'topic'\]",
        ),
        ({"label": "Topic"}, "no column 'Topic'.*Did you mean `topic`"),
        ({"text": "nope"}, "no column 'nope' .`--text-column`"),
        ({"text": "topic"}, "`--text-column` and `--label-column` are both 'topic'"),
        ({"header": "id,topic,topic\n"}, "is the name of several columns"),
        ({"label": "headline"}, "2 different labels for 2 texts"),
        ({"lines": [f"{i},text {i},same" for i in range(9)]}, "one label only: 'same'"),
        (
            {"lines": [f"{i},text {i},l{i}" for i in range(9)]},
            "9 different labels for 9",
        ),
        ({"lines": []}, "no row with both a text and a label"),
        ({"header": "topic\n", "lines": ["a", "b"]}, "no column besides the label"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_cannot_be_learned_is_refused(tmp_path, options, message):
    """The message names the columns that there are."""
    with pytest.raises(ConfigurationError, match=message):
        read(tmp_path, **options)


def test_of_a_very_long_table_rows_are_drawn_by_the_seed(tmp_path, monkeypatch):
    """The same seed draws the same rows, from all over the file."""
    monkeypatch.setattr(_labelled_texts, "_MAX_ROWS", 20)
    lines = [f"{i},text {i},{'ab'[i % 2]}" for i in range(500)]

    one, same, other = (read(tmp_path, lines, seed=seed) for seed in (0, 0, 1))

    assert one.rows == same.rows != other.rows
    assert len(one.rows) == 20
    assert "20 of 500 usable rows are drawn, by the seed" in one.notes
    numbers = [int(text.split()[1]) for text, _ in one.rows]
    assert min(numbers) < 250 < max(numbers)
