"""Texts of a folder."""

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import MarkdownDataset, TextDataset
from synalinks.errors import ConfigurationError


class Text(DataModel):
    text: str


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("away", r"away` does not exist\. Expected a file"),
        ("empty", r"empty` has no files `\*\.txt`\. Pass another `pattern`"),
    ],
)
def test_nothing_to_read_is_refused(tmp_path, name, message):
    """A path without files is told before anything else happens."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(ConfigurationError, match=message):
        TextDataset(tmp_path / name, input_data_model=Text)


def test_a_file_that_is_no_text_is_named(tmp_path):
    """The message says which of the files it is."""
    (tmp_path / "good.md").write_text("# A\nb")
    (tmp_path / "wrong.md").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigurationError, match=r"wrong\.md` is not UTF-8 text"):
        MarkdownDataset(tmp_path, input_data_model=Text).materialize()


def test_the_order_is_that_of_the_paths(tmp_path):
    """Whatever order the file system has."""
    for name in ("b/1.txt", "a/2.txt", "a/1.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)

    dataset = TextDataset(tmp_path, input_data_model=Text, batch_size=2)

    x, y = dataset.materialize()
    assert [one.get("text") for one in x] == ["a/1.txt", "a/2.txt", "b/1.txt"]
    assert y is None
    assert len(dataset) == 2
