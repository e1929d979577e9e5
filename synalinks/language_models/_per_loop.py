"""Objects that belong to one event loop, for owners that outlive loops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes one object per running event loop, on first use.

    What was made for a loop is forgotten when that loop is closed and another asks.

    Args:
        make: Makes the object; called with the loop running.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}

    def get(self) -> T:
        """Return the object of the running event loop."""
        loop = asyncio.get_running_loop()
        made = self._made.get(loop)
        if made is None:
            for other in list(self._made):
                if other.is_closed():
                    self._made.pop(other, None)  # another thread may be first
            made = self._made[loop] = self._make()
        return made

    def pop(self) -> T | None:
        """Return the object of the running event loop, or None, and forget it."""
        return self._made.pop(asyncio.get_running_loop(), None)
