"""What every benchmark prints: a table, and a bar with PASS or FAIL per promise."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise: a number that must not be greater than a limit."""

    name: str
    """What is promised."""
    value: float
    """What was measured."""
    limit: float
    """The greatest value allowed."""

    @property
    def is_met(self) -> bool:
        """Whether the promise is kept."""
        return self.value <= self.limit


def say(text: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows with aligned columns: the first to the left, the others to the right.

    Floats are shown with three digits.
    """
    texts = [[_text(cell) for cell in row] for row in [heads, *rows]]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        say("  ".join([first, *rest[1:]]))


def _text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def finish(bars: Sequence[Bar]) -> None:
    """Print the bars, and end with status 1 if one is not met."""
    say()
    for bar in bars:
        verdict = "PASS" if bar.is_met else "FAIL"
        say(f"{verdict}  {bar.name}: {bar.value:.3f} (at most {bar.limit:g})")
    sys.exit(0 if all(bar.is_met for bar in bars) else 1)


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)
