"""`TargetStopping`: ends training that is good enough."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, TypeAlias

from synalinks._internal.checks import check_count, check_real
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._monitored import Monitored
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.callbacks._improvement import Mode

_When: TypeAlias = Literal["batch", "epoch"]


class TargetStopping(Callback):
    """Ends training when a value has reached a target, and stays there.

    The value is smoothed: what has to reach the target is the mean of the last
    `window` values. Values that are not finite never count. The epoch under way is
    still validated.

    Args:
        monitor: Name of the value in the logs.
        target: What the value has to reach.
        window: How many values the mean is over; until there are so many, nothing is
            compared.
        patience: How often in a row the mean has to be there, at least once.
        every: Whether to look after each `batch` or each `epoch`. In the logs of a
            batch are means over the epoch so far.
        mode: `max` or `min` for values that are better high or low; `auto` for what
            the metric says.

    Raises:
        ConfigurationError: An argument is out of its range; or the value is one of an
            evaluation, which batches do not have.
    """

    callback_order: float = 5

    def __init__(
        self,
        monitor: str,
        target: float,
        window: int = 1,
        patience: int = 0,
        every: _When = "batch",
        *,
        mode: Mode = "auto",
    ) -> None:
        check_real("target", target)
        check_count("window", window, at_least=1)
        check_count("patience", patience)
        if every not in {"batch", "epoch"}:
            msg = f"`every` is 'batch' or 'epoch', received: {show(every)}."
            raise ConfigurationError(msg)
        self._monitored = Monitored(
            monitor, mode, owner=type(self).__name__, strict=True
        )
        self.monitor = monitor
        self.target = target
        self.patience = patience
        self.every = every
        self.wait: int = 0
        self._rule = Improvement(sense="max")
        self._values: deque[float] = deque(maxlen=window)

    @property
    def state_key(self) -> str:
        """The name under which the state is kept."""
        return f"{type(self).__name__}(monitor={self.monitor})"

    def state_dict(self) -> JsonObject:
        """Return the values of the window, and how long the target was reached."""
        return {"values": list(self._values), "wait": self.wait}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on with the window.

        Args:
            state: What `state_dict` returned.
        """
        self._values.clear()
        self._values.extend(state["values"])
        self.wait = int(state["wait"])

    def setup(self, stage: str) -> None:
        """Find the value before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        if stage == "train":
            self._refuse_evaluations()
            sense = self._monitored.resolve(self.program)
            self._rule = Improvement(sense=sense)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self._values.clear()
        self.wait = 0

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the batch.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        if self.every == "batch" and logs and self.monitor in logs:
            self._take(float(logs[self.monitor]))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the epoch.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.
        """
        value = self._monitored.read(logs) if self.every == "epoch" else None
        if value is not None:
            self._take(value)

    def _take(self, value: float) -> None:
        self._values.append(value)
        if len(self._values) < (self._values.maxlen or 1):
            return
        mean = sum(self._values) / len(self._values)
        self.wait = self.wait + 1 if self._rule.reaches(mean, self.target) else 0
        if self.wait >= max(1, self.patience):
            self.trainer.request_stop(
                f"`{self.monitor}` has reached {self.target:g}: {mean:g}"
            )

    def _refuse_evaluations(self) -> None:
        is_measured = self.trainer.evaluator_of(self.monitor) is not None
        if self.every == "batch" and is_measured:
            msg = (
                f"`TargetStopping(monitor={self.monitor!r})` looks after each batch, "
                "which has no value of an evaluation. Give `every='epoch'`."
            )
            raise ConfigurationError(msg)
