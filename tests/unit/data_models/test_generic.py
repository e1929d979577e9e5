"""Data models for data of any shape."""

import pytest

from synalinks.data_models import (
    GenericInputs,
    GenericIO,
    GenericOutputs,
    GenericResult,
)


@pytest.mark.parametrize(
    ("model", "value"),
    [
        (GenericInputs, {"inputs": {"a": [None]}}),
        (GenericOutputs, {"outputs": {}}),
        (GenericIO, {"inputs": {"a": 1}, "outputs": {"b": None}}),
        (GenericResult, {"result": [1, "a", None]}),
    ],
)
def test_anything_is_kept(model, value):
    """Values of any shape are dumped as they were given."""
    assert model(**value).get_json() == value


def test_masks_leave_free_content_alone():
    """The keys of a free dict are data, not fields."""
    value = GenericIO(inputs={"reward": 1}, outputs={"reward": 2}).to_json_data_model()

    assert value.out_mask(["reward"]) == value
    assert value.in_mask(["inputs"]).get_json() == {"inputs": {"reward": 1}}
