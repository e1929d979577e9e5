"""Training data and test data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

T = TypeVar("T")


# `Any`: lists stay lists and arrays stay arrays, which no shared type says.
def split_train_test(
    x: Any,
    y: Any,
    validation_split: float = 0.2,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return the first samples for training and the last ones for testing.

    The order is kept and nothing is drawn: the same data gives the same split.

    Args:
        x: Inputs: a list or array of length `n_samples`.
        y: Targets: a list or array of the same length, or None.
        validation_split: The share of the samples to test with, between 0.0 and 1.0.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, of the types given.

    Raises:
        ConfigurationError: The lengths differ, or a side would be empty.
    """
    n_samples = _checked_length("x", x)
    if y is not None and _checked_length("y", y) != n_samples:
        msg = (
            f"`x` has {n_samples} samples and `y` has {len(y)}. Expected as many of "
            "both."
        )
        raise ConfigurationError(msg)
    start = n_samples - _n_test(n_samples, validation_split)
    first, last = slice(0, start), slice(start, n_samples)
    if y is None:
        return (x[first], None), (x[last], None)
    return (x[first], y[first]), (x[last], y[last])


def split_by_label(
    rows: Sequence[T], label_of: Callable[[T], Hashable], validation_split: float
) -> tuple[list[T], list[T]]:
    """Return rows for training and for testing with the same share of each label.

    Args:
        rows: The rows, in any order.
        label_of: From a row to its label.
        validation_split: The share of each label to test with.

    Returns:
        Both in the order of the rows; of each label the last rows are for testing.
    """
    of_label: dict[Hashable, list[int]] = {}
    for index, row in enumerate(rows):
        of_label.setdefault(label_of(row), []).append(index)
    test = {
        index
        for indices in of_label.values()
        for index in indices[len(indices) - _n_test(len(indices), validation_split) :]
    }
    kept = [row for index, row in enumerate(rows) if index not in test]
    return kept, [row for index, row in enumerate(rows) if index in test]


def _n_test(n_samples: int, validation_split: float) -> int:
    is_number = type(validation_split) in {int, float}
    if not is_number or not 0 < validation_split < 1:
        msg = (
            f"`validation_split` is {show(validation_split)}. Expected a number "
            "between 0.0 and 1.0, such as 0.2."
        )
        raise ConfigurationError(msg)
    # Keras rounds the other side down; the tiny number undoes errors of the float:
    # `10 * (1 - 0.9)` is a little less than 1.
    n_train = math.floor(n_samples * (1 - validation_split) + 1e-9)
    if n_train in {0, n_samples}:
        empty = "training" if n_train == 0 else "test"
        msg = (
            f"`validation_split={validation_split}` of {n_samples} samples leaves no "
            f"{empty} sample. Expected one or more on each side: change the split, or "
            "bring more data."
        )
        raise ConfigurationError(msg)
    return n_samples - n_train


def _checked_length(name: str, values: Any) -> int:
    received = show(values)
    is_text_or_dict = isinstance(values, (str, bytes, dict))
    is_sequence = hasattr(values, "__len__") and hasattr(values, "__getitem__")
    if is_text_or_dict or not is_sequence:
        msg = (
            f"`{name}` is {received}. Expected a list or an array of samples; "
            "collect a generator with `list(...)`, a dataset with `materialize()`."
        )
        raise ConfigurationError(msg)
    return len(values)
