"""`SignalCheckpoint`: ends a run in good order when the machine asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from synalinks.callbacks._callback import Logs

_STOP_FILE = "STOP"
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGUSR1") if hasattr(signal, name)
)


class SignalCheckpoint(Callback):
    """Finishes the batch, saves the program and stops, on a signal or a `STOP` file.

    Job schedulers send a signal some time before they end a job. The stop is in good
    order, without a further validation, and can be resumed. In `evaluate` and `predict`
    the batch is finished, and nothing is saved.

    Signals reach the main thread only: in another thread just the file is looked for.
    A handler that was there before is called as well, and put back after the run.

    Args:
        path: Where to save the program; ends in `.json`, or in `.variables.json` for
            variables alone.
        signals: Signals to wait for; by default SIGTERM and SIGUSR1.
        stop_file: A file that stops the run when it appears, and is then removed; by
            default `STOP` in the folder of `path`.

    Attributes:
        received: What stopped the run, such as `SIGTERM`; None if nothing did.

    Raises:
        ConfigurationError: The path ends otherwise, or a signal cannot be caught.
    """

    callback_order: float = 20

    def __init__(
        self,
        path: str | Path,
        signals: Sequence[signal.Signals] = _SIGNALS,
        stop_file: str | Path | None = None,
    ) -> None:
        self.path: Path = Path(path)
        if self.path.suffix != ".json":
            msg = (
                "The path ends in `.json`, or in `.variables.json` for variables "
                f"alone, received: {show(str(path))}."
            )
            raise ConfigurationError(msg)
        uncatchable = {"SIGKILL", "SIGSTOP"}
        for one in signals:
            if not isinstance(one, signal.Signals) or one.name in uncatchable:  # pyright: ignore[reportUnnecessaryIsInstance]
                msg = (
                    f"`signals` are signals that can be caught, received: {show(one)}."
                )
                raise ConfigurationError(msg)
        self.signals: tuple[signal.Signals, ...] = tuple(signals)
        self.stop_file: Path = Path(stop_file or self.path.parent / _STOP_FILE)
        self.received: str | None = None
        self._before: dict[signal.Signals, Any] = {}

    def setup(self, stage: str) -> None:
        """Wait for signals.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self.received = None
        if threading.current_thread() is threading.main_thread():
            for one in self.signals:
                self._before[one] = signal.signal(one, self._take)

    def teardown(self, stage: str) -> None:
        """Put back the handlers that were there before.

        Args:
            stage: What has ended.
        """
        for one, handler in self._before.items():
            # A handler that Python did not install is None, and cannot be put back.
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
        self._before = {}

    def _take(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number)
        self.received = self.received or name.name
        before = self._before.get(name)
        if callable(before):
            before(number, frame)

    async def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Stop if a signal has come.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        await self._check()

    async def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Stop if a signal has come.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        await self._check()

    async def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Stop if a signal has come.

        Args:
            batch: Index of the batch, from 0.
            logs: `outputs`.
        """
        await self._check()

    async def before_train_end(self, logs: Logs) -> None:
        """Save the program, if the run was stopped.

        Args:
            logs: Those of the last epoch.
        """
        if self.received is not None:
            await self.trainer.save_checkpoint(self.path, "signal")

    async def _check(self) -> None:
        if self.received is None and await asyncio.to_thread(_removed, self.stop_file):
            self.received = f"the file {self.stop_file}"
        if self.received is not None:
            reason = f"stopped by {self.received}"
            self.trainer.request_stop(reason, validate=False, resumable=True)


def _removed(path: Path) -> bool:
    # Another process may be faster: the file stops whoever removes it.
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
        return True
    return False
