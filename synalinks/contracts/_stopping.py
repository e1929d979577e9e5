"""`Stop`: why a run ends early, and how that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why and how a run ends before its last epoch."""

    reason: str
    """What users read in `history.stop_reason`."""
    validate: bool = True
    """Whether the epoch under way is still validated, which costs calls."""
    resumable: bool = False
    """Whether the run may be gone on with later."""


class Stopping:
    """The part of `TrainerState` that ends runs.

    Attributes:
        stop: Why and how the run ends; None as long as it goes on.
        stops_epoch: Whether the epoch ends after the batch under way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stop: Stop | None = None
        self.stops_epoch: bool = False

    def request_stop(
        self, reason: str, *, validate: bool = True, resumable: bool = False
    ) -> None:
        """End the run after the batch under way.

        The first reason counts, and the strictest request: once one of them forbids
        further calls, nothing is validated.

        Args:
            reason: What users read in `history.stop_reason`.
            validate: Whether the epoch is still validated, which costs calls.
            resumable: Whether the run may be gone on with later.
        """
        before = self.stop
        if before is None:
            self.stop = Stop(reason=reason, validate=validate, resumable=resumable)
        elif before.validate and not validate:
            resumable = resumable or before.resumable
            self.stop = replace(before, validate=False, resumable=resumable)

    @property
    def should_stop(self) -> bool:
        """Whether the run ends after the batch under way; may be set."""
        return self.stop is not None

    @should_stop.setter
    def should_stop(self, value: bool) -> None:
        self.stop = None
        if value:
            self.request_stop("`should_stop` was set")

    stop_requested = should_stop

    @property
    def stop_reason(self) -> str | None:
        """Why the run ends early, or None."""
        return self.stop.reason if self.stop else None

    def request_epoch_stop(self) -> None:
        """End the epoch after the batch under way; the next one begins as usual."""
        self.stops_epoch = True
