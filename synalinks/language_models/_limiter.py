"""Slots for calls in flight: first come, first served, and never lost."""

from __future__ import annotations

import asyncio
import copy
import heapq
from itertools import count
from typing import TYPE_CHECKING

from synalinks.errors import (
    AuthenticationError,
    LanguageModelError,
    ModelNotFoundError,
    TimedOutError,
)

if TYPE_CHECKING:
    from synalinks.language_models._window import Window

# How late a send may be and still not delay those after it: timers are not exact.
_LATENESS_S = 0.01
# Where the provider told the distance: it has kept for us what we let pass.
_LATENESS_IF_TOLD_S = 0.1
# One call that runs out of time may be to blame itself; where answers were given, some
# may be, one after the other.
_N_SILENT, _N_SILENT_LATER = 2, 5
# Of all limiters together: a call that has a place in two has the same in both, and no
# other call has it in either.
_places = count()


class Limiter:
    """Hands out slots of one account in one event loop.

    Who waits longest is served first. A call that is sent again keeps its place, and
    so goes before those that came later.

    Args:
        window: How many slots there are, and how far apart they are handed out.

    Attributes:
        n_answered: Answers so far: whether the model lets anything through.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._loop = asyncio.get_running_loop()
        self._n_places = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._paused_until_s = 0.0
        self._next_send_s = 0.0
        self._told_s = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._in_flight: dict[int, float] = {}
        self._heard_s = float("-inf")
        self._n_silent = 0
        self.n_answered: int = 0
        self._verdict: LanguageModelError | None = None
        self._n_condemned = 0
        self._is_settling = False

    @property
    def n_in_flight(self) -> int:
        """How many slots are taken."""
        return len(self._in_flight)

    def oldest_s(self, place: int) -> float:
        """Return when the slot was taken that another holds for longest; else now.

        Args:
            place: Whose own slot does not count.
        """
        others = (taken for one, taken in self._in_flight.items() if one != place)
        return next(others, self.now_s())

    def now_s(self) -> float:
        """Return the time on the clock of the event loop."""
        return self._loop.time()

    def new_place(self) -> int:
        """Return a place at the end of the queue."""
        place = next(_places)
        self._n_places = place + 1
        if self._is_settling:
            self._n_condemned = self._n_places
        return place

    def verdict_on(self, place: int) -> LanguageModelError | None:
        """Return the error that a call need not be sent to get, or None.

        If the provider refuses the key or knows no such model, or answers nobody, that
        goes for all calls that wait, and for those that come while others are still
        in flight. Later ones find out for themselves.

        Args:
            place: Place of the call.
        """
        is_condemned = self._verdict is not None and place < self._n_condemned
        return copy.copy(self._verdict) if is_condemned else None

    async def acquire(self, place: int) -> None:
        """Wait for a slot; `release` it in any case.

        Args:
            place: What `new_place` returned.

        Raises:
            CancelledError: The task was cancelled; there is no slot to release.
        """
        if not self._waiting and self._take(place):
            return
        turn: asyncio.Future[None] = self._loop.create_future()
        heapq.heappush(self._waiting, (place, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # too late: the slot was ours
                self.release(place)
            else:
                turn.cancel()
            raise

    def release(self, place: int) -> None:
        """Give a slot back.

        Args:
            place: For which it was acquired.
        """
        del self._in_flight[place]
        self._is_settling = self._is_settling and bool(self._in_flight)
        self._serve()

    def answered(self, sent_s: float, interval_s: float = 0.0) -> None:
        """Learn from an answer, while its slot is still taken.

        Args:
            sent_s: When the call was sent.
            interval_s: How far apart the provider wants calls to be.
        """
        self.n_answered += 1
        self._is_settling = False
        self._hear()
        if sent_s > self._told_s:
            self._keep_distance(interval_s)
        self._window.answered(self.now_s(), sent_s=sent_s, n_in_flight=self.n_in_flight)

    def refused(
        self, sent_s: float, pause_s: float | None = None, interval_s: float = 0.0
    ) -> None:
        """Learn that there were too many calls, while the slot is still taken.

        Args:
            sent_s: When the call was sent.
            pause_s: For how long the server says that it will take no more.
            interval_s: How far apart the provider wants calls to be.
        """
        if interval_s:  # it is news to calls that are under way
            self._told_s = self.now_s()
            self._keep_distance(interval_s)
        needed_s = self._window.refused(
            self.now_s(), sent_s=sent_s, n_in_flight=self.n_in_flight - 1
        )
        self._pause(needed_s if pause_s is None else pause_s)

    def failed(self, sent_s: float) -> None:
        """Learn of a failure that does not say why, while the slot is still taken.

        Args:
            sent_s: When the call was sent.
        """
        needed_s = self._window.failed(
            self.now_s(), sent_s=sent_s, n_in_flight=self.n_in_flight - 1
        )
        self._pause(needed_s)

    def declined(self, error: LanguageModelError) -> None:
        """Learn of an error that will not pass.

        Args:
            error: What is wrong: with the one request, or with the key or the model.
        """
        self._hear()
        if isinstance(error, (AuthenticationError, ModelNotFoundError)):
            self._condemn(error)

    def timed_out(self, error: TimedOutError, begun_s: float) -> None:
        """Learn that a call ran out of time.

        If others do in a row, with no answer to anybody in all their time, the provider
        answers nobody: a second one, or a fifth where it has given answers before.

        Args:
            error: What the call ends with.
            begun_s: When it had its first slot.
        """
        if self._heard_s >= begun_s:
            return
        self._n_silent += 1
        if self._n_silent >= (_N_SILENT_LATER if self.n_answered else _N_SILENT):
            verdict = copy.copy(error)
            said = f"{error} So it was with {self._n_silent} calls in a row."
            verdict.args = (f"{said} Those that waited were not sent any more.",)
            self._condemn(verdict)

    def widen(self, n: int) -> None:
        """Hand out more slots from the start, unless experience speaks against it.

        Args:
            n: How many more.
        """
        self._window.widen(n)

    def _condemn(self, error: LanguageModelError) -> None:
        self._verdict = copy.copy(error)  # without its traceback
        self._n_condemned = self._n_places
        self._is_settling = True

    def _hear(self) -> None:
        self._heard_s, self._n_silent = self.now_s(), 0

    def _pause(self, seconds: float) -> None:
        """Hand out no slot for a while: the whole model waits, not one call."""
        until_s = self.now_s() + seconds
        self._paused_until_s = max(self._paused_until_s, until_s)

    def _keep_distance(self, interval_s: float) -> None:
        if interval_s and not self._window.told_interval_s:
            self._next_send_s = max(self._next_send_s, self.now_s())
        self._window.told_interval_s = interval_s

    def _serve(self) -> None:
        """Hand out what slots there are; come back later where it is too early."""
        while self._waiting:
            place, turn = self._waiting[0]
            if not turn.done():  # else it was cancelled
                if not self._take(place):
                    return
                turn.set_result(None)
            heapq.heappop(self._waiting)

    def _take(self, place: int) -> bool:
        """Take a slot for the first of all that wait, if there is one now.

        Returns:
            Whether there was one.
        """
        if len(self._in_flight) >= self._window.limit:
            return False
        now_s = self.now_s()
        open_s = max(self._paused_until_s, self._next_send_s)
        if open_s > now_s:
            self._serve_at(open_s)
            return False
        self._in_flight[place] = now_s
        is_told = self._window.told_interval_s
        lateness_s = _LATENESS_IF_TOLD_S if is_told else _LATENESS_S
        earliest_s = max(self._next_send_s, now_s - lateness_s)
        self._next_send_s = earliest_s + self._window.interval_s
        return True

    def _serve_at(self, when_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(when_s, self._serve)
