"""`ReduceOnPlateau`: make a number of the optimizer smaller when nothing improves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from synalinks._internal.checks import check_count, check_real
from synalinks._internal.console import write
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._monitored import Monitored
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.callbacks._improvement import Mode


class ReduceOnPlateau(Callback):
    """Multiplies a hyperparameter by a factor when a value has stopped improving.

    A check takes place in each epoch in which the value was produced.

    Args:
        name: Name of an argument of the optimizer that is a number, such as
            `sampling_temperature`.
        monitor: Name of the value in the logs.
        mode: `max` or `min`: which side is better; `auto` asks the metric.
        factor: What it is multiplied by, above 0 and below 1.
        patience: Checks without improvement after which it is made smaller. 0 and 1 do
            it at the first one.
        min_delta: What an improvement must exceed.
        cooldown: Checks after a reduction that do not count.
        min_value: It is never made smaller than this.
        strict: Whether a value that the run does not have is an error or a warning.
        verbose: 1 to print each reduction.

    Attributes:
        wait: Checks since the last improvement or reduction.
        best: The best value; None before the first.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    callback_order: float = 5

    def __init__(
        self,
        name: str,
        monitor: str = "val_reward",
        *,
        mode: Mode = "auto",
        factor: float = 0.5,
        patience: int = 1,
        min_delta: float = 0.0,
        cooldown: int = 0,
        min_value: float = 0.0,
        strict: bool = True,
        verbose: int = 0,
    ) -> None:
        check_real("factor", factor)
        if not 0 < factor < 1:
            msg = f"`factor` is above 0 and below 1, received: {show(factor)}."
            raise ConfigurationError(msg)
        check_count("patience", patience)
        check_count("cooldown", cooldown)
        check_real("min_delta", min_delta, at_least=0)
        check_real("min_value", min_value)
        self._monitored = Monitored(
            monitor, mode, owner="ReduceOnPlateau", strict=strict
        )
        self._improvement = Improvement(sense="max", min_delta=min_delta)
        self.name = name
        self.monitor = monitor
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_value = min_value
        self.verbose = verbose
        self._reset()

    @property
    def state_key(self) -> str:
        """The class and the hyperparameter: there may be several in a run."""
        return f"ReduceOnPlateau({self.name})"

    def _reset(self) -> None:
        self.best: float | None = None
        self.wait: int = 0
        self._cooldown_left = 0

    def setup(self, stage: str) -> None:
        """Find the monitored value and the hyperparameter, before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.

        Raises:
            ConfigurationError: The optimizer has no such number, or cannot be reduced
                to `min_value`.
            MonitorError: The run will not have the value.
        """
        if stage != "train":
            return
        sense = self._monitored.resolve(self.program)
        self._improvement = Improvement(sense=sense, min_delta=self.min_delta)
        optimizer = self.trainer.optimizer
        present = optimizer.hyperparameters().get(self.name, 0.0)
        lowest = self.min_value if isinstance(present, int) else self._reduced(present)
        optimizer.checked_hyperparameter(self.name, lowest)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Check the value, if it was produced.

        Args:
            epoch: Index of the epoch.
            logs: Values by name.
        """
        value = self._monitored.read(logs)
        if value is None:
            return
        is_cooling = self._cooldown_left > 0
        self._cooldown_left = max(0, self._cooldown_left - 1)
        if self._improvement.is_better(value, self.best):
            self.best = value
            self.wait = 0
        elif not is_cooling and math.isfinite(value):
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = self.trainer.optimizer
        present = optimizer.hyperparameters()[self.name]
        optimizer.set_hyperparameter(self.name, self._reduced(present))
        self.wait = 0
        self._cooldown_left = self.cooldown
        if self.verbose:
            after = optimizer.hyperparameters()[self.name]
            write(
                f"ReduceOnPlateau: epoch {epoch + 1}: `{self.name}` {present:g} -> "
                f"{after:g}\n"
            )

    def _reduced(self, present: float) -> float:
        # What is below the limit already is left alone.
        return min(present, max(present * self.factor, self.min_value))

    def state_dict(self) -> JsonObject:
        """Return what was seen and what is set, as JSON."""
        state = {"best": self.best, "wait": self.wait, "cooldown": self._cooldown_left}
        optimizer = self.trainer.optimizer
        return {**state, "value": optimizer.hyperparameters()[self.name]}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.best, self.wait = state["best"], state["wait"]
        self._cooldown_left = state["cooldown"]
        self.trainer.optimizer.set_hyperparameter(self.name, state["value"])
