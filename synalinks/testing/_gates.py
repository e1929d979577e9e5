"""Limits of a test server: how many requests at once, and how many in a second."""

from __future__ import annotations

from synalinks.testing._bad_replies import Status


class TokenBucket:
    """Lets so many requests pass in a second.

    Args:
        requests_per_s: How many tokens come back in a second.
        burst: How many tokens there are after a pause.
    """

    def __init__(self, requests_per_s: float, burst: int | None = None) -> None:
        self._per_s = requests_per_s
        self._burst = burst or max(1, round(requests_per_s / 10))
        self._tokens = float(self._burst)
        self._at_s: float | None = None

    def take(self, now_s: float) -> float:
        """Take a token if there is one.

        Args:
            now_s: Seconds on any clock that does not go back.

        Returns:
            0.0 if there was one, else the seconds until there will be one.
        """
        passed_s = 0.0 if self._at_s is None else now_s - self._at_s
        self._at_s = now_s
        self._tokens = min(self._burst, self._tokens + passed_s * self._per_s)
        if self._tokens < 1:
            return (1 - self._tokens) / self._per_s
        self._tokens -= 1
        return 0.0

    def headers(self) -> dict[str, str]:
        """Return what a provider tells of its limit."""
        missing_s = (self._burst - self._tokens) / self._per_s
        return {
            "x-ratelimit-limit-requests": str(self._burst),
            "x-ratelimit-remaining-requests": str(int(self._tokens)),
            "x-ratelimit-reset-requests": f"{missing_s:.3f}s",
        }


class Gates:
    """The limits of one server.

    Args:
        max_in_flight: How many requests are served at once; None for all.
        bucket: How many pass in a second; None for all.
    """

    def __init__(self, max_in_flight: int | None, bucket: TokenBucket | None) -> None:
        self._max_in_flight = max_in_flight
        self._bucket = bucket
        self._n_inside = 0

    def enter(self, now_s: float) -> Status | None:
        """Let a request in, which `leave`s later, or refuse it.

        Args:
            now_s: Seconds on any clock that does not go back.

        Returns:
            None, or the refusal (HTTP 429).
        """
        if self._max_in_flight is not None and self._n_inside >= self._max_in_flight:
            msg = f"No more than {self._max_in_flight} requests at once."
            return Status(status=429, message=msg, code="too_many_at_once")
        wait_s = self._bucket.take(now_s) if self._bucket else 0.0
        if wait_s and self._bucket:
            return Status(
                status=429,
                message="Too many requests in a second.",
                code="rate_limit_exceeded",
                retry_after_s=wait_s,
                retry_after_form="milliseconds",
                headers=self._bucket.headers(),
            )
        self._n_inside += 1
        return None

    def leave(self) -> None:
        """Let a request out that was let in."""
        self._n_inside -= 1
