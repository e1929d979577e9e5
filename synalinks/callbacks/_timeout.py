"""`Timeout`: a limit on the time that a run takes."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from synalinks._internal.checks import check_real
from synalinks.callbacks._callback import Callback, StopRun
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs


class Timeout(Callback):
    """Ends `fit`, `evaluate` or `predict` after the batch that crosses a time limit.

    The stop is in good order, without a further validation, and can be resumed. A
    resumed run has the time that is left.

    Args:
        seconds: Seconds on the wall, above 0.
        clock: Returns seconds.

    Raises:
        ConfigurationError: `seconds` is no number above 0.
    """

    callback_order: float = 5

    def __init__(
        self, seconds: float, *, clock: Callable[[], float] = perf_counter
    ) -> None:
        check_real("seconds", seconds, at_least=0)
        if seconds == 0:
            msg = f"`seconds` is a number above 0, received: {show(seconds)}."
            raise ConfigurationError(msg)
        self.seconds = seconds
        self._clock = clock
        self._began_s: float | None = None
        self._before_s = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds that the run has lasted, parts before a resume included."""
        running = 0.0 if self._began_s is None else self._clock() - self._began_s
        return self._before_s + running

    def state_dict(self) -> JsonObject:
        """Return the time that has passed."""
        return {"elapsed_s": self.elapsed_s}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on with the time that is left.

        Args:
            state: What `state_dict` returned.
        """
        self._before_s = float(state["elapsed_s"])

    def setup(self, stage: str) -> None:
        """Start the clock.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self._before_s, self._began_s = 0.0, self._clock()

    def teardown(self, stage: str) -> None:
        """Stop the clock.

        Args:
            stage: What has ended.
        """
        self._before_s, self._began_s = self.elapsed_s, None

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End the run if the time is over.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        self._check()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End the run if the time is over.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        self._check()

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End the run if the time is over.

        Args:
            batch: Index of the batch, from 0.
            logs: `outputs`.
        """
        self._check()

    def _check(self) -> None:
        """End the run if the time is over.

        Raises:
            StopRun: It is.
        """
        elapsed_s = self.elapsed_s
        if elapsed_s >= self.seconds:
            msg = f"the time is over: {elapsed_s:g} of {self.seconds:g} seconds"
            raise StopRun(msg, resumable=True)
