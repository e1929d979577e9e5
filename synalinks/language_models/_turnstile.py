"""One thing at a time, and what is urgent first."""

from __future__ import annotations

import asyncio
from collections import deque


class Turnstile:
    """Lets one task of an event loop go on per round of the loop, in order.

    Many answers may come at once. If all that follows from them were done at once too,
    nobody would see for as long that there are further answers, and slots to ask
    again. Between two turns the loop looks at what has come.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Wait until it is the task's turn: not at all if nobody else had this one."""
        if self._is_taken:
            turn: asyncio.Future[None] = self._loop.create_future()
            self._waiting.append(turn)
            await turn
        else:
            self._is_taken = True
            self._loop.call_soon(self._next)

    def _next(self) -> None:
        self._is_taken = bool(self._waiting)
        if self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # else it was cancelled
                turn.set_result(None)
            self._loop.call_soon(self._next)
