"""`History`: what `fit` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import Callback

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs


class History(Callback):
    """Records the logs of every epoch; `fit` returns it.

    Attributes:
        history: A list with one value per epoch, by name.
        epoch: Indices of the epochs, from 0.
        stop_reason: Why training ended before its last epoch; None if it did not.
        callback_seconds: Seconds spent in callbacks, by class.
        restored: Indices of the epochs that an earlier process of the run has done.
    """

    callback_order: float = 10

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.stop_reason: str | None = None
        self.callback_seconds: dict[str, float] = {}
        self.restored: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self.history = {}
        self.epoch = []
        self.restored = []

    def state_dict(self) -> JsonObject:
        """Return what was recorded so far, as JSON."""
        return {"history": self.history, "epoch": self.epoch}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.history = {name: list(values) for name, values in state["history"].items()}
        self.epoch = list(state["epoch"])
        self.restored = list(state["epoch"])

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
