"""Rows of a CSV file."""

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import CSVDataset
from synalinks.errors import ConfigurationError


class Item(DataModel):
    name: str
    price: float


@pytest.fixture
def csv_file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "items.csv"
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


def read(path, **options):
    return [
        x[0].get_json() for (x,) in CSVDataset(path, input_data_model=Item, **options)
    ]


@pytest.mark.parametrize(
    ("text", "options", "encoding"),
    [
        pytest.param("name,price\na,1\nb,2.5\n", {}, "utf-8", id="plain"),
        pytest.param("name,price\r\na,1\r\n\r\nb,2.5", {}, "utf-8", id="Windows"),
        pytest.param(" name ,price\na,1\nb,2.5\n", {}, "utf-8", id="spaces in header"),
        pytest.param("name,price\na,1\nb,2.5\n", {}, "utf-8-sig", id="byte-order mark"),
        pytest.param(
            "name;price\na;1\nb;2.5\n", {"delimiter": ";"}, "utf-8", id="delimiter"
        ),
    ],
)
def test_rows_are_read(csv_file, text, options, encoding):
    """The first line names the columns; numbers are read where they are wanted."""
    rows = read(csv_file(text, encoding), **options)

    assert rows == [{"name": "a", "price": 1.0}, {"name": "b", "price": 2.5}]


def test_quoted_values_keep_commas_quotes_and_lines(csv_file):
    """Whatever a value holds, it comes through as it is."""
    rows = read(csv_file('name,price\n"a, ""b""\n{c}",1\n'))

    assert rows == [{"name": 'a, "b"\n{c}', "price": 1.0}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", r"items\.csv:1: the header is \[\]", id="empty file"),
        pytest.param("name,name\na,b\n", r"items\.csv:1: the header is", id="twice"),
        pytest.param("name,,price\n", r"items\.csv:1: the header is", id="no name"),
        pytest.param("name,price\n", "`CSVDataset` has no rows", id="no rows"),
        pytest.param(
            "name,price\na,1\nb\n",
            r"items\.csv:3: the row has 1 values for 2 columns: \['b'\]\. Expected one",
            id="too few",
        ),
        pytest.param(
            'name,price\n"a\nb",1\nc,1,2\n',
            r"items\.csv:4: the row has 3",
            id="too many",
        ),
        pytest.param('name,price\n"a,1\n', r"items\.csv:2: not CSV: ", id="open quote"),
        pytest.param(
            "name,cost\na,1\n",
            r"items\.csv:2: the input needs the columns `price`",
            id="missing column",
        ),
        pytest.param(
            "name,price\na,1\nb,x\n", r"items\.csv:3: the input\['price'\]", id="value"
        ),
    ],
)
def test_a_bad_file_is_named_with_the_line(csv_file, text, message):
    """The message says the file, the line, and what is wrong there."""
    with pytest.raises(ConfigurationError, match=message):
        read(csv_file(text))


def test_the_delimiter_is_one_character(csv_file):
    """Anything else is refused when the dataset is made."""
    with pytest.raises(ConfigurationError, match=r"`delimiter` is ', '"):
        read(csv_file("name,price\n"), delimiter=", ")
