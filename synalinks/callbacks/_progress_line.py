"""One line of progress: an epoch, an evaluation or a prediction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from synalinks.callbacks._progress_text import count_text, duration_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from synalinks.callbacks._progress_usage import Usage

_BAR_WIDTHS = (20, 10, 5)


class ProgressLine:
    """What is to be shown of one epoch, evaluation or prediction.

    Args:
        label: What it is, such as `Epoch 1/4`.
        total: How many batches there are, if that is known.
        usage: Calls and cost.
        show_step: Whether to show the batch.
    """

    def __init__(
        self, label: str, total: int | None, usage: Usage, *, show_step: bool
    ) -> None:
        self.total = total
        self.metrics: Mapping[str, str] = {}
        self.note = ""
        self._label = label
        self._usage = usage
        self._show_step = show_step
        self._n_done = 0
        self._began = time.perf_counter()
        self._advanced = self._began
        self._ended: float | None = None

    def advance(self, n_done: int, metrics: Mapping[str, str]) -> None:
        """Note that a batch was done.

        Args:
            n_done: How many are done.
            metrics: Values by name.
        """
        self._n_done = n_done
        self.metrics = metrics
        self._advanced = time.perf_counter()

    def finish(self, n_done: int, metrics: Mapping[str, str]) -> None:
        """Stop the clock.

        Args:
            n_done: How many batches are done.
            metrics: Values by name.
        """
        self.advance(n_done, metrics)
        self.note = ""
        self._ended = self._advanced

    def as_log(self) -> str:
        """Return the line for a log file: everything, and no bar."""
        head = [self._label, self._times(), self._steps(), self.note]
        return _joined([*head, *_texts(self.metrics), *self._usage.texts()])

    def as_live(
        self,
        width: int | None = None,
        *,
        ascii_only: bool = False,
        n_cells: Callable[[str], int] = len,
    ) -> str:
        """Return the line for a terminal or notebook.

        What does not fit is left out, the least important first: most of the bar, cost
        and calls, metrics up to the last one, the bar, the time.

        Args:
            width: In characters; None for as many as it takes.
            ascii_only: Whether the bar is to be made of letters that all have.
            n_cells: Returns how wide a text is.
        """
        text = ""
        for text in self._layouts(ascii_only=ascii_only):
            if width is None or n_cells(text) <= width:
                return text
        return text[:width]

    def _layouts(self, *, ascii_only: bool) -> Iterator[str]:
        """Yield the line, shorter and shorter."""
        usage, metrics, times = self._usage.texts(), dict(self.metrics), self._times()

        def line(bar_width: int) -> str:
            bar = self._bar(bar_width, ascii_only=ascii_only)
            head = " ".join(filter(None, [self._label, bar, self._steps()]))
            return _joined([head, times, self.note, *_texts(metrics), *usage])

        yield from map(line, _BAR_WIDTHS)
        while usage:
            usage.pop()
            yield line(_BAR_WIDTHS[-1])
        for name in _dispensable(list(metrics)):
            del metrics[name]
            yield line(_BAR_WIDTHS[-1])
        yield line(0)
        times = ""
        yield line(0)
        metrics = {}
        yield line(0)

    def _steps(self) -> str:
        return count_text(self._n_done, self.total) if self._show_step else ""

    def _bar(self, width: int, *, ascii_only: bool) -> str:
        if not self.total:
            return ""
        done, to_do = ("=", "-") if ascii_only else ("━", "─")
        n_filled = min(width, width * self._n_done // self.total)
        return done * n_filled + to_do * (width - n_filled)

    def _times(self) -> str:
        if self._ended is not None:
            return duration_text(self._ended - self._began, decimals=1)
        elapsed = time.perf_counter() - self._began
        text = duration_text(elapsed)
        if self.total and 0 < self._n_done < self.total:
            until_last = self._advanced - self._began
            left = max(0.0, until_last / self._n_done * self.total - elapsed)
            text += f", {duration_text(left)} left"
        return text


def _joined(parts: Sequence[str]) -> str:
    return " - ".join(filter(None, parts))


def _texts(metrics: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in metrics.items()]


def _dispensable(names: Sequence[str]) -> list[str]:
    """Return all names but the most important one, the least important first."""

    def importance(name: str) -> tuple[bool, bool, int]:
        return name.endswith("reward"), name.startswith("val_"), -names.index(name)

    return sorted(names, key=importance)[:-1]
