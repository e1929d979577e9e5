"""Where progress is shown."""

from __future__ import annotations

import asyncio
import contextlib
from importlib import import_module
from typing import TYPE_CHECKING

from synalinks._internal import console

if TYPE_CHECKING:
    from rich.console import Console

    from synalinks.callbacks._progress_line import ProgressLine

_SECONDS_BETWEEN_TICKS = 0.5


class View:
    """Shows lines, one after the other; this one shows nothing."""

    def begin(self, line: ProgressLine) -> None:
        """Begin to show a line."""

    def draw(self) -> None:
        """Show the line as it is now."""

    def end(self) -> None:
        """Show the line for the last time and leave it there."""


class LogView(View):
    """Writes each line once, when it is complete."""

    _line: ProgressLine

    def begin(self, line: ProgressLine) -> None:
        self._line = line

    def end(self) -> None:
        console.write(encodable(self._line.as_log(), new_console()) + "\n")


class LiveView(View):
    """Draws a line again and again, also while a batch takes its time."""

    _line: ProgressLine
    _timer: asyncio.TimerHandle | None = None

    def begin(self, line: ProgressLine) -> None:
        self._line = line
        with contextlib.suppress(RuntimeError):  # without an event loop nothing ticks
            self._tick(asyncio.get_running_loop(), is_first=True)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self, loop: asyncio.AbstractEventLoop, *, is_first: bool = False) -> None:
        if not is_first:
            self.draw()
        self._timer = loop.call_later(_SECONDS_BETWEEN_TICKS, self._tick, loop)


def import_rich() -> None:
    """Import what draws: for a thread, since it takes most of a second."""
    import_module("rich.live")


def new_console(*, stderr: bool = False) -> Console:
    """Return what rich knows of the standard output as it is now.

    Args:
        stderr: Whether to ask for the standard error instead.
    """
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def encodable(text: str, screen: Console) -> str:
    """Return a text with `?` for what the output cannot encode.

    Args:
        text: Any text.
        screen: The output.
    """
    # A run must not end over a character that the output's encoding lacks.
    return text.encode(screen.encoding, "replace").decode(screen.encoding)
