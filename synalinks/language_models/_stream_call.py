"""How one request becomes a stream of chunks, within limits and in the books."""

from __future__ import annotations

import contextlib
import inspect
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.errors import BudgetExceededError, LanguageModelError
from synalinks.language_models._answer import read_value
from synalinks.language_models._chunk import Assembly, LMChunk, one_chunk
from synalinks.language_models._chunk_stream import ChunkStream, WholeStream
from synalinks.language_models._pricing import paid_tier, priced
from synalinks.language_models._response import Completion
from synalinks.language_models._streaming import StreamingIterator
from synalinks.language_models._thoughts import ThoughtSplitter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from synalinks.contracts import Usage
    from synalinks.hooks import Observation
    from synalinks.language_models._attempts import Attempts
    from synalinks.language_models._caller import Caller
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._lm_transport import LMTransport
    from synalinks.language_models._request import LMRequest

_DROPPED = "dropped"
_NOTHING = contextlib.nullcontext()


class StreamCall:
    """One call whose answer is streamed.

    An attempt may be made again until its first chunk is there; from then on the slot
    is taken until the stream ends. The time limit holds for what we wait for the
    server, not for what the user does between two chunks.

    Args:
        transport: What carries the request.
        request: What is asked.
        ledger: Where it is counted.

    Attributes:
        completion: The whole answer, once the stream is over.
    """

    def __init__(
        self,
        transport: LMTransport,
        request: LMRequest,
        ledger: UsageLedger,
    ) -> None:
        self._observation: Observation | None = None
        self._transport = transport
        self._request = request
        self._ledger = ledger
        # At its end the stream may be closed by the event loop, in no phase at all.
        self._phase: context.Phase = context.phase.get()
        self._assembly = Assembly(request)
        self._waited_s = 0.0
        self._first_s = 0.0
        self._last_s = 0.0
        self._usage: Usage | None = None
        self.completion: Completion | None = None

    async def chunks(self, attempts: Attempts) -> AsyncGenerator[LMChunk]:
        """Ask, and give the answer bit by bit.

        Args:
            attempts: The attempts of this call.

        Yields:
            The chunks.

        Raises:
            LanguageModelError: There is no answer, or none to the end.
        """
        is_open, splitter = False, ThoughtSplitter()
        try:
            async with attempts, contextlib.AsyncExitStack() as stack:
                chunk, rest = await attempts.run(self._open, keeps_slot=True)
                is_open = True
                await stack.enter_async_context(contextlib.aclosing(rest))
                self._waited_s = attempts.take_elapsed_s()
                while chunk is not None:
                    chunk = splitter.split(chunk)
                    self._note(chunk)
                    given_s = perf_counter()
                    yield chunk
                    attempts.extend(perf_counter() - given_s)
                    chunk = await self._next(rest, attempts)
            self.completion = self._finish()
        except LanguageModelError as error:
            error.attempts = attempts.n_sent
            self._fail(error)
            raise
        finally:
            if is_open:
                self._count(_DROPPED)

    async def observed_chunks(
        self, attempts: Attempts, observe_it: Callable[[], Observation]
    ) -> AsyncGenerator[LMChunk]:
        """Do as `chunks` does, with hooks around it.

        Args:
            attempts: The attempts of this call.
            observe_it: Tells hooks that the call begins.

        Yields:
            The chunks.
        """
        failure: BaseException | None = None
        self._observation = observe_it()
        try:
            async with contextlib.aclosing(self.chunks(attempts)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except BaseException as error:  # it may also be left early, as by `aclose`
            failure = error
            raise
        finally:
            self._observation.end(self.completion, failure)

    async def _open(self) -> tuple[LMChunk | None, ChunkStream]:
        rest = await chunks_of(self._transport, self._request)
        try:
            first = await anext(rest, None)
            if first is None:
                Assembly(self._request).response()  # raises: it is tried again
        except BaseException:
            await rest.aclose()
            raise
        return first, rest

    async def _next(self, rest: ChunkStream, attempts: Attempts) -> LMChunk | None:
        started_s = perf_counter()
        try:
            async with attempts.in_time():
                return await anext(rest, None)
        finally:
            self._waited_s += perf_counter() - started_s

    def _note(self, chunk: LMChunk) -> None:
        self._assembly.add(chunk)
        if chunk.has_output:
            self._first_s = self._first_s or self._waited_s
            self._last_s = self._waited_s

    def _finish(self) -> Completion:
        """Return the whole answer made of the chunks, counted."""
        response = self._assembly.response()
        usage = self._count(response.finish_reason)
        return Completion(
            value=read_value(response, self._request),
            usage=usage,
            finish_reason=response.finish_reason,
            model=self._request.model,
            reasoning_content=response.reasoning_content,
        )

    def _fail(self, error: LanguageModelError) -> None:
        if not isinstance(error, BudgetExceededError):
            with context.bound(context.phase, self._phase):
                self._ledger.here.failed_calls += 1

    def _count(self, finish_reason: str) -> Usage:
        """Count what is known of the stream, once.

        Returns:
            What is known.
        """
        if self._usage is not None:
            return self._usage
        so_far = self._assembly.so_far()
        tier = paid_tier(so_far.service_tier, self._request.params)
        taken = priced(so_far.usage, self._request.model, self._waited_s, tier)
        inside = self._observation.inside() if self._observation else _NOTHING
        with context.bound(context.phase, self._phase), inside:
            self._ledger.record(taken, finish_reason)
            counters = self._ledger.here
        counters.streaming_calls += 1
        counters.streaming_ttft_s += self._first_s
        counters.streaming_ttlt_s += self._last_s
        self._usage = taken
        return taken


async def open_stream(
    caller: Caller,
    ledger: UsageLedger,
    request: LMRequest,
    otherwise: Callable[[], Awaitable[StreamingIterator]] | None = None,
    observe_it: Callable[[], Observation] | None = None,
) -> StreamingIterator:
    """Return the stream of an answer, once its first piece is there.

    Args:
        caller: Makes the attempts.
        ledger: Where the call is counted.
        request: What to ask.
        otherwise: Asks another model, if this one fails before the first piece.
        observe_it: Tells hooks that the call begins; None if there are none.

    Raises:
        BudgetExceededError: The call would cost more than is left.
        LanguageModelError: There is no answer; the subclass says why.
    """
    call = StreamCall(caller.transport, request, ledger)
    attempts = await caller.attempts(request)
    chunks = (
        call.observed_chunks(attempts, observe_it)
        if observe_it
        else call.chunks(attempts)
    )
    try:
        first = await anext(chunks)
    except BudgetExceededError:
        raise
    except LanguageModelError:
        if otherwise is None:
            raise
        ledger.here.fallback_activations += 1
    else:
        return StreamingIterator(call, chunks, first)
    return await otherwise()


async def chunks_of(transport: LMTransport, request: LMRequest) -> ChunkStream:
    """Return the chunks of an answer; one chunk from transports that do not stream.

    Args:
        transport: What carries the request.
        request: What is asked.
    """
    stream: Any = getattr(transport, "stream", None)
    if stream is None:
        return WholeStream(one_chunk(await transport.send(request)))
    opened = stream(request)
    return await opened if inspect.isawaitable(opened) else opened
