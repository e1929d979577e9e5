"""`EarlyStopping`: end training when a value no longer improves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks._internal.checks import check_count, check_real
from synalinks._internal.console import write
from synalinks.callbacks._callback import Callback
from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._monitored import Monitored
from synalinks.callbacks._standard_error import StandardError, parse_min_delta
from synalinks.callbacks._stopping_rule import StopCause, StoppingRule, Watched
from synalinks.contracts import Candidate, commit, present_candidate, trainable_by_path

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.callbacks._improvement import Mode, Sense
    from synalinks.callbacks._stopping_rule import Decision


class EarlyStopping(Callback):
    """Ends training when a monitored value has stopped improving.

    A check takes place whenever the value was produced: epochs without validation do
    not count, and a value `<name>_...` of an evaluator is checked each time it runs.
    A value that is not finite is never an improvement.

    Args:
        monitor: Name of the value in the logs.
        mode: `max` or `min`: which side is better; `auto` asks the metric.
        patience: Checks without improvement after which training stops. 0 and 1 stop
            at the first one.
        min_delta: What an improvement must exceed. A text such as `"1se"` or `"2se"`
            takes multiples of the standard error of the difference of two means over
            samples, for the reward of an evaluation.
        min_reldelta: The same, as a share of the best value; the larger one counts.
        baseline: Only values better than this count as improvement.
        stop_at: A value at least as good ends training; it is the best one first.
        divergence: A value worse than this ends training.
        check_finite: Whether a value that is not finite ends training.
        start_from_epoch: Index of the epoch of the first check.
        start_from_step: Training steps completed before the first check.
        restore_best_variables: Whether the program gets the variables of the best
            check back when training ends in good order, whatever has ended it.
        strict: Whether a value that the run does not have is an error or a warning.
        verbose: 1 to print why training stops.

    Attributes:
        wait: Checks since the last improvement.
        stopped_epoch: Index of the epoch in which it stopped; 0 if it did not.
        best: The best value; None before the first.
        best_epoch: Index of its epoch.
        best_variables: Its variables, learnable fields by path; None unless they are
            to be restored.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    callback_order: float = 5
    mutates = True

    def __init__(
        self,
        monitor: str = "val_reward",
        *,
        mode: Mode = "auto",
        patience: int = 0,
        min_delta: float | str = 0.0,
        min_reldelta: float = 0.0,
        baseline: float | None = None,
        stop_at: float | None = None,
        divergence: float | None = None,
        check_finite: bool = True,
        start_from_epoch: int = 0,
        start_from_step: int = 0,
        restore_best_variables: bool = False,
        strict: bool = True,
        verbose: int = 0,
    ) -> None:
        for name, count in (
            ("patience", patience),
            ("start_from_epoch", start_from_epoch),
            ("start_from_step", start_from_step),
        ):
            check_count(name, count)
        for name, number in (
            ("baseline", baseline),
            ("stop_at", stop_at),
            ("divergence", divergence),
        ):
            check_real(name, number, may_be_none=True)
        check_real("min_reldelta", min_reldelta, at_least=0)
        self._monitored = Monitored(monitor, mode, owner="EarlyStopping", strict=strict)
        self._min_delta, n_errors = parse_min_delta(min_delta, monitor)
        self._error = StandardError(n_errors)
        self._sense: Sense | None = None
        self.monitor = monitor
        self.mode = mode
        self.patience = patience
        self.min_delta = min_delta
        self.min_reldelta = min_reldelta
        self.baseline = baseline
        self.stop_at = stop_at
        self.divergence = divergence
        self.check_finite = check_finite
        self.start_from_epoch = start_from_epoch
        self.start_from_step = start_from_step
        self.restore_best_variables = restore_best_variables
        self.verbose = verbose
        self._reset()

    @property
    def state_key(self) -> str:
        """The class and the monitored value: there may be several in a run."""
        return f"EarlyStopping({self.monitor})"

    @property
    def wait(self) -> int:
        """Checks since the last improvement."""
        return self._watched.wait

    @property
    def best(self) -> float | None:
        """The best value; None before the first."""
        return self._watched.best

    def _reset(self) -> None:
        self._watched = Watched()
        self._error.reset()
        self.stopped_epoch: int = 0
        self.best_epoch: int = 0
        self.best_variables: JsonObject | None = None

    # -- hooks -------------------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Find the monitored value, before anything is paid for.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        if stage == "train":
            self._sense = self._monitored.resolve(self.program)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self._reset()
        if self._sense is None:
            self._sense = self._monitored.resolve(self.program)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Begin to gather the rewards of the samples.

        Args:
            logs: Empty.
        """
        self._error.begin()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Gather the rewards of a batch.

        Args:
            batch: Index of the batch.
            logs: Values so far.
        """
        if self._error.is_used:
            self._error.take(self.trainer.outputs)

    def on_eval(self, step: int, name: str, metrics: Logs) -> None:
        """Check the value, if it is one of this evaluator.

        Args:
            step: Training steps completed.
            name: Name of the evaluator.
            metrics: Its values.
        """
        if self.monitor.startswith(f"{name}_"):
            self._error.end()
        if self._monitored.evaluation(self.trainer) == name:
            value = metrics.get(self.monitor.removeprefix(f"{name}_"))
            self._check(None if value is None else float(value), self.trainer.epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Check the value, if it was produced.

        Args:
            epoch: Index of the epoch.
            logs: Values by name.
        """
        state = context.trainer.get()
        if state is None or self._monitored.evaluation(state) is None:
            self._check(self._monitored.read(logs), epoch)

    def before_train_end(self, logs: Logs) -> None:
        """Put the best variables back.

        Args:
            logs: Those of the last epoch.
        """
        if self.restore_best_variables and self.best_variables is not None:
            variables = trainable_by_path(self.program)
            commit(Candidate(values=self.best_variables), variables)
            self._say(f"the variables of epoch {self.best_epoch + 1} are restored")

    # -- one check -----------------------------------------------------------------

    def _check(self, value: float | None, epoch: int) -> None:
        if value is None or self._is_early(epoch):
            return
        decision = self._rule().decide(value, self._watched)
        self._watched = decision.watched
        if decision.is_best:
            self.best_epoch = epoch
            self._error.keep()
            self._keep_variables()
        if decision.cause is not None:
            self._stop(decision, decision.cause, value, epoch)

    def _is_early(self, epoch: int) -> bool:
        if epoch < self.start_from_epoch:
            return True
        if self.start_from_step == 0:
            return False
        return self.trainer.global_step < self.start_from_step

    def _rule(self) -> StoppingRule:
        improvement = Improvement(
            sense=self._sense or self._monitored.resolve(self.program),
            min_delta=self._min_delta + self._error.margin(),
            min_reldelta=self.min_reldelta,
        )
        return StoppingRule(
            improvement=improvement,
            patience=self.patience,
            baseline=self.baseline,
            stop_at=self.stop_at,
            divergence=self.divergence,
            check_finite=self.check_finite,
        )

    def _keep_variables(self) -> None:
        if not self.restore_best_variables:
            return
        state = context.trainer.get()
        name = None if state is None else state.evaluator_of(self.monitor)
        # A callback may have changed the program since it was measured: then it is
        # another program that has no such score.
        measured = None if state is None else state.measured.get(name or "")
        if measured is None:
            measured = present_candidate(trainable_by_path(self.program))
        self.best_variables = dict(measured.values)

    def _stop(
        self, decision: Decision, cause: StopCause, value: float, epoch: int
    ) -> None:
        self.stopped_epoch = epoch
        reason = f"EarlyStopping: `{self.monitor}` = {value:g}: {cause}"
        if cause is StopCause.PATIENCE:
            best = decision.watched.best
            at = "" if best is None else f" on {best:g} of epoch {self.best_epoch + 1}"
            reason += f"{at} in {decision.watched.wait} checks"
        state = context.trainer.get()
        if state is not None:
            state.request_stop(reason)
        elif self.program is not None:  # a loop of one's own
            self.program.stop_training = True
        self._say(reason.removeprefix("EarlyStopping: "))

    def _say(self, text: str) -> None:
        if self.verbose:
            write(f"EarlyStopping: {text}\n")

    # -- state -----------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what was seen so far, as JSON."""
        return {
            "best": self._watched.best,
            "wait": self._watched.wait,
            "n_values": self._watched.n_values,
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.stopped_epoch,
            "best_variables": self.best_variables,
            "best_error": self._error.best,
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._watched = Watched(
            best=state["best"], wait=state["wait"], n_values=state["n_values"]
        )
        self.best_epoch = state["best_epoch"]
        self.stopped_epoch = state["stopped_epoch"]
        self.best_variables = state["best_variables"]
        self._error.best = state["best_error"]
