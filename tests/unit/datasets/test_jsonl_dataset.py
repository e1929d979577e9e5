"""Rows of a JSON Lines file."""

import json

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import JSONLDataset
from synalinks.errors import ConfigurationError


class Line(DataModel):
    text: str


def test_rows_are_read(tmp_path):
    """Each line is a row, whatever its values hold."""
    texts = ["a", '"}\n', "\N{LINE SEPARATOR}"]
    path = tmp_path / "lines.jsonl"
    path.write_text(
        "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts),
        encoding="utf-8",
    )

    x, _ = JSONLDataset(path, input_data_model=Line).materialize()

    assert [model.get("text") for model in x] == texts


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{", r"lines\.jsonl:2: not JSON: .* Got '\{'\.", id="broken"),
        pytest.param("[1]", r"lines\.jsonl:2: the row is \[1\]\.", id="list"),
        pytest.param('{"t": 1}', r"lines\.jsonl:2: the input needs", id="column"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    """The message says the file and the line."""
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{{"text": "a"}}\n{line}\n')

    with pytest.raises(ConfigurationError, match=message):
        list(JSONLDataset(path, input_data_model=Line))
