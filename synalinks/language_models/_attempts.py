"""How a call gets through: slots, attempts and waits, within a time.

There is one layer of retries, and it is this one. The loop is our own: tenacity has no
word for a wait that belongs to the model rather than to the call, nor for a call that
keeps its place in a queue between two attempts.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from synalinks import config
from synalinks._internal import context
from synalinks._internal.rng import stream
from synalinks.errors import (
    InvalidOutputError,
    PermanentError,
    RateLimitedError,
    TimedOutError,
    TransientError,
)
from synalinks.language_models._in_time import InTime
from synalinks.language_models._retry import RetryPolicy, Tries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks._internal.rng import Stream
    from synalinks.contracts import Usage
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._limits import Lane
    from synalinks.language_models._request import AnyRequest

T = TypeVar("T")


class Attempts:
    """The attempts of one call, under the limits of its model.

    The time of a call (`timeout`) starts with its first slot, and holds for attempts,
    the waits between them, and the queueing for further slots. The first wait in the
    queue is not counted: how long that is says nothing about the server. It ends, with
    the error of another call, as soon as it is known that nobody is served.

    Use it as a context; at its end the slot is given back.

    Args:
        request: What is asked, for its time limit and for messages.
        lane: Where slots are to be had.
        ledger: Where attempts are counted, and what may hold them back.
        policy: How often the call may be tried.
        expected: Returns what an attempt is expected to take.

    Attributes:
        n_sent: Requests sent so far.
        usage: What the answers took that came so far, bad ones too; None before one.
    """

    def __init__(
        self,
        request: AnyRequest,
        lane: Lane,
        ledger: UsageLedger,
        *,
        policy: RetryPolicy,
        expected: Callable[[], Usage],
    ) -> None:
        self._request = request
        self._lane = lane
        self._limiter = lane.limiter
        self._ledger = ledger
        self._expected = expected
        self._place = lane.limiter.new_place()
        # No method of ours: a cycle would keep each request until it is collected.
        self._tries = Tries(policy, partial(_jitter, request, self._place))
        self._has_slot = False
        self._n_answered = lane.limiter.n_answered
        self._begun_s = 0.0
        self._deadline_s: float | None = None
        self._sent_s = 0.0
        self._elapsed_s = 0.0
        self.n_sent = 0
        self.usage: Usage | None = None

    async def __aenter__(self) -> Self:
        await self._take_slot()
        self._begun_s = self._limiter.now_s()
        if self._request.timeout_s is not None:
            self._deadline_s = self._begun_s + self._request.timeout_s
        return self

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    async def run(
        self, send: Callable[[], Awaitable[T]], *, keeps_slot: bool = False
    ) -> T:
        """Send until there is an answer, or no hope of one.

        It may be called several times for one call; attempts and time add up.

        Args:
            send: Makes one attempt.
            keeps_slot: Whether the slot is needed after the answer too, since that goes
                on (a stream). It is then given back at the end of the context.

        Returns:
            What `send` returned.

        Raises:
            LanguageModelError: There is no answer; the last attempt says why.
        """
        async with self.in_time():
            answer = await self._until_answered(send)
        if not keeps_slot:
            self._give_back()
        return answer

    async def _until_answered(self, send: Callable[[], Awaitable[T]]) -> T:
        while True:
            await self._take_slot()
            try:
                return await self._once(send)
            except TransientError as error:
                wait_s = self._next_wait_s(error)
                self._give_back()
            await asyncio.sleep(wait_s)

    def in_time(self) -> InTime:
        """Return a context that is cut off when the time of the call is over.

        By the clock on the wall: a server that sends a byte now and then is cut off
        as well. It raises `TimedOutError`.
        """
        return InTime(self._deadline_s, self._out_of_time)

    def _out_of_time(self) -> TimedOutError:
        msg = (
            f"`{self._request.model}` gave no complete answer within "
            f"{self._request.timeout_s} s (`timeout`)."
        )
        error = TimedOutError(msg, model=self._request.model)
        self._limiter.timed_out(error, self._begun_s)
        return error

    def extend(self, seconds: float) -> None:
        """Give the call more time, for what was not the server's doing.

        Args:
            seconds: How much more.
        """
        if self._deadline_s is not None:
            self._deadline_s += seconds

    def may_ask_again(self) -> bool:
        """Return whether there is an attempt left after an invalid answer."""
        return self._tries.may_ask_again()

    def take_elapsed_s(self) -> float:
        """Return the seconds of all attempts since this was last asked."""
        elapsed_s, self._elapsed_s = self._elapsed_s, 0.0
        return elapsed_s

    def _once(self, send: Callable[[], Awaitable[T]]) -> Awaitable[T]:
        sending = context.sending.get()
        if sending is None:
            return self._send(send)
        return sending.pass_through(partial(self._send, send))

    async def _send(self, send: Callable[[], Awaitable[T]]) -> T:
        with self._ledger.in_flight(self._expected):
            self._sent_s = self._limiter.now_s()
            self._ledger.here.attempts += 1
            intent = context.intent.get()
            if intent is not None:
                intent.is_sent = True
            self.n_sent += 1
            try:
                answer = await send()
            except (PermanentError, InvalidOutputError) as error:
                self._limiter.declined(error)
                raise
            finally:
                self._elapsed_s += self._limiter.now_s() - self._sent_s
        told: Any = getattr(answer, "interval_s", 0.0)
        self._limiter.answered(self._sent_s, self._tries.capped(told))
        return answer

    def _next_wait_s(self, error: TransientError) -> float:
        """Tell the limiter of a failure.

        Returns:
            Seconds that the call itself waits.

        Raises:
            TransientError: There is no attempt left, or no time.
        """
        is_refused = isinstance(error, RateLimitedError)
        is_pacing = is_refused and self._others_get_through()
        asked_s = error.retry_after_s
        pause_s = None if asked_s is None else self._tries.capped(asked_s)
        if is_refused or pause_s is not None:  # it says: not now
            interval_s = self._tries.capped(error.interval_s)
            self._limiter.refused(self._sent_s, pause_s, interval_s)
        else:
            self._limiter.failed(self._sent_s)
        wait_s = self._tries.wait_s(error, is_pacing=is_pacing)
        if self._deadline_s is not None:
            left_s = self._deadline_s - self._limiter.now_s()
            if wait_s >= left_s:  # nothing can come of waiting
                raise error
        # A wish of the server holds for all: the call waits for it in the queue.
        return wait_s if pause_s is None else 0.0

    def _others_get_through(self) -> bool:
        """Return whether the model takes calls, only not this one now.

        Others were answered since this call was last refused, or are being served: one
        that was sent so long before this one would have been refused before it.
        """
        n_answered, self._n_answered = self._n_answered, self._limiter.n_answered
        refused_after_s = self._limiter.now_s() - self._sent_s
        oldest_s = self._limiter.oldest_s(self._place)
        is_serving = oldest_s < self._sent_s - refused_after_s
        return is_serving or self._n_answered > n_answered

    # -- its slot ----------------------------------------------------------------------

    async def _take_slot(self) -> None:
        if not self._has_slot:
            await self._lane.acquire(self._place)
            self._has_slot = True
            verdict = self._limiter.verdict_on(self._place)
            if verdict is not None:
                self._give_back()
                raise verdict

    def _give_back(self) -> None:
        if self._has_slot:
            self._has_slot = False
            self._lane.release(self._place)


def _jitter(request: AnyRequest, place: int) -> Stream:
    digest: Any = getattr(request, "digest", place)
    return stream(config.get_seed(), "retry", request.model, digest)
