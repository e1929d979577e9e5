"""Rows of the sections of Markdown files."""

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import MarkdownDataset, parse_markdown_sections
from synalinks.errors import ConfigurationError

TEXT = """Before.

# Title #

One.

```python
# no heading
```

## Part

Two.
"""


class Section(DataModel):
    title: str
    text: str


def test_sections_begin_with_headings():
    """Each has a title, a level, its text and its line; code has no headings."""
    assert parse_markdown_sections(TEXT) == [
        {"title": "", "level": 0, "text": "Before.", "line": 1},
        {
            "title": "Title",
            "level": 1,
            "text": "One.\n\n```python\n# no heading\n```",
            "line": 3,
        },
        {"title": "Part", "level": 2, "text": "Two.", "line": 11},
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", []),
        ("\n\n# A", ["A"]),
        ("#A\n####### B\n    # C", [""]),
        ("#\n# B", ["", "B"]),
        ("~~~\n# A\n```\n# B\n~~~~\n# C", ["", "C"]),
        ("```a `b` c\n# D", ["", "D"]),
        ("````\n```\n# A\n````\n# B", ["", "B"]),
        ("```\n# A", [""]),
    ],
)
def test_what_a_heading_is(text, titles):
    """As Markdown has it: a space after the marks, and never inside of code."""
    found = parse_markdown_sections(text)

    assert [section["title"] for section in found] == titles


def test_a_section_is_a_row(tmp_path):
    """All files of the folder are read, and those of its folders."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.md").write_text(TEXT)
    (tmp_path / "b.md").write_text("# Other\n")

    x, _ = MarkdownDataset(tmp_path, input_data_model=Section).materialize()

    assert [one.get("title") for one in x] == ["Other", "", "Title", "Part"]


def test_a_row_that_does_not_fit_is_named(tmp_path):
    """The message says the file and the line of the heading."""
    (tmp_path / "a.md").write_text("# A\n\n# B")

    class Owned(DataModel):
        title: str
        owner: str

    with pytest.raises(ConfigurationError, match=r"a\.md:1: the input needs"):
        list(MarkdownDataset(tmp_path, input_data_model=Owned))
