"""Finding the parts of a module, by looking when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from synalinks._internal.shape import is_dict, is_row

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


def attributes_of_type(owner: object, kind: type[T]) -> list[T]:
    """Return the attributes of an object that are of a type, without repetition.

    Lists, tuples and dicts are searched too.

    Args:
        owner: The object to look into.
        kind: The class looked for.
    """
    found = {
        id(part): part
        for name, value in vars(owner).items()
        if name != "_arguments"  # what the constructor was given is not a part
        for part in _parts(value)
        if isinstance(part, kind)
    }
    return list(found.values())


def _parts(value: Any) -> Iterator[Any]:
    if is_dict(value):
        for part in value.values():
            yield from _parts(part)
    elif is_row(value):
        for part in value:
            yield from _parts(part)
    else:
        yield value
