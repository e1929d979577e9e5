"""A user's CSV file is read as it is, or refused with what to do."""

import pytest

from synalinks.cli._csv_file import open_csv
from synalinks.errors import ConfigurationError

TEXT = "text,label\ncafé,a\nthé,b\n"


@pytest.mark.parametrize(
    ("content", "delimiter", "note"),
    [
        pytest.param(TEXT.encode(), ",", None, id="plain"),
        pytest.param(TEXT.encode("utf-8-sig"), ",", None, id="byte-order mark"),
        pytest.param(TEXT.encode("utf-16"), ",", None, id="UTF-16"),
        pytest.param(TEXT.encode("latin-1"), ",", "not UTF-8 and read as", id="latin"),
        pytest.param(
            TEXT.replace(",", ";").encode(), ";", "by semicolons", id="semicolons"
        ),
        pytest.param(TEXT.replace(",", "\t").encode(), "\t", "by tabs", id="tabs"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), ",", None, id="Windows"),
    ],
)
def test_encodings_and_separators_are_found_out(tmp_path, content, delimiter, note):
    """The same table comes out of each form, and what is unusual is said."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)

    file = open_csv(path, "label")

    assert (file.columns, file.delimiter) == (["text", "label"], delimiter)
    assert list(file.rows()) == [["café", "a"], ["thé", "b"]]
    assert [note in one for one in file.notes()] == ([True] if note else [])


def test_the_separator_is_the_one_that_leads_to_the_label(tmp_path):
    """Commas in the names of columns do not make a table of commas."""
    path = tmp_path / "table.csv"
    path.write_text("text, as sent, by mail;label\nhello;a\n")

    assert open_csv(path, "label").delimiter == ";"
    assert open_csv(path, None).delimiter == ","


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"is empty\. Save it as CSV in UTF-8", id="empty"),
        pytest.param(b" \n\n", "is empty", id="blank"),
        pytest.param(b"PK\3\4\0\0", r"is no text: it begins with b'PK", id="archive"),
        pytest.param(b"text,label\n\x81,a\n", "in no encoding known", id="encoding"),
        pytest.param(b"\xff\xfea", "in no encoding known", id="half a character"),
        pytest.param(b"\ntext,label\n", "no first line of column names", id="header"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, message):
    """The message says what was seen and what to do."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=message):
        open_csv(path, "label")


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    """Relative paths mislead: the folder is named."""
    with pytest.raises(ConfigurationError, match=r"No such file.*looked in `/"):
        open_csv(tmp_path / "none.csv", None)
    with pytest.raises(ConfigurationError, match="Is a directory"):
        open_csv(tmp_path, None)


def test_broken_quotes_name_the_line(tmp_path):
    """A quote that is never closed does not swallow the rest of the file in silence."""
    path = tmp_path / "table.csv"
    path.write_text('text,label\nhello,a\n"never closed,b\nmore,c\n')

    with pytest.raises(
        ConfigurationError, match=r"line 4, is not CSV: .*quote missing"
    ):
        list(open_csv(path, "label").rows())
