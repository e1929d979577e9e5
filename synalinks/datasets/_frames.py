"""The one door to numpy and pandas, which are slow to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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


def is_frame(value: object) -> bool:
    """Return whether a value is a table or a column of pandas, without loading it.

    Args:
        value: Anything.
    """
    return any(
        cls.__module__.partition(".")[0] == "pandas"
        and cls.__name__ in {"DataFrame", "Series"}
        for cls in type(value).__mro__
    )


def as_table(frame: Any) -> Any:
    """Return a table; of a column, the table that has only this column.

    Args:
        frame: A table or a column of pandas.
    """
    return frame.to_frame() if hasattr(frame, "to_frame") else frame


def frame_rows(frame: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as JSON, missing values as None.

    Args:
        frame: A table of pandas.
    """
    columns = [str(column) for column in frame.columns]
    for cells in frame.itertuples(index=False, name=None):
        yield dict(zip(columns, map(_plain, cells), strict=True))


def frame_of(
    rows: Sequence[Mapping[str, Any] | None], columns: Sequence[str], index: Any
) -> Any:
    """Return a table of JSON objects; what an object lacks is missing.

    Args:
        rows: One object per row, or None for a row without values.
        columns: The names of the columns.
        index: The index of the table, of which the first `len(rows)` are taken.
    """
    import pandas as pd

    cells = {column: [(row or {}).get(column) for row in rows] for column in columns}
    return pd.DataFrame(cells, columns=list(columns), index=index[: len(rows)])


def parquet_rows(path: Path, batch_rows: int = 1024) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, missing values as None.

    Args:
        path: The file.
        batch_rows: How many rows are in memory at once.

    Raises:
        ConfigurationError: The file is not a Parquet file.
    """
    # pandas needs it to read Parquet, and would read the whole file at once.
    from pyarrow import parquet

    reader: Any = parquet  # its types are partly unknown
    try:
        with reader.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=batch_rows):
                yield from frame_rows(batch.to_pandas())
    except (OSError, ValueError) as error:
        msg = f"`{path}` cannot be read as Parquet: {error}."
        raise ConfigurationError(msg) from error


def _plain(cell: Any) -> Any:
    """Return a cell as JSON: numpy's and pandas' own values become Python's."""
    if isinstance(cell, Mapping):
        return {str(key): _plain(part) for key, part in cell.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(cell, (list, tuple)) or getattr(cell, "ndim", 0):
        return [_plain(part) for part in cell]  # pyright: ignore[reportUnknownVariableType]
    if cell is None or type(cell).__name__ in {"NAType", "NaTType"} or cell != cell:
        return None
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    return cell.item() if hasattr(cell, "item") else cell
