"""Calls and cost of a run, for its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._progress_text import dollars_text

if TYPE_CHECKING:
    from collections.abc import Iterator


class Usage:
    """What the language models of a program did since the object was made.

    Args:
        program: The program; None to tell nothing.
    """

    def __init__(self, program: Any) -> None:
        self._program = program
        self._before = {
            key: (calls, cost or 0.0) for key, calls, cost in self._counters()
        }

    def texts(self) -> list[str]:
        """Return such as `["40 calls", "$0.0123"]`; empty without language models."""
        counters = list(self._counters())
        if not counters:
            return []
        n_calls, total = 0, 0.0
        is_known = True
        for key, calls, cost in counters:
            calls_before, cost_before = self._before.get(key, (0, 0.0))
            if calls == calls_before:
                continue
            n_calls += calls - calls_before
            is_known = is_known and cost is not None
            total += (cost or 0.0) - cost_before
        return [
            f"{n_calls} call{'' if n_calls == 1 else 's'}",
            dollars_text(total) if is_known else "cost unknown",
        ]

    def _counters(self) -> Iterator[tuple[int, int, float | None]]:
        for model in getattr(self._program, "language_models", None) or ():
            calls: Any = getattr(model, "cumulated_calls", None)
            if calls is not None:
                yield id(model), int(calls), getattr(model, "cumulated_cost", None)
