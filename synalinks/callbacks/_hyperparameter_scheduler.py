"""`HyperparameterScheduler`: change a number of the optimizer as training goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.callbacks._callback import Callback
from synalinks.contracts import value_at
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import Schedule


class HyperparameterScheduler(Callback):
    """Sets a hyperparameter of the optimizer before each batch.

    Args:
        name: Name of an argument of the optimizer that is a number, such as
            `sampling_temperature`.
        schedule: A function of the training steps completed in the life of the
            optimizer, such as `Constant`, `Linear`, `Cosine` or `Step`. Counts are
            rounded.

    Raises:
        ConfigurationError: `schedule` is no function.
    """

    callback_order: float = 5

    def __init__(self, name: str, schedule: Schedule) -> None:
        if not callable(schedule):
            msg = (
                "`schedule` is a function of the step, such as "
                f"`Linear(1.0, 0.1, 100)`, received: {show(schedule)}."
            )
            raise ConfigurationError(msg)
        self.name = name
        self.schedule = schedule

    @property
    def state_key(self) -> str:
        """The class and the hyperparameter: there may be several in a run."""
        return f"HyperparameterScheduler({self.name})"

    def setup(self, stage: str) -> None:
        """Check the name and the first value, before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.

        Raises:
            ConfigurationError: The optimizer has no such number, or cannot take the
                value.
        """
        if stage == "train":
            first = value_at(self.name, self.schedule, self.trainer.global_step)
            self.trainer.optimizer.checked_hyperparameter(self.name, first)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Set the value of the step.

        Args:
            batch: Index of the batch in the epoch.
            logs: Empty.
        """
        value = value_at(self.name, self.schedule, self.trainer.global_step)
        self.trainer.optimizer.set_hyperparameter(self.name, value)
