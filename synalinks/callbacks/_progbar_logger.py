"""`ProgbarLogger`: shows how far a run is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from synalinks._internal import console, context
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._notebook_view import NotebookView
from synalinks.callbacks._progress_line import ProgressLine
from synalinks.callbacks._progress_text import count_text, value_text
from synalinks.callbacks._progress_usage import Usage
from synalinks.callbacks._progress_view import LogView, View, import_rich, new_console
from synalinks.callbacks._terminal_view import TerminalView
from synalinks.contracts import USAGE_KEYS
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synalinks.callbacks._callback import ErrorPolicy, Logs

# What is in the logs of every batch or epoch, and worth a place only if it is unusual.
_USUAL = {"attempts": 1, "update_applied": 1, "failed": 0, "val_failed": 0}


class ProgbarLogger(Callback):
    """Shows progress, metrics and costs of `fit`, `evaluate` and `predict`.

    On a terminal and in a notebook there is a live line per epoch, which stays when
    the epoch ends. On a narrow terminal it leaves out what does not fit: cost first,
    then metrics, `reward` and `val_reward` last. In a log file or a pipe, or with
    `verbose=2`, there is one line per epoch, written when the epoch ends. With
    `verbose=0` there is nothing. What is usual, such as no failed sample, is not shown.

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
        self.show_metrics: bool | list[str] = (
            show_metrics if isinstance(show_metrics, bool) else _names(show_metrics)
        )
        self.show_cost = show_cost
        self._view = View()
        self._usage = Usage(None)
        self._line: ProgressLine | None = None
        self._n_batches = 0
        self._is_training = False

    async def setup(self, stage: str) -> None:
        """Get ready to draw, without holding up the event loop.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        if self.params.get("verbose", "auto") and self.refresh_rate:
            await asyncio.to_thread(import_rich)

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
        self._end_line(logs, _why_left())

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
        self._usage = Usage(self.program if self.show_cost else None)
        verbose = self.params.get("verbose", "auto") if self.refresh_rate else 0
        self._view = _choose_view(verbose)

    def _begin_line(self, label: str) -> None:
        self._abandon_line("stopped")
        self._n_batches = 0
        total = self.params.get("steps")
        self._line = ProgressLine(label, total, self._usage, show_step=self.show_step)
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
            count = f" {count_text(n_done, total)}" if n_done and self.show_step else ""
            self._line.note = f"validating{count}"
            self._view.draw()

    def _is_due(self, n_done: int, total: int | None) -> bool:
        return bool(self.refresh_rate) and (
            n_done % self.refresh_rate == 0 or n_done == total
        )

    def _end_line(self, logs: Logs | None, note: str = "") -> None:
        if self._line is not None:
            self._line.finish(self._n_batches, self._chosen(logs))
            self._line.note = note
            self._view.end()
            self._line = None

    def _abandon_line(self, note: str) -> None:
        if self._line is not None:
            self._line.finish(self._n_batches, self._line.metrics)
            self._line.note = note
            self._view.end()
            self._line = None

    def _chosen(self, logs: Logs | None) -> dict[str, str]:
        logs = logs or {}
        names = self.show_metrics
        if isinstance(names, bool):
            # Usage has a place of its own in the line, unless a metric has its name.
            own = getattr(self.program, "metrics_names", ())
            usage = {*USAGE_KEYS}.difference(own)
            names = [one for one in logs if one not in usage] if names else []
            names = [name for name in names if not _is_usual(name, logs)]
        return {name: value_text(logs[name]) for name in names if name in logs}


def _why_left() -> str:
    """Return why an epoch ends early that is to be gone on with later, if it does."""
    state = context.trainer.get()
    stop = state.stop if state is not None else None
    return f"stopped: {stop.reason}" if stop is not None and stop.resumable else ""


def _is_usual(name: str, logs: Logs) -> bool:
    return name in _USUAL and logs[name] == _USUAL[name]


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _choose_view(verbose: Any) -> View:
    if not verbose:
        return View()
    if verbose == 2:
        return LogView()
    if console.in_notebook():
        return NotebookView()
    screen = new_console()
    # rich takes more for a terminal than is one, such as a pipe under `FORCE_COLOR`.
    is_terminal = screen.file.isatty() and screen.is_interactive
    return TerminalView() if is_terminal else LogView()
