"""Whatever users pass through programs becomes a line of JSON."""

import json

import pytest
from builders import Query

from synalinks.data_models import JsonDataModel
from synalinks.tracking import plain
from synalinks.tracking._encoding import encode


class Unknown:
    """What JSON has no word for."""

    def __repr__(self):
        return "<unknown>"


VALUES = {
    "a data model": (Query(query="é"), {"query": "é"}),
    "a dynamic one": (JsonDataModel(schema=Query.get_schema(), json={"query": "a"}),
                      {"query": "a"}),
    "a tuple": ((1, None, True), [1, None, True]),
    "something else": (Unknown(), "<unknown>"),
    "keys that are no text": ({(1, 2): 3, 4: None}, {"(1, 2)": 3, "4": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values_become_json(name):
    """Data models are what they hold, the unknown is text; both ways say the same."""
    value, expected = VALUES[name]

    line = encode({"nested": [value]})

    assert line.endswith(b"\n")
    assert json.loads(line) == {"nested": [expected]} == plain({"nested": [value]})
