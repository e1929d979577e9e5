"""`ProgbarLogger`: shows how far a run is."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal import console
from synalinks.callbacks._callback import Callback
from synalinks.contracts import USAGE_KEYS
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from synalinks.callbacks._callback import ErrorPolicy, Logs

_BAR_WIDTH = 20
_MAX_VALUE_CHARS = 60
_SECONDS_BETWEEN_TICKS = 0.5
_SECONDS_BETWEEN_UPDATES = 0.1
_LINES_PER_DISPLAY = 50
_SMALLEST_COST_SHOWN = 0.0001


class ProgbarLogger(Callback):
    """Shows progress, metrics and costs of `fit`, `evaluate` and `predict`.

    On a terminal and in a notebook there is a live line per epoch, which stays when the
    epoch ends. In a log file or a pipe, or with `verbose=2`, there is one line per
    epoch, written when the epoch ends. With `verbose=0` there is nothing.

    Calls and cost are those of the program's language models since the run began.

    Args:
        refresh_rate: Draw after every so many batches, and after the last; 0 for never.
        show_epoch: Whether to show the epoch, such as `Epoch 2/5`.
        show_step: Whether to show the batch, such as `12/40`.
        show_metrics: True for all values of the logs, False for none, or their names.
        show_cost: Whether to show LM calls and what they cost.

    Raises:
        ConfigurationError: `refresh_rate` is no integer of at least 0.
    """

    callback_order: float = 10
    on_hook_error: ErrorPolicy = "warn"

    def __init__(
        self,
        refresh_rate: int = 1,
        *,
        show_epoch: bool = True,
        show_step: bool = True,
        show_metrics: bool | Iterable[str] = True,
        show_cost: bool = True,
    ) -> None:
        if type(refresh_rate) is not int or refresh_rate < 0:
            msg = (
                "`refresh_rate` is a number of batches, or 0 to show nothing, "
                f"received: {show(refresh_rate)}."
            )
            raise ConfigurationError(msg)
        self.refresh_rate = refresh_rate
        self.show_epoch = show_epoch
        self.show_step = show_step
        self.show_metrics = (
            show_metrics if isinstance(show_metrics, bool) else _names(show_metrics)
        )
        self.show_cost = show_cost
        self._view = _View()
        self._usage = _Usage(None)
        self._line: _Line | None = None
        self._n_batches = 0
        self._is_training = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Decide where progress is shown.

        Args:
            logs: Empty.
        """
        self._begin_run(is_training=True)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Begin the epoch's line.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Empty.
        """
        n_epochs = self.params.get("epochs")
        of_all = f"/{n_epochs}" if n_epochs is not None else ""
        self._begin_line(f"Epoch {epoch + 1}{of_all}" if self.show_epoch else "")

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Show the batch.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: Values over the epoch so far.
        """
        self._advance(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Finish the epoch's line.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values of the epoch and of its validation.
        """
        self._end_line(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Begin a line, or say in the epoch's line that it is being validated.

        Args:
            logs: Empty.
        """
        if self._is_training:
            self._show_validation(None)
        else:
            self._begin_run(is_training=False)
            self._begin_line("Evaluate")

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Show the batch.

        Args:
            batch: Index of the batch, from 0.
            logs: Values so far.
        """
        if self._is_training:
            self._show_validation(batch + 1)
        else:
            self._advance(batch, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Finish the line, unless it is the one of an epoch.

        Args:
            logs: Values of the evaluation.
        """
        if not self._is_training:
            self._end_line(logs)
        elif self._line is not None:
            self._line.note = ""
            self._view.draw()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Begin a line.

        Args:
            logs: Empty.
        """
        self._begin_run(is_training=False)
        self._begin_line("Predict")

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Show the batch.

        Args:
            batch: Index of the batch, from 0.
            logs: The predictions, which are not shown.
        """
        self._advance(batch, None)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Finish the line.

        Args:
            logs: Empty.
        """
        self._end_line(None)

    def on_run_error(self, error: BaseException, logs: Logs | None = None) -> None:
        """Finish the line that was begun, and say why it ends there.

        Args:
            error: What ended the run.
            logs: Those of the last epoch.
        """
        self._abandon_line(f"stopped by {type(error).__name__}")

    def teardown(self, stage: str) -> None:
        """Leave the terminal clean.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self._abandon_line("stopped")
        self._is_training = False

    def _begin_run(self, *, is_training: bool) -> None:
        self._abandon_line("stopped")
        self._is_training = is_training
        self._usage = _Usage(self.program if self.show_cost else None)
        verbose = self.params.get("verbose", "auto") if self.refresh_rate else 0
        self._view = _choose_view(verbose)

    def _begin_line(self, label: str) -> None:
        self._abandon_line("stopped")
        self._n_batches = 0
        total = self.params.get("steps")
        self._line = _Line(label, total, self._usage, show_step=self.show_step)
        self._view.begin(self._line)

    def _advance(self, batch: int, logs: Logs | None) -> None:
        self._n_batches = batch + 1
        line = self._line
        if line is not None and self._is_due(self._n_batches, line.total):
            line.advance(self._n_batches, self._chosen(logs))
            self._view.draw()

    def _show_validation(self, n_done: int | None) -> None:
        total = self.params.get("validation_steps_total")
        total = self.params.get("validation_steps") if total is None else total
        if self._line is not None and self._is_due(n_done or 0, total):
            count = f" {_count(n_done, total)}" if n_done and self.show_step else ""
            self._line.note = f"validating{count}"
            self._view.draw()

    def _is_due(self, n_done: int, total: int | None) -> bool:
        return bool(self.refresh_rate) and (
            n_done % self.refresh_rate == 0 or n_done == total
        )

    def _end_line(self, logs: Logs | None) -> None:
        if self._line is not None:
            self._line.finish(self._n_batches, self._chosen(logs))
            self._view.end()
            self._line = None

    def _abandon_line(self, note: str) -> None:
        if self._line is not None:
            self._line.finish(self._n_batches, self._line.metrics)
            self._line.note = note
            self._view.end()
            self._line = None

    def _chosen(self, logs: Logs | None) -> list[str]:
        logs = logs or {}
        names = self.show_metrics
        if isinstance(names, bool):
            # Usage has a place of its own in the line.
            names = [one for one in logs if one not in USAGE_KEYS] if names else []
        return [f"{name}: {_format(logs[name])}" for name in names if name in logs]


class _Line:
    """What is to be shown of one epoch, evaluation or prediction."""

    def __init__(
        self, label: str, total: int | None, usage: _Usage, *, show_step: bool
    ) -> None:
        self.total = total
        self.metrics: list[str] = []
        self.note = ""
        self._label = label
        self._usage = usage
        self._show_step = show_step
        self._n_done = 0
        self._began = time.perf_counter()
        self._advanced = self._began
        self._ended: float | None = None

    def advance(self, n_done: int, metrics: list[str]) -> None:
        """Note that a batch was done."""
        self._n_done = n_done
        self.metrics = metrics
        self._advanced = time.perf_counter()

    def finish(self, n_done: int, metrics: list[str]) -> None:
        """Stop the clock."""
        self.advance(n_done, metrics)
        self.note = ""
        self._ended = self._advanced

    def as_log(self) -> str:
        """Return the line for a log file."""
        parts = [self._label, self._times(), self._steps(), *self._values()]
        return " - ".join(filter(None, parts))

    def as_live(self, *, ascii_only: bool = False) -> list[str]:
        """Return the parts of the line for a terminal or notebook, the bar first."""
        head = [self._label, self._bar(ascii_only=ascii_only), self._steps()]
        parts = [" ".join(filter(None, head)), self._times(), *self._values()]
        return [part for part in parts if part]

    def _values(self) -> list[str]:
        return [self.note, *self.metrics, *self._usage.texts()]

    def _steps(self) -> str:
        return _count(self._n_done, self.total) if self._show_step else ""

    def _bar(self, *, ascii_only: bool) -> str:
        if not self.total:
            return ""
        done, to_do = ("=", "-") if ascii_only else ("━", "─")
        n_filled = min(_BAR_WIDTH, _BAR_WIDTH * self._n_done // self.total)
        return done * n_filled + to_do * (_BAR_WIDTH - n_filled)

    def _times(self) -> str:
        if self._ended is not None:
            return _duration(self._ended - self._began, decimals=1)
        elapsed = time.perf_counter() - self._began
        text = _duration(elapsed)
        if self.total and 0 < self._n_done < self.total:
            until_last = self._advanced - self._began
            left = max(0.0, until_last / self._n_done * self.total - elapsed)
            text += f", {_duration(left)} left"
        return text


class _Usage:
    """What the language models of a program did since the object was made."""

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
            _dollars(total) if is_known else "cost unknown",
        ]

    def _counters(self) -> Iterator[tuple[int, int, float | None]]:
        for model in getattr(self._program, "language_models", None) or ():
            calls: Any = getattr(model, "cumulated_calls", None)
            if calls is not None:
                yield id(model), int(calls), getattr(model, "cumulated_cost", None)


class _View:
    """Shows lines, one after the other; this one shows nothing."""

    def begin(self, line: _Line) -> None:
        """Begin to show a line."""

    def draw(self) -> None:
        """Show the line as it is now."""

    def end(self) -> None:
        """Show the line for the last time and leave it there."""


class _LogView(_View):
    """Writes each line once, when it is complete."""

    _line: _Line

    def begin(self, line: _Line) -> None:
        self._line = line

    def end(self) -> None:
        console.write(_encodable(self._line.as_log(), _new_console()) + "\n")


class _LiveView(_View):
    """Draws a line again and again, also while a batch takes its time."""

    _line: _Line
    _timer: asyncio.TimerHandle | None = None

    def begin(self, line: _Line) -> None:
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


class _TerminalView(_LiveView):
    """Draws on a terminal, one line at a time."""

    # Two live lines would overwrite each other: a run inside another writes lines.
    is_taken: ClassVar[bool] = False
    _live: Live | None = None

    def begin(self, line: _Line) -> None:
        self._line = line
        if _TerminalView.is_taken:
            return
        from rich.live import Live

        # What users print goes above the line. Errors do too, unless they go to a file.
        self._live = Live(
            console=_new_console(),
            get_renderable=self._render,
            auto_refresh=False,
            redirect_stderr=_new_console(stderr=True).file.isatty(),
            vertical_overflow="visible",
        )
        super().begin(line)
        _TerminalView.is_taken = True
        self._live.start(refresh=True)

    def draw(self) -> None:
        if self._live is not None:
            self._live.refresh()

    def end(self) -> None:
        super().end()
        if self._live is None:
            console.write(_encodable(self._line.as_log(), _new_console()) + "\n")
            return
        live, self._live = self._live, None
        _TerminalView.is_taken = False
        live.stop()

    def _render(self) -> Text:
        from rich.text import Text

        screen = _new_console()
        parts = self._line.as_live(ascii_only=screen.options.ascii_only)
        text = Text(_encodable(_wrap(parts, screen.width), screen))
        text.highlight_regex("[━=]{2,}|━", "bar.complete")
        text.highlight_regex("─+", "bar.back")
        return text


class _NotebookView(_LiveView):
    """Updates one output of a notebook's cell in place, as plain text."""

    def __init__(self) -> None:
        self._finished: list[str] = []
        self._handle: Any = None
        self._updated = 0.0

    def begin(self, line: _Line) -> None:
        super().begin(line)
        self._update()

    def draw(self) -> None:
        if time.perf_counter() - self._updated >= _SECONDS_BETWEEN_UPDATES:
            self._update()

    def end(self) -> None:
        super().end()
        self._update()
        self._finished.append(" - ".join(self._line.as_live()))
        if len(self._finished) == _LINES_PER_DISPLAY:  # the next ones get a new output
            self._finished, self._handle = [], None

    def _update(self) -> None:
        lines = [*self._finished, " - ".join(self._line.as_live())]
        content = {"text/plain": "\n".join(lines)}
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display").display
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
        self._updated = time.perf_counter()


def _choose_view(verbose: Any) -> _View:
    if not verbose:
        return _View()
    if verbose == 2:
        return _LogView()
    if _in_notebook():
        return _NotebookView()
    screen = _new_console()
    # rich takes more for a terminal than is one, such as a pipe under `FORCE_COLOR`.
    is_terminal = screen.file.isatty() and screen.is_interactive
    return _TerminalView() if is_terminal else _LogView()


def _in_notebook() -> bool:
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return any(
        kind.__name__ == "ZMQInteractiveShell" for kind in type(get_shell()).__mro__
    )


def _new_console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def _encodable(text: str, screen: Console) -> str:
    # A run must not end over a character that the output's encoding lacks.
    return text.encode(screen.encoding, "replace").decode(screen.encoding)


def _wrap(parts: Sequence[str], width: int) -> str:
    """Return the parts joined, with line ends between them where they do not fit."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 <= width:
            lines[-1] += f" - {part}"
        else:
            lines.append(f"    {part}" if lines else part)
    return "\n".join(lines)


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _count(n_done: int, total: int | None) -> str:
    if total is None:
        return f"{n_done} batch{'' if n_done == 1 else 'es'}"
    return f"{n_done}/{total}"


def _duration(seconds: float, *, decimals: int = 0) -> str:
    if round(seconds, decimals) < 60:
        return f"{seconds:.{decimals}f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m{rest:02d}s" if hours else f"{minutes}m{rest:02d}s"


def _dollars(cost: float) -> str:
    if 0 < cost < _SMALLEST_COST_SHOWN:
        return f"<${_SMALLEST_COST_SHOWN}"
    return f"${cost:.4f}"


def _format(value: Any) -> str:
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_format(part) for part in value)}]"  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float):
        is_plain = not value or 1e-4 <= abs(value) < 1e6
        return f"{value:.4f}" if is_plain else f"{value:.3g}"
    # One line, whatever a callback put into the logs.
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return text if len(text) <= _MAX_VALUE_CHARS else f"{text[:_MAX_VALUE_CHARS]}..."
