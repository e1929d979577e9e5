"""Telling containers apart in a way that the type checker follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import TypeIs


def is_dict(value: object) -> TypeIs[dict[str, Any]]:
    """Return whether a value is a dict; ours have text keys.

    Args:
        value: Anything.
    """
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[list[Any]]:
    """Return whether a value is a list.

    Args:
        value: Anything.
    """
    return isinstance(value, list)


def is_row(value: object) -> TypeIs[list[Any] | tuple[Any, ...]]:
    """Return whether a value is a list or a tuple.

    Args:
        value: Anything.
    """
    return isinstance(value, (list, tuple))
