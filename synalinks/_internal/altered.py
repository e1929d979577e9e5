"""Records with some fields changed."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def altered(record: T, **changes: Any) -> T:
    """Return a record with some fields changed.

    As `dataclasses.replace`, in a third of the time: every sample asks for it twice.

    Args:
        record: Of a dataclass whose fields are all arguments.
        changes: New values by field.
    """
    names, read = _reader(type(record))
    values = dict(zip(names, read(record), strict=True))
    return type(record)(**{**values, **changes})


@cache
def _reader(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(one.name for one in fields(kind))
    return names, attrgetter(*names)
