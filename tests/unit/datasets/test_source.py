"""Where the files of a published data set are."""

import pytest

from synalinks.datasets._source import Part, Source
from synalinks.errors import ConfigurationError

SOURCE = Source(
    name="letters", base_url="http://127.0.0.1:9", suffix=".csv", starts_with=b"a"
)
ROWS = [(f"f:{number}", {"label": number % 2}) for number in range(10)]


def test_a_folder_has_a_file_for_each_split(tmp_path):
    """Files of a folder are taken whole."""
    for split in ("train", "test"):
        (tmp_path / f"{split}.csv").write_text("a")

    part = SOURCE.part("test", tmp_path, None, 0.2)

    assert part == Part(path=tmp_path / "test.csv", split=None)
    assert part.rows(ROWS) == ROWS


def test_one_file_is_split(tmp_path):
    """Without a label the tail is for testing, with one the tail of each label."""
    file = tmp_path / "letters.csv"
    file.write_text("a")

    train = SOURCE.part("train", str(file), None, 0.2)
    test = SOURCE.part("test", file, None, 0.2)

    assert train.rows(ROWS) == ROWS[:8]
    assert test.rows(ROWS) == ROWS[8:]
    assert test.rows([*ROWS[::2], *ROWS[1::2]], "label") == [ROWS[8], ROWS[9]]


@pytest.mark.parametrize(
    ("split", "name", "message"),
    [
        pytest.param("train", "", r"train\.csv` does not exist", id="file of a folder"),
        pytest.param("train", "x.csv", r"x\.csv` does not exist", id="file"),
        pytest.param(
            "valid", "", r"^`split` is 'valid'\. Expected 'train'", id="split"
        ),
    ],
)
def test_what_is_not_there_is_named(tmp_path, split, name, message):
    """A missing file and an unknown split are errors."""
    with pytest.raises(ConfigurationError, match=message):
        SOURCE.part(split, tmp_path / name, None, 0.2)
