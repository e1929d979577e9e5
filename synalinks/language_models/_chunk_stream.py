"""Chunks one after the other, from what has them.

These are classes, not asynchronous generators: an event loop that ends closes all
generators at once, and one that is inside another must not be closed by two.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from synalinks.language_models._chunk import LMChunk


class ChunkStream(Protocol):
    """The chunks of one answer; any asynchronous generator of chunks is one, too."""

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> LMChunk:
        """Return the next chunk.

        Raises:
            StopAsyncIteration: There is none.
            LanguageModelError: The answer broke off.
        """
        ...

    async def aclose(self) -> None:
        """Take no more; close the connection unless the stream is over."""
        ...


class ReadStream:
    """Gives the chunks that come of each step of reading.

    Args:
        read: Makes a step, and returns the chunks that came of it; None at the end.
            What it gives before it raises is given, too.
        close: Closes what is read.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Iterable[LMChunk] | None]],
        close: Callable[[], Awaitable[object]],
    ) -> None:
        self._read = read
        self._close = close
        self._ready: deque[LMChunk] = deque()
        self._error: Exception | None = None
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LMChunk:
        """Return the next chunk.

        Returns:
            The chunk.

        Raises:
            StopAsyncIteration: There is none.
            Exception: A step failed; all chunks before are given first.
        """
        while not self._ready and self._error is None and not self._is_over:
            await self._step()
        if self._ready:
            return self._ready.popleft()
        await self.aclose()
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Take no more; close what is read."""
        self._ready.clear()
        self._is_over = True
        await self._close()

    async def _step(self) -> None:
        try:
            chunks = await self._read()
            self._is_over = chunks is None
            self._ready.extend(chunks or ())
        except Exception as error:  # noqa: BLE001 - it is raised in its turn
            self._error = error


class WholeStream:
    """Gives chunks that are there already.

    Args:
        chunks: The chunks.
    """

    def __init__(self, chunks: Iterable[LMChunk]) -> None:
        self._left = deque(chunks)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LMChunk:
        """Return the next chunk.

        Returns:
            The chunk.

        Raises:
            StopAsyncIteration: There is none.
        """
        if not self._left:
            raise StopAsyncIteration
        return self._left.popleft()

    async def aclose(self) -> None:
        """Take no more."""
        self._left.clear()
