"""How many calls a model bears at once: a window that answers open and refusals close.

Pure arithmetic; the clock is an argument. The rules are those of congestion control
(additive increase, multiplicative decrease: Chiu and Jain, 1989), with sends spread
over time as in paced TCP, since a limit of calls in flight and a limit of calls per
second look the same from outside. The constants were chosen by simulation.
"""

from __future__ import annotations

import math

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
_LATENCY_WEIGHT = 0.1
_HASTE = 0.8
_PAUSE_S = 0.025
_MAX_PAUSE_S = 1.0


class Window:
    """The number of calls that may be in flight, learned from answers and refusals.

    The window opens by one per answer, so that it doubles in the time of one answer,
    until a first refusal. From then on it opens the more slowly the more often it was
    refused, and faster again after each quiet second. It closes once per congestion:
    refusals of calls that were sent before it closed tell nothing new, except how many
    calls were taken at that time.

    Args:
        start: Calls in flight to begin with.
        ceiling: Calls in flight at most.

    Attributes:
        size: The window. Below one, calls go one by one with pauses between them.
        is_paced: Whether sends are spread over time; from the first refusal on.
        told_interval_s: Seconds between two sends by what the provider itself says.
    """

    def __init__(self, *, start: int = START, ceiling: int = CEILING) -> None:
        self._ceiling = ceiling
        self.size = float(min(start, ceiling))
        self.is_paced = False
        self.told_interval_s = 0.0
        self._greed = _FIRST_GREED
        self._latency_s: float | None = None
        self._closed_s = float("-inf")
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
        learned_s = _HASTE * (self._latency_s or _LATENCY_S) / self.size
        return max(self.told_interval_s, learned_s * self.is_paced)

    def answered(self, now_s: float, *, sent_s: float, n_in_flight: int) -> None:
        """Open the window after an answer.

        Args:
            now_s: The time.
            sent_s: When the call was sent.
            n_in_flight: Calls in flight, this one included. A window that is not used
                is not opened: nothing is known of what it would bear.
        """
        self._measure(now_s - sent_s)
        self._n_in_vain = 0
        if n_in_flight < self.size / 2:
            return
        if now_s - self._quiet_since_s > _QUIET_S:
            self._quiet_since_s = now_s
            self._greed = min(_FIRST_GREED, self._greed * 2)
        step = self._greed
        if self.is_paced:
            step *= min(1.0, (self._latency_s or _LATENCY_S) / _ROUND_S)
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
            round_s = self._latency_s or _LATENCY_S
            if now_s - self._closed_s >= round_s and not self._n_in_vain:
                self._close(now_s)
            self._n_in_vain += 1
        self.size = max(self._least, min(self.size, float(n_in_flight)))
        if self._n_in_vain < 2 or sent_s <= self._closed_s:
            return 0.0
        return min(_MAX_PAUSE_S, _PAUSE_S * 2 ** (self._n_in_vain - 2))

    def _close(self, now_s: float) -> None:
        self._closed_s = self._quiet_since_s = now_s
        kept = _KEPT_AT_LEAST_FIRST
        if self._latency_s is not None:
            self._greed = max(_MIN_GREED, self._greed * _GREED_KEPT)
            kept = _KEPT_AT_LEAST
        self._least = max(_MIN_SIZE, self.size * kept)
        self.size = max(_MIN_SIZE, self.size * _KEPT)
        self.is_paced = True

    def _measure(self, latency_s: float) -> None:
        known_s = latency_s if self._latency_s is None else self._latency_s
        self._latency_s = known_s + _LATENCY_WEIGHT * (latency_s - known_s)
