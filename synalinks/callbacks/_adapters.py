"""Functions and objects of other kinds, used as callbacks."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import HOOKS, Callback, StopRun
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks.callbacks._callback import Logs

_ARITIES = (2, 3)


def as_callback(given: Any) -> Any:
    """Return an object with hooks for what the user passed as a callback.

    Args:
        given: A callback; any object with at least one hook, which is used as it is;
            an object with `log_metrics(metrics, step)`; or a function `(step, logs)` or
            `(step, logs, trainer)`, which ends the run by returning False.

    Raises:
        ConfigurationError: It is none of these.
    """
    if isinstance(given, type):
        msg = (
            f"A callback is an object with hooks such as `on_epoch_end`, received: "
            f"{show(given)}. Pass an instance: add `()`."
        )
        raise ConfigurationError(msg)
    if any(hasattr(given, hook) for hook in HOOKS):
        return given
    if callable(getattr(given, "log_metrics", None)):
        return MetricsSink(given)
    if callable(given):
        return FunctionCallback(given)
    msg = (
        f"A callback is an object with hooks such as `on_epoch_end`, received: "
        f"{show(given)}."
    )
    raise ConfigurationError(msg)


class FunctionCallback(Callback):
    """A function that is called before each update.

    Args:
        function: Takes `(step, logs)` or `(step, logs, trainer)`, plain or `async`; the
            run ends if it returns False.

    Raises:
        ConfigurationError: It takes another number of arguments.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self._n_arguments = len(_positional(function))
        if self._n_arguments not in _ARITIES:
            msg = (
                f"The callback `{self.name}` takes {self._n_arguments} arguments. "
                "Expected `(step, logs)` or `(step, logs, trainer)`."
            )
            raise ConfigurationError(msg)

    async def before_update(self, step: int, logs: Logs) -> None:
        """Call the function.

        Args:
            step: Index of the step.
            logs: The row of the batch.

        Raises:
            StopRun: The function returned False.
        """
        arguments = (step, logs, self.trainer)[: self._n_arguments]
        result = self.function(*arguments)
        if inspect.isawaitable(result):
            result = await result
        if result is False:
            msg = f"`{self.name}` returned False"
            raise StopRun(msg)


class MetricsSink(Callback):
    """A logger of another library, given one row per batch.

    Args:
        sink: Has `log_metrics(metrics, step)` and maybe `flush()`.
    """

    callback_order = 10
    on_hook_error = "warn"

    def __init__(self, sink: Any) -> None:
        self.sink = sink

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Hand on the row.

        Args:
            batch: Index of the batch in the epoch.
            logs: The row.
        """
        self.sink.log_metrics(dict(logs or {}), self.trainer.step)

    def teardown(self, stage: str) -> None:
        """Let the logger write what it holds.

        Args:
            stage: What has ended.
        """
        flush = getattr(self.sink, "flush", None)
        if flush is not None:
            flush()


def _positional(function: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    parameters = inspect.signature(function).parameters.values()
    return [one for one in parameters if one.kind in kinds]
