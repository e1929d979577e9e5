"""One outbox for each store that this process logs to."""

from __future__ import annotations

import asyncio
import atexit

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
    waits = [asyncio.to_thread(outbox.wait, timeout_s) for outbox in _outboxes.values()]
    return all([await one for one in waits])


@atexit.register
def _close_all() -> None:
    for outbox in _outboxes.values():
        outbox.close()
