"""The door to numpy and pandas."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from synalinks.datasets._frames import object_array, parquet_rows
from synalinks.errors import ConfigurationError


def test_objects_stay_whole():
    """An array holds the objects themselves, whatever they look like inside."""
    values = [[1, 2], {"a": 1}, "text", (3, 4)]

    array = object_array(values)

    assert array.shape == (4,)
    assert array.dtype == object
    assert all(left is right for left, right in zip(array, values, strict=True))


def test_missing_values_become_none(tmp_path):
    """Rows of a frame are dicts of plain values."""
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"n": [1.5, None], "t": ["a", None], "l": [[1], [2, 3]]}).to_parquet(
        path
    )

    rows = list(parquet_rows(path))

    assert [row["n"] for row in rows] == [1.5, None]
    assert [row["t"] for row in rows] == ["a", None]
    assert np.array_equal(rows[1]["l"], [2, 3])


def test_another_kind_of_file_is_named(tmp_path):
    """What is not Parquet is an error with the path."""
    path = tmp_path / "rows.parquet"
    path.write_text("text,intent\n")

    with pytest.raises(
        ConfigurationError, match=r"rows\.parquet` cannot be read as Par"
    ):
        list(parquet_rows(path))


def test_importing_datasets_imports_no_slow_package():
    """Programs that read no data do not wait for what reading takes."""
    code = """
import sys, synalinks.datasets
slow = {"numpy", "pandas", "jinja2", "jsonschema"}
print(sorted(slow & set(sys.modules)))
"""

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == "[]"
