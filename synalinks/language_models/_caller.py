"""How one request becomes one validated answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from synalinks.errors import LanguageModelError, TimedOutError
from synalinks.language_models._answer import read_value
from synalinks.language_models._per_loop import PerLoop
from synalinks.language_models._pricing import cost_usd, model_info
from synalinks.language_models._response import Completion, LMResponse

if TYPE_CHECKING:
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._lm_transport import LMTransport
    from synalinks.language_models._request import LMRequest


class Caller:
    """Sends requests within limits, and keeps the books.

    `call` is the one place where a transport is used; what stands around it does so in
    this order: limit of calls in flight, limit of time, transport, ledger, validation.

    Args:
        transport: What carries requests.
        ledger: Where usage is counted.
        max_concurrency: How many calls may be in flight at once, per event loop.
    """

    def __init__(
        self, transport: LMTransport, ledger: UsageLedger, *, max_concurrency: int
    ) -> None:
        self.transport = transport
        self._ledger = ledger
        self._slots = PerLoop(lambda: asyncio.Semaphore(max_concurrency))
        self._preparing = PerLoop(asyncio.Lock)
        self._is_prepared = False

    async def call(self, request: LMRequest) -> Completion:
        """Return the answer to a request.

        Args:
            request: What to ask.

        Raises:
            LanguageModelError: There is no valid answer; the subclass says why.
        """
        if not self._is_prepared:
            await self._prepare(request.model)
        try:
            async with self._slots.get():
                response = await self._attempt(request)
            # An answer that is refused below was paid for all the same.
            self._ledger.record(response.usage, response.finish_reason)
            value = read_value(response, request)
        except LanguageModelError:
            self._ledger.here.failed_calls += 1
            raise
        return Completion(
            value=value,
            usage=response.usage,
            finish_reason=response.finish_reason,
            model=response.model or request.model,
            reasoning_content=response.reasoning_content,
        )

    async def _attempt(self, request: LMRequest) -> LMResponse:
        started = perf_counter()
        deadline = asyncio.timeout(request.timeout_s)
        try:
            # By the clock on the wall: a server that sends a byte now and then is cut
            # off as well.
            async with deadline:
                response = await self.transport.send(request)
        except TimeoutError:
            if not deadline.expired():
                raise
            msg = (
                f"`{request.model}` gave no complete answer within "
                f"{request.timeout_s} s (`timeout`)."
            )
            raise TimedOutError(msg, model=request.model) from None
        cost = response.usage.cost_usd
        if cost is None:  # the transport does not know
            cost = cost_usd(request.model, response.usage)
        elapsed_s = perf_counter() - started
        usage = replace(response.usage, elapsed_s=elapsed_s, cost_usd=cost)
        return replace(response, usage=usage)

    async def _prepare(self, model: str) -> None:
        """Do what is slow the first time in a thread, outside the limit of time."""
        async with self._preparing.get():
            if self._is_prepared:
                return
            prepare = getattr(self.transport, "prepare", None)
            if prepare is not None:
                await asyncio.to_thread(prepare)
            await asyncio.to_thread(model_info, model)
            self._is_prepared = True
