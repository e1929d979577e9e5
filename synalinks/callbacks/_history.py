"""`History`: what `fit` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import Callback
from synalinks.contracts import Usage

if TYPE_CHECKING:
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import Artifacts, Best


class History(Callback):
    """Records the logs of every epoch; `fit` returns it.

    Attributes:
        history: A list with one value per epoch, by name.
        epoch: Indices of the epochs, from 0.
        stop_reason: Why training ended before its last epoch; None if it did not.
        best: The best validated program; None if none was validated.
        artifacts: What the run has left and taken; None before a run.
        usage: What language models have taken.
        callback_seconds: Seconds spent in callbacks, by class.
    """

    callback_order: float = 10

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.stop_reason: str | None = None
        self.best: Best | None = None
        self.artifacts: Artifacts | None = None
        self.callback_seconds: dict[str, float] = {}

    @property
    def usage(self) -> Usage:
        """What language models have taken: the program's, the optimizer's, judges."""
        return Usage() if self.artifacts is None else self.artifacts.usage

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self.history = {}
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the epoch's logs.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.
        """
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            # A value that first appears late is missing in the epochs before.
            values = self.history.setdefault(name, [])
            values.extend([None] * (len(self.epoch) - 1 - len(values)))
            values.append(value)

    def __repr__(self) -> str:
        return f"<History epochs={len(self.epoch)} of {', '.join(self.history)}>"
