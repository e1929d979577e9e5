"""One outbox for each store that this process logs to."""

from __future__ import annotations

import asyncio
import atexit
from time import monotonic

from synalinks.tracking._outbox import Outbox

_outboxes: dict[str, Outbox] = {}


def outbox_for(uri: str) -> Outbox:
    """Return the outbox of a store: one for all runs and traces of this process.

    Args:
        uri: Address of the store, absolute.
    """
    if uri not in _outboxes:
        _outboxes[uri] = Outbox(uri)
    return _outboxes[uri]


def hand_over_outboxes(timeout_s: float) -> None:
    """Wait until all that was put into any outbox outlives this process; blocks.

    Args:
        timeout_s: Seconds to wait at most, for each outbox.
    """
    for outbox in list(_outboxes.values()):
        outbox.hand_over(timeout_s)


async def flush_outboxes(timeout_s: float) -> bool:
    """Wait until all that was put into any outbox is sent.

    Args:
        timeout_s: Seconds to wait at most.

    Returns:
        Whether it is.
    """
    return await asyncio.to_thread(_wait_for_all, monotonic() + timeout_s)


def _wait_for_all(deadline_s: float) -> bool:
    # The time is one for all stores: one that is away takes none from the others.
    waits = [outbox.wait(deadline_s - monotonic()) for outbox in [*_outboxes.values()]]
    return all(waits)


@atexit.register
def _close_all() -> None:
    began_s = monotonic()
    for outbox in _outboxes.values():
        outbox.close(began_s)
