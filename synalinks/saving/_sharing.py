"""One object that several others have stays one when it is saved and loaded."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

from synalinks._internal import context

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")

SHARED_ID = "shared_object_id"


def with_shared_ids(make: Callable[[], T]) -> T:
    """Return what a function makes of objects, which may ask for their `shared_id`.

    The function is called twice: it is known only in the end which objects occur more
    than once. Inside another such call it is called once, as part of that.

    Args:
        make: Makes JSON forms of objects.
    """
    if context.met_objects.get(None) is not None:
        return make()
    met: dict[int, tuple[Any, int]] = {}
    with (
        context.bound(context.met_objects, met),
        context.bound(context.shared_ids, {}),
    ):
        make()
    repeated = [identity for identity, (_, count) in met.items() if count > 1]
    numbers = {identity: number for number, identity in enumerate(repeated)}
    with (
        context.bound(context.met_objects, met),
        context.bound(context.shared_ids, numbers),
    ):
        return make()


@contextlib.contextmanager
def shared_objects() -> Generator[dict[int, Any]]:
    """Keep the shared objects of what is loaded inside a `with` block, by number.

    Yields:
        Those met so far; inside another such block, the same dict as there.
    """
    outer = context.shared_objects.get(None)
    with context.bound(context.shared_objects, {} if outer is None else outer) as known:
        yield known


def shared_id(value: object) -> int | None:
    """Return the number of an object in what is being saved; None if it occurs once.

    Args:
        value: The object.
    """
    met = context.met_objects.get(None)
    if met is None:
        return None
    # The object is kept: that of a freed one could have the same identity.
    _, count = met.get(id(value), (value, 0))
    met[id(value)] = (value, count + 1)
    return context.shared_ids.get({}).get(id(value))
