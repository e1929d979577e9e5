"""The one door to numpy and pandas, which are slow to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    ObjectArray = npt.NDArray[np.object_]


def object_array(values: Sequence[object]) -> ObjectArray:
    """Return an array of shape `(len(values),)` that holds the objects themselves.

    Args:
        values: Any objects.
    """
    import numpy as np

    array = np.empty(len(values), dtype=object)
    # One by one: numpy would look inside objects that can be indexed.
    for index, value in enumerate(values):
        array[index] = value
    return array


def parquet_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a Parquet file, missing values as None.

    Args:
        path: The file.

    Raises:
        ConfigurationError: The file is not a Parquet file.
    """
    import pandas as pd

    pandas: Any = pd  # its types are partly unknown
    try:
        frame = pandas.read_parquet(path)
    except (OSError, ValueError) as error:
        msg = f"`{path}` cannot be read as Parquet: {error}."
        raise ConfigurationError(msg) from error
    columns = [str(column) for column in frame.columns]
    return [
        {
            column: None
            if pandas.api.types.is_scalar(cell) and pandas.isna(cell)
            else cell
            for column, cell in zip(columns, cells, strict=True)
        }
        for cells in frame.itertuples(index=False, name=None)
    ]
