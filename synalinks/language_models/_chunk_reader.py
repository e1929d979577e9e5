"""From the bytes of a streamed answer to its chunks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from synalinks.language_models._chunk import LMChunk, read_chunk
from synalinks.language_models._sse import EventParser
from synalinks.language_models._wire_answer import no_completion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from synalinks.language_models._request import LMRequest

_END = "[DONE]"


class ChunkReader:
    """Reads the chunks of one stream.

    Args:
        request: What was asked.

    Attributes:
        is_done: Whether nothing more comes.
    """

    def __init__(self, request: LMRequest) -> None:
        self._request = request
        self._events = EventParser()
        self.is_done = False

    def feed(self, content: bytes) -> Iterator[LMChunk]:
        """Yield the chunks that are complete now, without empty ones.

        Args:
            content: The next bytes of the stream.

        Yields:
            The chunks.

        Raises:
            LanguageModelError: The server reports an error, or sends no chunks.
        """
        yield from self._read(self._events.feed(content))

    def close(self) -> Iterator[LMChunk]:
        """Yield the last chunk, if the stream ended inside it.

        Yields:
            The chunk.

        Raises:
            LanguageModelError: The server reports an error, or sends no chunks.
        """
        yield from self._read(self._events.close())
        self.is_done = True

    def _read(self, events: Iterable[str]) -> Iterator[LMChunk]:
        for event in events:
            if self.is_done or event.strip() == _END:
                self.is_done = True
                return
            try:
                payload = json.loads(event)
            except (ValueError, RecursionError):
                error = no_completion(event, self._request)
                raise error from None
            chunk = read_chunk(payload, self._request)
            if not chunk.is_empty:
                yield chunk
