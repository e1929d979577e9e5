"""Cutting off what takes too long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class InTime:
    """A context that is cut off at a deadline, with an error of the caller's.

    A `TimeoutError` that is raised inside is passed on as it is. A class, since every
    call enters one: a generator would take three times as long.

    Args:
        deadline_s: When, on the clock of the event loop; None for never.
        error: Makes what is raised then.
    """

    __slots__ = ("_error", "_limit")

    def __init__(
        self, deadline_s: float | None, error: Callable[[], Exception]
    ) -> None:
        self._limit = asyncio.timeout_at(deadline_s)
        self._error = error

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            raise self._error() from None
