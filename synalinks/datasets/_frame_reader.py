"""Tables of pandas as data models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.datasets._frames import as_table, frame_rows
from synalinks.datasets._side import Side
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Collection

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import JsonDataModel


class FrameReader:
    """Reads the columns of a table as the fields of data models.

    Args:
        frame: A table, or one named column, of pandas.
        argument: How the user calls it, for messages.

    Raises:
        ConfigurationError: Two columns have one name.
    """

    def __init__(self, frame: Any, argument: str) -> None:
        self.frame: Any = as_table(frame)
        self.columns: list[str] = [str(column) for column in self.frame.columns]
        self._argument = argument
        if len(set(self.columns)) != len(self.columns):
            msg = f"Two columns of `{argument}` have one name: {show(self.columns)}."
            raise ConfigurationError(msg)

    def check_columns(self, known: Collection[str], expected: str) -> None:
        """Refuse columns that nothing takes.

        Args:
            known: The names of columns that may be there.
            expected: What may be there, for the message.

        Raises:
            ConfigurationError: There are others.
        """
        extra = [column for column in self.columns if column not in known]
        if extra:
            kept = [column for column in self.columns if column in known]
            hint = "".join(did_you_mean(column, known) for column in extra)
            msg = (
                f"`{self._argument}` has the columns {show(extra)}, which are no "
                f"{expected}: {show(list(known))}.{hint} Rename them, or leave them "
                f"out: `frame[{kept!r}]`."
            )
            raise ConfigurationError(msg)

    def models(self, schema: JsonObject, side: str) -> list[JsonDataModel]:
        """Return a data model for each row.

        Args:
            schema: JSON schema of an object, whose fields are columns.
            side: `"input"` or `"output"`, for messages.

        Raises:
            ConfigurationError: A column is missing, or a value does not fit.
        """
        reader = Side(side, None, schema, None)
        required = schema.get("required", ())
        places = zip(self.frame.index, frame_rows(self.frame), strict=True)
        return [
            reader.make(
                {
                    name: _whole(value, schema["properties"].get(name, {}))
                    for name, value in row.items()
                    if value is not None or name in required
                },
                f"`{self._argument}`, row {number} (index {label!r})",
            )
            for number, (label, row) in enumerate(places)
        ]


def _whole(value: Any, field: JsonObject) -> Any:
    # A column of whole numbers with a gap holds floats.
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if is_whole and field.get("type") == "integer" else value
