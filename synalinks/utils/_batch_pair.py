"""Inputs and targets of a batch as one value."""

from __future__ import annotations

from typing import Any

from synalinks.errors import ConfigurationError, show


def pack_x_y(x: Any, y: Any = None) -> Any:
    """Return inputs and targets as a batch of a dataset or generator.

    Args:
        x: Inputs: a list or array of data models.
        y: Targets; None for a batch without.

    Returns:
        `(x,)` or `(x, y)`, as `fit` takes them.
    """
    return (x,) if y is None else (x, y)


def unpack_x_y(data: Any) -> tuple[Any, Any]:
    """Return the inputs and the targets of a batch.

    Args:
        data: `(x,)`, `(x, y)`, or the inputs alone.

    Returns:
        Both; None for targets that are not there.

    Raises:
        ConfigurationError: It is a tuple of another length.
    """
    if not isinstance(data, tuple):
        return data, None
    parts = list[Any](data)  # pyright: ignore[reportUnknownArgumentType] - of anything
    if len(parts) not in (1, 2):
        msg = f"A batch is `(x,)` or `(x, y)`, received: {show(parts)}."
        raise ConfigurationError(msg)
    return parts[0], (*parts[1:], None)[0]
