"""`HyperparameterMonitor`: log the numbers that the optimizer works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal import context
from synalinks.callbacks._budget_stopping import BudgetStopping
from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import TrainerState

_INTERVALS = ("epoch", "batch")
# How the words begin that name what the optimizer remembers.
_MEMORY_WORDS = ("momentum", "history", "memory", "ema", "window", "decay")


class HyperparameterMonitor(Callback):
    """Logs every number among the arguments of the optimizer, as used in each batch.

    What a `BudgetStopping` of the run has left is logged too, as `remaining_cost`,
    `remaining_tokens`, `remaining_calls` and `remaining_seconds`.

    Args:
        logging_interval: `batch` for the rows of batches and, as their mean, of epochs;
            `epoch` for the value in the last batch of each epoch.
        keys: Names of the only ones to log; None for all.
        log_momentum: Whether to log how much the optimizer remembers, too.
        prefix: What the names in the logs begin with.

    Raises:
        ConfigurationError: `logging_interval` is none of the two.
    """

    # After the schedulers, which set the values, and before the loggers.
    callback_order: float = 6

    def __init__(
        self,
        logging_interval: Literal["epoch", "batch"] = "epoch",
        keys: Sequence[str] | None = None,
        log_momentum: bool = False,
        prefix: str = "opt_",
    ) -> None:
        if logging_interval not in _INTERVALS:
            msg = (
                f"`logging_interval` is one of {_INTERVALS}, received: "
                f"{show(logging_interval)}."
            )
            raise ConfigurationError(msg)
        self.logging_interval = logging_interval
        self.keys: list[str] | None = None if keys is None else list(keys)
        self.log_momentum = log_momentum
        self.prefix = prefix
        self._used: dict[str, float] = {}

    # A property in the place of a class attribute: the names are the optimizer's.
    @property
    def provides(self) -> Collection[str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Names of the values in the logs."""
        state = context.trainer.get()
        return [] if state is None else list(self._read(state))

    def state_dict(self) -> JsonObject:
        """Return the values of the last batch: its epoch may end in another process."""
        return {"used": dict(self._used)}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state; empty from earlier releases.
        """
        self._used = dict(state.get("used", {}))

    def setup(self, stage: str) -> None:
        """Check the names, before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.

        Raises:
            ConfigurationError: The optimizer has no such number.
        """
        if stage != "train":
            return
        known = _numbers(self.trainer)
        for key in self.keys or ():
            if key not in known:
                msg = (
                    f"`HyperparameterMonitor(keys=...)`: the optimizer has no number "
                    f"{key!r}.{did_you_mean(key, known)} Available: "
                    f"{', '.join(sorted(known))}."
                )
                raise ConfigurationError(msg)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Read the values that the batch will be worked on with.

        Args:
            batch: Index of the batch in the epoch.
            logs: The row of the batch.
        """
        self._used = self._read(self.trainer)
        if self.logging_interval == "batch" and logs is not None:
            logs.update(self._used)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Log the values of the last batch.

        Args:
            epoch: Index of the epoch.
            logs: Values by name.
        """
        if self.logging_interval == "epoch" and logs is not None:
            logs.update(self._used)

    def _read(self, state: TrainerState) -> dict[str, float]:
        return {
            f"{self.prefix}{name}": value
            for name, value in _numbers(state).items()
            if (self.keys is None or name in self.keys)
            and (self.log_momentum or not _is_memory(name))
        }


def _numbers(state: TrainerState) -> dict[str, float]:
    numbers: dict[str, float] = state.optimizer.hyperparameters()
    for budget in _budgets(state.callbacks or ()):
        for kind, amount in budget.remaining().items():
            name = f"remaining_{kind}"
            numbers[name] = min(amount, numbers.get(name, amount))
    return numbers


def _budgets(callbacks: Iterable[Any]) -> Iterator[BudgetStopping]:
    for callback in callbacks:
        if isinstance(callback, BudgetStopping):
            yield callback
        yield from _budgets(getattr(callback, "members", ()))


def _is_memory(name: str) -> bool:
    return any(word.startswith(_MEMORY_WORDS) for word in name.split("_"))
