"""How one request becomes one validated answer."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks.contracts import Usage
from synalinks.errors import (
    BudgetExceededError,
    InvalidOutputError,
    LanguageModelError,
)
from synalinks.language_models._answer import read_value
from synalinks.language_models._attempts import Attempts
from synalinks.language_models._expectation import expected_usage
from synalinks.language_models._journaled import journaled
from synalinks.language_models._kept import (
    from_completion,
    request_key,
    shares_of,
    to_completion,
)
from synalinks.language_models._limits import Limits
from synalinks.language_models._per_loop import PerLoop
from synalinks.language_models._pricing import model_info, paid_tier, priced
from synalinks.language_models._reask import asked_again, is_worth_asking_again
from synalinks.language_models._response import Completion
from synalinks.language_models._turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._answer_cache import AnswerCache
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._lm_transport import LMTransport
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._retry import RetryPolicy

_turnstiles = PerLoop(Turnstile)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """How the calls of one model are made."""

    max_concurrency: int | None = None
    """Calls in flight at most; None to find out, between 16 and 256."""
    retry: RetryPolicy
    """How often a call may be tried."""
    cache: AnswerCache | None = None
    """Where answers are kept for the same question."""


class Caller:
    """Sends requests within limits, and keeps the books.

    What stands around a request, from the outside in: journal, fallback, cache,
    questions after invalid answers, and for each of them attempts, limit of calls in
    flight, limit of time, budget, transport, ledger.

    Args:
        transport: What carries requests.
        ledger: Where usage is counted.
        settings: How calls are made.

    Attributes:
        limits: Hand out the slots for calls in flight.
    """

    def __init__(
        self, transport: LMTransport, ledger: UsageLedger, settings: CallSettings
    ) -> None:
        self.transport = transport
        self._ledger = ledger
        self._settings = settings
        self.limits = Limits(transport, settings.max_concurrency)
        self._preparing = PerLoop(asyncio.Lock)
        self._is_prepared = False
        self._n_unprepared = 0

    def counting_in(self, ledger: UsageLedger) -> Self:
        """Return one that shares all but the books.

        Args:
            ledger: Where usage is counted.
        """
        other = copy.copy(self)
        other._ledger = ledger  # noqa: SLF001 - of this class
        return other

    async def call(
        self,
        request: LMRequest,
        otherwise: Callable[[], Awaitable[Completion]] | None = None,
        others: Sequence[UsageLedger] = (),
    ) -> Completion:
        """Return the answer to a request.

        Args:
            request: What to ask.
            otherwise: Asks another model, when this one failed for good.
            others: Where that one counts, and those that it asks when it fails too.

        Raises:
            LanguageModelError: There is no valid answer; the subclass says why.
        """
        completion = await self._answer(request, otherwise, others)
        if not completion.usage.cache_hits:  # a hit has no slot that others wait for
            await _turnstiles.get().turn()
        return completion

    def _answer(
        self,
        request: LMRequest,
        otherwise: Callable[[], Awaitable[Completion]] | None,
        others: Sequence[UsageLedger],
    ) -> Awaitable[Completion]:
        journal = context.journal.get()
        if journal is None:
            return self._ask_or_fall_back(request, otherwise)
        ask = partial(self._ask_or_fall_back, request, otherwise)
        ledgers = [self._ledger, *others]
        return journaled(journal, request, ledgers, ask, self._settings.cache)

    async def _ask_or_fall_back(
        self, request: LMRequest, otherwise: Callable[[], Awaitable[Completion]] | None
    ) -> Completion:
        try:
            return await self._ask_or_recall(request)
        except BudgetExceededError:
            raise
        except LanguageModelError as error:
            self._ledger.here.failed_calls += 1
            error.shares = ()  # a transport may raise the same object again
            if otherwise is None:
                raise
            self._ledger.here.fallback_activations += 1
            (refused,) = shares_of(error)
        try:
            completion = await otherwise()
        except LanguageModelError as error:
            error.shares = (refused, *shares_of(error))
            raise
        return replace(
            completion,
            usage=completion.usage + refused,
            shares=(refused, *shares_of(completion)),
        )

    def _ask_or_recall(self, request: LMRequest) -> Awaitable[Completion]:
        cache = self._settings.cache
        return self._ask(request) if cache is None else self._recall(request, cache)

    async def _recall(self, request: LMRequest, cache: AnswerCache) -> Completion:
        async def ask() -> JsonObject:
            return from_completion(await self._ask(request))

        kept, is_hit = await cache.get_or_ask(request_key(request), ask)
        completion = to_completion(kept)
        if is_hit:
            completion = replace(completion, usage=Usage(cache_hits=1))
            self._ledger.record(completion.usage, completion.finish_reason)
        return completion

    async def attempts(self, request: LMRequest) -> Attempts:
        """Return a context in which one call is made, however often that is tried.

        Args:
            request: What is asked.
        """
        # Its place in the queue is taken now: if the provider refuses those before it,
        # it need not be sent.
        attempts = Attempts(
            request,
            self.limits.lane(request),
            self._ledger,
            policy=self._settings.retry,
            expected=partial(expected_usage, request, self._ledger),
        )
        # Who comes when all is prepared must not overtake who still waits for it: calls
        # are made, and paid from a budget, in the order of the samples.
        if self._n_unprepared or not self._is_prepared:
            await self._prepare_once(request.model)
        return attempts

    async def _ask(self, request: LMRequest) -> Completion:
        attempts = await self.attempts(request)
        try:
            async with attempts:
                return await self._ask_until_valid(request, attempts)
        except LanguageModelError as error:
            # Set anew: a transport may raise the same object again.
            error.attempts, error.usage = attempts.n_sent, attempts.usage
            raise

    async def _ask_until_valid(
        self, request: LMRequest, attempts: Attempts
    ) -> Completion:
        question = request
        while True:
            try:
                response = await attempts.run(partial(self.transport.send, question))
            except InvalidOutputError as error:  # the provider looked at it first
                if not (error.answer and attempts.may_ask_again()):
                    raise
                question = asked_again(question, error)
                continue
            elapsed_s = attempts.take_elapsed_s()
            tier = paid_tier(response.service_tier, request.params)
            taken = priced(response.usage, request.model, elapsed_s, tier)
            # An answer that is refused below was paid for all the same.
            self._ledger.record(taken, response.finish_reason)
            usage = taken if attempts.usage is None else attempts.usage + taken
            attempts.usage = usage
            try:
                value = read_value(response, request)
            except InvalidOutputError as error:
                may_ask = is_worth_asking_again(response) and attempts.may_ask_again()
                if not may_ask:
                    raise
                question = asked_again(question, error)
            else:
                return Completion(
                    value=value,
                    usage=usage,
                    finish_reason=response.finish_reason,
                    model=response.model or request.model,
                    reasoning_content=response.reasoning_content,
                )

    async def _prepare_once(self, model: str) -> None:
        self._n_unprepared += 1
        try:
            async with self._preparing.get():
                if not self._is_prepared:
                    await self._prepare(model)
        finally:
            self._n_unprepared -= 1

    async def _prepare(self, model: str) -> None:
        """Do what is slow the first time in a thread, outside the limit of time."""
        prepare = getattr(self.transport, "prepare", None)
        if prepare is not None:
            await asyncio.to_thread(prepare)
        await asyncio.to_thread(model_info, model)
        self._is_prepared = True
