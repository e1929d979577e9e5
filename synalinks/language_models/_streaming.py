"""`StreamingIterator`: an answer that arrives bit by bit, as users see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from synalinks.data_models import ChatMessage, JsonDataModel, schema_of
from synalinks.errors import ModuleError
from synalinks.language_models._chunk import LMChunk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from types import TracebackType

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._response import Completion


class HasCompletion(Protocol):
    """What has the whole answer once its stream is over."""

    @property
    def completion(self) -> Completion | None:
        """The answer, or None while it arrives."""
        ...


class StreamingIterator:
    """The pieces of an answer, in the form of chat messages, while they arrive.

    Each piece is a dict with `role`, the next characters of the `content`, and where
    there are any those of `reasoning_content` and pieces of `tool_calls`. After the
    last one, `message` is the whole answer. An error in the middle is raised by the
    iteration; the answer is not asked for again, since its beginning was seen.

    The connection is closed at the end of the stream, by `aclose`, at the end of an
    `async with` block, or when nothing refers to the stream any more. A stream that is
    left early counts as a call of which only is known what the provider has told.
    Until it is closed it is one of the `max_concurrency` calls: with 1, another call of
    the model that is made between two pieces would wait for ever.

    Example:
        ```python
        stream = await lm("Tell me a story.", streaming=True)
        async for delta in stream:
            show(delta["content"])
        story = stream.message
        ```
    """

    def __init__(
        self,
        call: HasCompletion,
        chunks: AsyncGenerator[LMChunk],
        first: LMChunk | None = None,
    ) -> None:
        self._call = call
        self._chunks = chunks
        self._first = first

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> JsonObject:
        """Return the next piece.

        Returns:
            A piece of a chat message.
        """
        while True:
            chunk, self._first = self._first, None
            if chunk is None:
                chunk = await anext(self._chunks)
            if chunk.has_output:
                return chunk.as_delta()

    async def drain(self) -> JsonDataModel:
        """Read what is left.

        Returns:
            The whole answer, as a `ChatMessage`.
        """
        async for _ in self:
            pass
        return self.message

    @property
    def completion(self) -> Completion:
        """The whole answer with what it took, once the stream is over.

        Raises:
            ModuleError: The stream is not over.
        """
        completion = self._call.completion
        if completion is None:
            msg = (
                "The whole answer is there once the stream is read to its end: iterate "
                "over it with `async for`, or `await stream.drain()`."
            )
            raise ModuleError(msg)
        return completion

    @property
    def message(self) -> JsonDataModel:
        """The whole answer as a `ChatMessage`, once the stream is over."""
        return JsonDataModel(schema=schema_of(ChatMessage), json=self.completion.value)

    async def aclose(self) -> None:
        """Take no more; close the connection unless the stream is over."""
        self._first = None
        await self._chunks.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


@dataclass(frozen=True)
class _Arrived:
    completion: Completion


def arrived_stream(completion: Completion) -> StreamingIterator:
    """Return the stream of an answer that is there already, in one piece.

    Args:
        completion: The answer: a chat message.
    """
    return StreamingIterator(_Arrived(completion), _one_piece(completion.value))


async def _one_piece(message: JsonObject) -> AsyncGenerator[LMChunk, None]:
    yield LMChunk(
        content=message.get("content") or "",
        reasoning_content=message.get("reasoning_content") or "",
        tool_calls=tuple(message.get("tool_calls") or ()),
    )
