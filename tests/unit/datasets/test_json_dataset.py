"""Rows of a JSON file."""

import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import JSONDataset
from synalinks.errors import ConfigurationError


class Line(DataModel):
    text: str


def test_rows_are_read(tmp_path):
    """A list of objects is a list of rows."""
    path = tmp_path / "rows.json"
    path.write_text('[{"text": "a"}, {"text": "b", "more": [1]}]')

    dataset = JSONDataset(path, input_data_model=Line)

    assert [x[0].get("text") for (x,) in dataset] == ["a", "b"]
    assert len(dataset) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '{"text": "a"}\n{"text": "b"}',
            r"rows\.json:2: not JSON: .*`JSONLDataset`",
            id="lines",
        ),
        pytest.param('{"text": "a"}', r"rows\.json: found \{'text'", id="object"),
        pytest.param(
            '[{"text": "a"}, 3]', r"rows\.json, row 1: the row is 3", id="row"
        ),
        pytest.param("[]", "`JSONDataset` has no rows", id="empty"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, message):
    """The message says the file, the place, and what to do."""
    path = tmp_path / "rows.json"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=message):
        list(JSONDataset(path, input_data_model=Line))
