"""How many calls a model bears at once: a window that answers open and refusals close.

Pure arithmetic; the clock is an argument. The rules are those of congestion control
(additive increase, multiplicative decrease: Chiu and Jain, 1989), with sends spread
over time as in paced TCP, since a limit of calls in flight and a limit of calls per
second look the same from outside. The constants were chosen by simulation.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

START = 16
CEILING = 256
_KEPT = 0.9  # of the window after a refusal
_KEPT_AT_LEAST_FIRST = 0.5
_KEPT_AT_LEAST = 0.25  # however few calls were taken
_MIN_SIZE = 0.05
_FIRST_GREED = 1.0
_MIN_GREED = 0.02
_GREED_KEPT = 0.25
_QUIET_S = 1.0
_ROUND_S = 0.1
_LATENCY_S = 0.05  # until one is known
_N_LATENCIES = 15
_HASTE = 0.8
_PAUSE_S = 0.025
_MAX_PAUSE_S = 1.0
_N_OUTCOMES = 64  # of which half is more than chance makes of a fault rate of 0.3
_N_ROUNDS_OF_DOUBT = 50


class Window:
    """The number of calls that may be in flight, learned from answers and refusals.

    The window opens by one per answer, so that it doubles in the time of one answer,
    until a first refusal. From then on it opens the more slowly the more often it was
    refused, and faster again after each quiet second. It closes once per congestion:
    refusals of calls that were sent before it closed tell nothing new, except how many
    calls were taken at that time.

    A failure that does not say that there were too many calls closes nothing: faults
    come as they come, however few calls there are. Only when most of the latest
    attempts failed, and for some rounds from then on, is it taken for a refusal. With a
    server that refuses without saying so, that is soon: a refusal is quick, and makes
    room for the next.

    Args:
        start: Calls in flight to begin with.
        ceiling: Calls in flight at most; `start`, if that is more.

    Attributes:
        size: The window. Below one, calls go one by one with pauses between them.
        is_paced: Whether sends are spread over time; from the first refusal on.
        told_interval_s: Seconds between two sends by what the provider itself says.
    """

    def __init__(self, *, start: int = START, ceiling: int = CEILING) -> None:
        self._ceiling = max(start, ceiling)
        self.size: float = float(start)
        self.is_paced: bool = False
        self.told_interval_s: float = 0.0
        self._greed = _FIRST_GREED
        self._latencies_s: deque[float] = deque(maxlen=_N_LATENCIES)
        self._failed: deque[bool] = deque(maxlen=_N_OUTCOMES)
        self._closed_s = self._doubt_until_s = float("-inf")
        self._quiet_since_s = 0.0
        self._least = 0.0
        self._n_in_vain = 0

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return max(1, min(self._ceiling, math.ceil(self.size)))

    @property
    def interval_s(self) -> float:
        """Seconds between two sends."""
        if not self.is_paced:
            return self.told_interval_s
        return max(self.told_interval_s, _HASTE * self._latency_s / self.size)

    def widen(self, n: int) -> None:
        """Allow more calls from the start, unless experience speaks against it.

        Args:
            n: How many more may be in flight.
        """
        self._ceiling = max(self._ceiling, n)
        if not self.is_paced:
            self.size = min(float(self._ceiling), self.size + n)

    def answered(self, now_s: float, *, sent_s: float, n_in_flight: int) -> None:
        """Open the window after an answer.

        Args:
            now_s: The time.
            sent_s: When the call was sent.
            n_in_flight: Calls in flight, this one included. A window that is not used
                is not opened: nothing is known of what it would bear.
        """
        self._latencies_s.append(now_s - sent_s)
        self._failed.append(False)
        self._n_in_vain = 0
        if n_in_flight < self.size / 2:
            return
        if now_s - self._quiet_since_s > _QUIET_S:
            self._quiet_since_s = now_s
            self._greed = min(_FIRST_GREED, self._greed * 2)
        step = self._greed
        if self.is_paced:
            step *= min(1.0, self._latency_s / _ROUND_S)
        self.size = min(float(self._ceiling), self.size + step)

    def refused(self, now_s: float, *, sent_s: float, n_in_flight: int) -> float:
        """Close the window after a refusal for too many calls.

        Args:
            now_s: The time.
            sent_s: When the refused call was sent.
            n_in_flight: Calls that are still in flight, this one not included.

        Returns:
            Seconds to wait before the next call of any kind: none after the first
            refusal, more and more as long as nothing is taken.
        """
        if sent_s > self._closed_s:
            is_news = now_s - self._closed_s >= self._latency_s
            if is_news and not self._n_in_vain:
                self._close(now_s)
            self._n_in_vain += 1
        self.size = max(self._least, min(self.size, float(n_in_flight)))
        if self._n_in_vain < 2 or sent_s <= self._closed_s:
            return 0.0
        return min(_MAX_PAUSE_S, _PAUSE_S * 2 ** (self._n_in_vain - 2))

    def failed(self, now_s: float, *, sent_s: float, n_in_flight: int) -> float:
        """Take note of a failure that may have to do with too many calls, or not.

        Args:
            now_s: The time.
            sent_s: When the call was sent.
            n_in_flight: Calls that are still in flight, this one not included.

        Returns:
            Seconds to wait before the next call of any kind.
        """
        self._failed.append(True)
        if sum(self._failed) > _N_OUTCOMES / 2:
            self._doubt_until_s = now_s + _N_ROUNDS_OF_DOUBT * self._latency_s
        if now_s >= self._doubt_until_s:
            return 0.0
        return self.refused(now_s, sent_s=sent_s, n_in_flight=n_in_flight)

    @property
    def _latency_s(self) -> float:
        # The median: one slow answer, such as the first of all, says nothing.
        return median(self._latencies_s or [_LATENCY_S]) or _LATENCY_S

    def _close(self, now_s: float) -> None:
        self._closed_s = self._quiet_since_s = now_s
        kept = _KEPT_AT_LEAST_FIRST
        if self._latencies_s:
            self._greed = max(_MIN_GREED, self._greed * _GREED_KEPT)
            kept = _KEPT_AT_LEAST
        self._least = max(_MIN_SIZE, self.size * kept)
        self.size = max(_MIN_SIZE, self.size * _KEPT)
        self.is_paced = True
