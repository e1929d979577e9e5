"""Whether and when a failed attempt is made again: policy without a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.rng import Stream
    from synalinks.errors import TransientError

_FIRST_WAIT_S = 1.0
_MAX_REASKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a call may be tried."""

    max_attempts: int = 5
    """Requests of one call, answers that are asked for again included."""
    max_wait_s: float = 60.0
    """Seconds between two of them at most, whatever the server asks for."""


class Tries:
    """What one call has left of its attempts.

    Args:
        policy: How often it may be tried.
        draw: Gives the random stream for waits; asked only when one is needed.
    """

    def __init__(self, policy: RetryPolicy, draw: Callable[[], Stream]) -> None:
        self._policy = policy
        self._draw = draw
        self._stream: Stream | None = None
        self._n_spent = 0
        self._n_failed = 0
        self._n_reasks = 0

    def capped(self, seconds: float) -> float:
        """Return what a server asks to wait, as far as we obey it.

        Args:
            seconds: What it asks for.
        """
        return min(seconds, self._policy.max_wait_s)

    def wait_s(self, error: TransientError, *, is_pacing: bool) -> float:
        """Return how long to wait before the next attempt.

        A server's own wish comes first. Else waits double, with full jitter: any time
        from none to the limit, so that calls which failed together do not come back
        together (Brooker, "Exponential backoff and jitter", 2015).

        Args:
            error: Why the last attempt failed.
            is_pacing: Whether it was refused only for coming too early, while others
                got through. That takes nothing from the attempts.

        Raises:
            TransientError: There is no attempt left.
        """
        if not is_pacing:
            self._n_spent += 1
            if self._n_spent >= self._policy.max_attempts:
                raise error
            self._n_failed += 1
        if error.retry_after_s is not None:
            return self.capped(error.retry_after_s)
        if is_pacing:
            return 0.0
        if self._stream is None:
            self._stream = self._draw()
        limit_s = _FIRST_WAIT_S * 2 ** (self._n_failed - 1)
        return self._stream.uniform(0.0, min(limit_s, self._policy.max_wait_s))

    def may_ask_again(self) -> bool:
        """Return whether there is an attempt left, after one was spent on an answer."""
        self._n_spent += 1
        self._n_reasks += 1
        is_left = self._n_spent < self._policy.max_attempts
        return is_left and self._n_reasks <= _MAX_REASKS
