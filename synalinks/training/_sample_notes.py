"""Which sample an error of a reward or a metric is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import is_data_model, json_of
from synalinks.errors import show

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_NAMED = 3


class sample_note:  # noqa: N801 - it is used as a function
    """Add to an error that leaves a `with` block which samples it is about.

    Args:
        what: What is being asked, such as "the reward `exact_match`".
        indices: Positions of the samples in their batch.
        x: Inputs of the batch; of these the note has the names of the fields.
        y_pred: What was predicted for these samples.
    """

    __slots__ = ("_indices", "_what", "_x", "_y_pred")

    def __init__(self, what: str, indices: Sequence[int], x: Any, y_pred: Any) -> None:
        self._what = what
        self._indices = indices
        self._x = x
        self._y_pred = y_pred

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Exception):
            error.add_note(self._note())

    def _note(self) -> str:
        indices = self._indices
        named = ", ".join(_name(index) for index in indices[:_MAX_NAMED])
        more = len(indices) - _MAX_NAMED
        others = f" and {more} more" if more > 0 else ""
        return (
            f"while asking {self._what} for {named}{others}; inputs: "
            f"{_fields(_first(self._x, indices))}; prediction: {show(self._y_pred)}"
        )


def _name(index: int) -> str:
    ids = context.sample_ids.get()
    return ids[index] if index < len(ids) else f"sample {index} of the batch"


def _first(x: Any, indices: Sequence[int]) -> Any:
    return x[indices[0]] if indices and hasattr(x, "__getitem__") else x


def _fields(inputs: Any) -> str:
    if is_data_model(inputs):
        return ", ".join(f"`{key}`" for key in json_of(inputs))
    if is_row(inputs):
        return "; ".join(map(_fields, inputs))
    if is_dict(inputs):
        return "; ".join(f"{key}: {_fields(part)}" for key, part in inputs.items())
    return show(inputs)
