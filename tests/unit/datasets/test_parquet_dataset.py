"""Rows of a Parquet file."""

import pandas as pd
import pytest

from synalinks.data_models import DataModel
from synalinks.datasets import ParquetDataset
from synalinks.errors import ConfigurationError


class Item(DataModel):
    name: str
    price: float | None
    tags: list[str]


def test_rows_are_read(tmp_path):
    """Numbers, missing values and lists come through a template."""
    path = tmp_path / "items.parquet"
    frame = pd.DataFrame(
        {"name": ['"a', "b"], "cost": [1.5, None], "tags": [["x"], []]}
    )
    frame.to_parquet(path)

    dataset = ParquetDataset(
        path,
        input_data_model=Item,
        input_template='{"name": "{{ name }}", "price": {{ cost }}, "tags": {{tags}}}',
    )

    x, _ = dataset.materialize()
    assert x[0].get_json() == {"name": '"a', "price": 1.5, "tags": ["x"]}
    assert x[1].get("price") is None
    assert len(dataset) == 2


def test_a_bad_row_is_named(tmp_path):
    """The message says the file and the row."""
    path = tmp_path / "items.parquet"
    pd.DataFrame({"name": ["a"]}).to_parquet(path)

    with pytest.raises(ConfigurationError, match=r"items\.parquet, row 0: the input"):
        list(ParquetDataset(path, input_data_model=Item))
