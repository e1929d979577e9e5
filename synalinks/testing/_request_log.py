"""What a test server was asked, when, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_SECRET_PARTS = ("auth", "key", "token", "secret", "cookie", "password")


@dataclass(slots=True, kw_only=True)
class ReceivedRequest:
    """One line of the server's log."""

    path: str
    """Path of the URL."""
    body: JsonObject
    """JSON that was sent."""
    headers: JsonObject
    """HTTP headers in lower case; of secrets only that they were there."""
    arrived_s: float
    """Seconds from the start of the log."""
    finished_s: float | None = None
    """Seconds when the answer was ready or the request given up; None before that."""
    status: int | None = None
    """HTTP status; None where no answer was given, or not to its end."""


class RequestLog:
    """The requests that a server received, in the order in which they came.

    Attributes:
        requests: The lines.
        n_in_flight: How many requests are open now.
        max_in_flight: How many were open at once at most.
    """

    def __init__(self) -> None:
        self._started_s = perf_counter()
        self.requests: list[ReceivedRequest] = []
        self.n_in_flight: int = 0
        self.max_in_flight: int = 0

    def begin(
        self, path: str, body: JsonObject, headers: Mapping[str, str]
    ) -> ReceivedRequest:
        """Note that a request arrived.

        Args:
            path: Path of the URL.
            body: JSON that was sent.
            headers: HTTP headers.

        Returns:
            The line, for `end`.
        """
        line = ReceivedRequest(
            path=path,
            body=body,
            headers=_without_secrets(headers),
            arrived_s=perf_counter() - self._started_s,
        )
        self.requests.append(line)
        self.n_in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.n_in_flight)
        return line

    def end(self, line: ReceivedRequest) -> None:
        """Note that a request is over.

        Args:
            line: Its line.
        """
        line.finished_s = perf_counter() - self._started_s
        self.n_in_flight -= 1

    @property
    def statuses(self) -> Counter[int | None]:
        """How many requests ended with which HTTP status; None for no answer."""
        return Counter(
            line.status for line in self.requests if line.finished_s is not None
        )

    def clear(self) -> None:
        """Forget what is over; requests in flight stay counted."""
        self.requests = []
        self.max_in_flight = self.n_in_flight

    def summary(self) -> JsonObject:
        """Return the counts as JSON."""
        statuses = {str(status): n for status, n in self.statuses.items()}
        return {
            "n_requests": len(self.requests),
            "n_in_flight": self.n_in_flight,
            "max_in_flight": self.max_in_flight,
            "statuses": dict(sorted(statuses.items())),
        }

    def to_json(self) -> list[JsonObject]:
        """Return the lines as JSON."""
        return [asdict(line) for line in self.requests]


def _without_secrets(headers: Mapping[str, Any]) -> JsonObject:
    return {
        name.lower(): "***" if _is_secret(name.lower()) else value
        for name, value in headers.items()
    }


@lru_cache(maxsize=256)
def _is_secret(name: str) -> bool:
    return name != "idempotency-key" and any(part in name for part in _SECRET_PARTS)
