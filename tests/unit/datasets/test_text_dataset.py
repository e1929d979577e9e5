"""Rows of text files."""

from typing import Literal

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import TextDataset
from synalinks.errors import ConfigurationError


class Message(DataModel):
    text: str


class Topic(DataModel):
    topic: Literal["billing", "delivery"]


@pytest.fixture
def folder(tmp_path):
    """Two messages, each in the folder of its topic."""
    for topic, text in (("billing", "Charged twice."), ("delivery", 'It "is" late')):
        (tmp_path / topic).mkdir()
        (tmp_path / topic / "1.txt").write_text(text, encoding="utf-8-sig")
    return tmp_path


def texts(folder, **options):
    return TextDataset(
        folder,
        input_data_model=Message,
        output_data_model=Topic,
        output_template='{"topic": "{{ label }}"}',
        **options,
    )


def test_the_folder_is_the_label(folder):
    """Texts are inputs as they are, and the names of their folders are targets."""
    x, y = texts(folder).materialize()

    assert [one.get("text") for one in x] == ["Charged twice.", 'It "is" late']
    assert [one.get("topic") for one in y] == ["billing", "delivery"]


def test_one_file_is_one_row(folder):
    """A path of a file is read as it is, whatever its suffix."""
    file = folder / "billing" / "note"
    file.write_text("Hello")

    x, _ = TextDataset(file, input_data_model=Message).materialize()

    assert [one.get_json() for one in x] == [{"text": "Hello"}]


def test_a_label_that_does_not_fit_is_named(folder):
    """The message says which file it is of."""
    (folder / "weather").mkdir()
    (folder / "weather" / "1.txt").write_text("Rain")

    with pytest.raises(ConfigurationError, match=r"weather.1\.txt: the output"):
        texts(folder).materialize()
