"""`Invocations`: how often a program ran on samples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Invocations:
    """Counts the runs of a program in `fit`, `evaluate` and `predict`."""

    calls: int = 0
    """Runs on one sample each, also those that failed."""
    elapsed_s: float = 0.0
    """Seconds that the runs took, summed: those of runs at one time all count."""

    def note(self, elapsed_s: float) -> None:
        """Count one run.

        Args:
            elapsed_s: Seconds that it took.
        """
        self.calls += 1
        self.elapsed_s += elapsed_s
