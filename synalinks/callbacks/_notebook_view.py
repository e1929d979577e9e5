"""Progress in a notebook."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

from synalinks.callbacks._progress_view import LiveView

if TYPE_CHECKING:
    from synalinks.callbacks._progress_line import ProgressLine

_SECONDS_BETWEEN_UPDATES = 0.1
_LINES_PER_DISPLAY = 50


class NotebookView(LiveView):
    """Updates one output of a notebook's cell in place, as plain text."""

    def __init__(self) -> None:
        self._finished: list[str] = []
        self._handle: Any = None
        self._updated = 0.0

    def begin(self, line: ProgressLine) -> None:
        super().begin(line)
        self._update()

    def draw(self) -> None:
        if time.perf_counter() - self._updated >= _SECONDS_BETWEEN_UPDATES:
            self._update()

    def end(self) -> None:
        super().end()
        self._update()
        self._finished.append(self._line.as_live())
        if len(self._finished) == _LINES_PER_DISPLAY:  # the next ones get a new output
            self._finished, self._handle = [], None

    def _update(self) -> None:
        lines = [*self._finished, self._line.as_live()]
        content = {"text/plain": "\n".join(lines)}
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display").display
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
        self._updated = time.perf_counter()
