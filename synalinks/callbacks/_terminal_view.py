"""Progress on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from synalinks._internal import console
from synalinks.callbacks._progress_view import LiveView, encodable, new_console

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from synalinks.callbacks._progress_line import ProgressLine


class TerminalView(LiveView):
    """Draws on a terminal, one line at a time."""

    # Two live lines would overwrite each other: a run inside another writes lines.
    is_taken: ClassVar[bool] = False
    _live: Live | None = None

    def begin(self, line: ProgressLine) -> None:
        self._line = line
        if TerminalView.is_taken:
            return
        from rich.live import Live

        # What users print goes above the line. Errors do too, unless they go to a file.
        self._live = Live(
            console=new_console(),
            get_renderable=self._render,
            auto_refresh=False,
            redirect_stderr=new_console(stderr=True).file.isatty(),
            vertical_overflow="visible",
        )
        super().begin(line)
        TerminalView.is_taken = True
        self._live.start(refresh=True)

    def draw(self) -> None:
        if self._live is not None:
            self._live.refresh()

    def end(self) -> None:
        super().end()
        if self._live is None:
            console.write(encodable(self._line.as_log(), new_console()) + "\n")
            return
        live, self._live = self._live, None
        TerminalView.is_taken = False
        live.stop()

    def _render(self) -> Text:
        from rich.cells import cell_len
        from rich.text import Text

        screen = new_console()
        line = self._line.as_live(
            screen.width, ascii_only=screen.options.ascii_only, n_cells=cell_len
        )
        text = Text(encodable(line, screen))
        text.highlight_regex("[━=]{2,}|━", "bar.complete")
        text.highlight_regex("─+", "bar.back")
        return text
