"""Inputs and targets of a program from tables of pandas, and predictions as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.datasets import FrameReader, frame_of, is_frame
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


def read_frames(program: Any, x: Any, y: Any, argument: str) -> tuple[Any, Any]:
    """Return inputs and targets with tables read as data models.

    Args:
        program: Tells the fields of both; None where there is none yet.
        x: A table of inputs, with or without targets; or something else, which stays.
        y: A table or a column of targets; or something else, which stays.
        argument: How the user calls `x`, for messages.

    Raises:
        ConfigurationError: The columns are not the fields of the program, a value does
            not fit, or the rows of two tables do not line up.
    """
    other = argument.replace("x", "y")
    if is_frame(x) and is_frame(y) and not x.index.equals(y.index):
        msg = (
            f"Rows of `{argument}` and `{other}` do not line up: their indices "
            "differ. Take both from one table, or join them by position with "
            "`reset_index(drop=True)` on each."
        )
        raise ConfigurationError(msg)
    targets = _targets(program, y, other) if is_frame(y) else y
    if not is_frame(x):
        return x, targets
    inputs, found = _inputs(program, x, argument, has_targets=y is not None)
    return inputs, found if y is None else targets


def _inputs(
    program: Any, frame: Any, argument: str, *, has_targets: bool
) -> tuple[list[Any], list[Any] | None]:
    reader = FrameReader(frame, argument)
    schema = _object_schema(program, "input", argument)
    fields: dict[str, Any] = schema["properties"]
    outputs: Any = program.output_schema
    outputs = outputs if is_dict(outputs) and not has_targets else {}
    target_fields: dict[str, Any] = outputs.get("properties", {})
    reader.check_columns(
        list(dict.fromkeys([*fields, *target_fields])),
        f"fields of the inputs{' or outputs' if target_fields else ''} of "
        f"`{program.name}`",
    )
    inputs = reader.models(schema, "input")
    is_labelled = any(
        column in target_fields and column not in fields for column in reader.columns
    )
    if not is_labelled:
        return inputs, None
    return inputs, reader.models(_part(outputs, reader.columns), "output")


def _targets(program: Any, frame: Any, argument: str) -> list[Any]:
    reader = FrameReader(frame, argument)
    schema = _object_schema(program, "output", argument)
    reader.check_columns(
        list(schema["properties"]), f"fields of the outputs of `{program.name}`"
    )
    return reader.models(_part(schema, reader.columns), "output")


def _part(schema: JsonObject, columns: Sequence[str]) -> JsonObject:
    """Return the schema of a target: a part of the fields is enough to be judged by."""
    fields = {k: v for k, v in schema["properties"].items() if k in columns}
    required = [name for name in schema.get("required", ()) if name in fields]
    return {**schema, "properties": fields, "required": required}


def _object_schema(program: Any, side: str, argument: str) -> JsonObject:
    schema = None if program is None else getattr(program, f"{side}_schema")
    if is_dict(schema) and "properties" in schema:
        return schema
    who = "the program" if program is None else f"`{program.name}`"
    msg = (
        f"`{argument}` is a table, and {who} does not tell the fields of one {side} "
        "that its columns are. Pass a list of data models, or a dataset such as "
        "`synalinks.datasets.CSVDataset`."
    )
    raise ConfigurationError(msg)


def predicted_frame(program: Any, outputs: Sequence[Any], index: Any) -> Any:
    """Return predictions as a table, one column for each field of the outputs.

    Args:
        program: Made them.
        outputs: One data model per row, or None where there is none.
        index: The index of the inputs.
    """
    rows = [None if one is None else one.get_json() for one in outputs]
    return frame_of(rows, output_columns(program), index)


def output_columns(program: Any) -> list[str]:
    """Return the columns of a table of predictions.

    Args:
        program: Makes them.

    Raises:
        ConfigurationError: The program has not one output whose fields are known.
    """
    schema = program.output_schema
    if is_dict(schema) and "properties" in schema:
        return list(schema["properties"])
    msg = (
        f"`{program.name}` gives no table of predictions: it has not one output whose "
        f"fields are known, but {show(schema)}. Pass a list of data models instead."
    )
    raise ConfigurationError(msg)
