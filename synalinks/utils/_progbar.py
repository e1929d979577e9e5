"""A progress bar for loops of one's own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from synalinks._internal.checks import check_count
from synalinks._internal.console import write

if TYPE_CHECKING:
    from collections.abc import Iterable


class Progbar:
    """Shows how far a loop is, on one line of standard output.

    Args:
        target: How many steps there are; None if that is not known.
        width: Characters of the bar.
        verbose: 0 is silent, 1 redraws the line, 2 writes one line at the end.
        interval: Seconds between two drawings at least.
        unit_name: What a step is called.

    Example:
        ```python
        bar = synalinks.utils.Progbar(len(batches))
        for batch in batches:
            reward = await score(batch)
            bar.add(1, [("reward", reward)])
        ```
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        unit_name: str = "step",
    ) -> None:
        if target is not None:
            check_count("target", target, at_least=1)
        check_count("width", width, at_least=1)
        self.target: int | None = target
        self.width: int = width
        self.verbose: int = verbose
        self.interval: float = interval
        self.unit_name: str = unit_name
        self._n_done = 0
        self._sums: dict[str, tuple[float, int]] = {}
        self._began_s = time.perf_counter()
        self._drawn_s = 0.0

    def add(self, n: int, values: Iterable[tuple[str, float]] | None = None) -> None:
        """Note that further steps are done.

        Args:
            n: How many.
            values: Names with values of these steps; their means are shown.
        """
        self.update(self._n_done + n, values)

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, float]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Note how many steps are done.

        Args:
            current: How many in all.
            values: Names with values of the steps since the last time; their means
                over all steps are shown.
            finalize: Whether this is the end; when None, whether the target is reached.
        """
        n_new = max(1, current - self._n_done)
        self._n_done = current
        for name, value in values or ():
            total, n = self._sums.get(name, (0.0, 0))
            self._sums[name] = total + value * n_new, n + n_new
        is_end = finalize if finalize is not None else current == self.target
        now_s = time.perf_counter()
        is_due = is_end or now_s - self._drawn_s >= self.interval
        if self.verbose == 1 and is_due:
            self._drawn_s = now_s
            write(f"\r{self._line(now_s)}{chr(10) * is_end}")
        elif self.verbose == 2 and is_end:
            write(f"{self._line(now_s)}\n")

    def _line(self, now_s: float) -> str:
        elapsed_s = now_s - self._began_s
        parts = [f"{self._n_done} {self.unit_name}s"]
        if self.target is not None:
            n_full = min(self.width, self.width * self._n_done // self.target)
            bar = "━" * n_full + " " * (self.width - n_full)
            parts = [f"{self._n_done}/{self.target} {bar}"]
        per_step_s = elapsed_s / max(1, self._n_done)
        parts.append(f"{elapsed_s:.0f}s {per_step_s:.2f}s/{self.unit_name}")
        parts += [f"{name}: {total / n:.4f}" for name, (total, n) in self._sums.items()]
        return " - ".join(parts)
