"""Generators that live as long as an event loop, and do something when it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import AsyncGenerator

# They are kept until their loop closes them: a generator whose owner is collected at
# the very end of a loop would have no time to do anything.
_lifetimes: WeakKeyDictionary[AbstractEventLoop, set[AsyncGenerator[Any, None]]] = (
    WeakKeyDictionary()
)


def lifetimes() -> set[AsyncGenerator[Any, None]]:
    """Return the generators that the running event loop is to close at its end.

    `asyncio.run` closes all that were begun in a loop before it closes the loop. Put
    one in after its first step, so that it is not collected before.
    """
    for loop in [one for one in _lifetimes if one.is_closed()]:
        _lifetimes.pop(loop, None)  # another thread may be first
    return _lifetimes.setdefault(asyncio.get_running_loop(), set())
