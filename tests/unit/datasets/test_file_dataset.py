"""Rows of one file."""

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import JSONLDataset
from synalinks.errors import ConfigurationError


class Line(DataModel):
    text: str


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "a"}\n\n{"text": "b"}\n')
    return path


def test_the_length_is_known(file):
    """Rows are counted, empty lines are none."""
    assert len(JSONLDataset(file, input_data_model=Line)) == 2


def test_rows_alone(file):
    """Subclasses can read the rows without where they stand."""
    dataset = JSONLDataset(path=str(file), input_data_model=Line)

    assert list(dataset._iter_rows()) == [{"text": "a"}, {"text": "b"}]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "none.jsonl", r"none\.jsonl` does not exist\. Expected a", id="none"
        ),
        pytest.param("", "is a folder. Expected a file", id="folder"),
    ],
)
def test_a_missing_file_is_named_at_once(tmp_path, name, message):
    """The path is checked when the dataset is made."""
    with pytest.raises(ConfigurationError, match=message):
        JSONLDataset(tmp_path / name, input_data_model=Line)


def test_a_path_is_a_text_or_a_path():
    """An open file or a number is refused."""
    with pytest.raises(ConfigurationError, match=r"^`path` is 3\. Expected the path"):
        JSONLDataset(3, input_data_model=Line)


def test_a_file_in_another_encoding_is_named(file):
    """Bytes that are not UTF-8 are an error with the path."""
    file.write_bytes(b'{"text": "\xe9"}\n')

    with pytest.raises(ConfigurationError, match=r"lines\.jsonl` is not UTF-8 text"):
        list(JSONLDataset(file, input_data_model=Line))


def test_a_file_that_goes_away_is_named(file):
    """An error of the disk is told with the path."""
    dataset = JSONLDataset(file, input_data_model=Line)
    file.unlink()

    with pytest.raises(ConfigurationError, match=r"cannot be read: No such file"):
        list(dataset)
