"""`BudgetStopping`: a hard limit on dollars, tokens, calls and time."""

from __future__ import annotations

import copy
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.console import write
from synalinks.callbacks._budget import Budget
from synalinks.callbacks._budget_gate import BudgetGate
from synalinks.callbacks._budget_pool import BudgetPool
from synalinks.callbacks._callback import Callback, StopRun
from synalinks.callbacks._reachable_models import reachable_models
from synalinks.callbacks._spending import KINDS, NOTHING, Purse, Spent
from synalinks.contracts import VALIDATION
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import RunContext


class BudgetStopping(Callback):
    """Ends `fit`, `evaluate` or `predict` before it takes more than it may.

    All language and embedding models count that the run may call: those of the program,
    of the optimizer, of a judge used as reward or metric, and their fallbacks. A call
    that would go over the budget is not made; the run then ends in good order, without
    a validation, and can be resumed. A resumed run goes on with what is left. Calls
    that were in flight when a process died, and may have been paid for, count as well.

    A model that several runs use at a time counts for each of them. In an experiment
    each run has a budget of its own, or with the scope `experiment` all share one; the
    scores on benchmarks are paid from it too, and workers of Ray are handed out parts.

    Args:
        max_cost: US dollars.
        max_tokens: Prompt and completion tokens together.
        max_calls: Answers of models.
        max_seconds: Seconds on the wall.
        reserve: `"auto"` makes a call only if what it and those in flight are expected
            to take is left, and begins a batch or a validation only if what the last
            one took is left. A number is the share of the budget that is not to be
            used, from 0 to below 1; calls in flight may then go over it.
        verbose: Whether to say on standard output when the run is stopped.
        scope: `run` or `experiment`.
        clock: Returns seconds.

    Attributes:
        stop_reason: Why the run was stopped; None if it was not.
        stopped_epoch: Index of the epoch in which that was; None outside `fit`.
        stopped_batch: Index of the batch in which that was.
        pool: What runs spend from together; None for a run on its own.

    Raises:
        ConfigurationError: There is no limit, or an argument is out of its range; at
            the begin of a run: the price of a model is not known.
    """

    callback_order: float = 5

    def __init__(
        self,
        max_cost: float | None = None,
        max_tokens: int | None = None,
        max_calls: int | None = None,
        max_seconds: float | None = None,
        reserve: float | Literal["auto"] = "auto",
        verbose: int = 0,
        *,
        scope: Literal["run", "experiment"] = "run",
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        given = {
            "cost": max_cost,
            "tokens": max_tokens,
            "calls": max_calls,
            "seconds": max_seconds,
        }
        limits = {kind: n for kind, n in given.items() if n is not None}
        self.budget: Budget = Budget(limits=limits, reserve=reserve)
        self.verbose = verbose
        self.scope: Literal["run", "experiment"] = _checked_scope(scope)
        self._clock = clock
        self.pool: BudgetPool | None = (
            BudgetPool(clock) if scope == "experiment" else None
        )
        self._part = ""
        self._name: str | None = None
        self._forget()

    def _forget(self) -> None:
        self.stop_reason: str | None = None
        self.stopped_epoch: int | None = None
        self.stopped_batch: int | None = None
        self._purse: Purse | None = None
        self._gate: BudgetGate | None = None
        self._total = NOTHING
        self._marks: dict[str, Spent] = {}
        self._last: dict[str, Spent] = {}

    # -- what was spent ----------------------------------------------------------------

    @property
    def spent_cost(self) -> float:
        """US dollars that the run has taken."""
        return self._spent().cost

    @property
    def spent_tokens(self) -> int:
        """Tokens that the run has taken."""
        return self._spent().tokens

    @property
    def spent_calls(self) -> int:
        """Calls that the run has made."""
        return self._spent().calls

    @property
    def spent_seconds(self) -> float:
        """Seconds that the run has lasted."""
        return self._spent().seconds

    def remaining(self) -> dict[str, float]:
        """Return what is left of each limit, by kind: `cost`, `tokens`, ..."""
        spent = self._all_spent()
        return {
            kind: max(0, limit - getattr(spent, kind))
            for kind, limit in self.budget.limits.items()
        }

    def _spent(self) -> Spent:
        if self._purse is not None:
            self._total = self._purse.spent()
            in_flight = self.trainer.artifacts.in_flight
            if in_flight.calls:
                self._total += Spent.expected(in_flight)
        return self._total

    def _all_spent(self, wanted: Spent = NOTHING) -> Spent:
        return self._spent() if self.pool is None else self.pool.spent(wanted)

    def _read(self) -> tuple[Spent, Spent]:
        in_flight = NOTHING if self._gate is None else self._gate.in_flight
        return self._spent(), in_flight

    def state_dict(self) -> JsonObject:
        """Return what was spent: a resumed run gets no new budget.

        What was in flight when a process died is known from elsewhere.
        """
        spent = self._total if self._purse is None else self._purse.spent()
        last = {name: one.as_json() for name, one in self._last.items()}
        return {**spent.as_json(), "last": last}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on with what is left of the budget.

        Args:
            state: What `state_dict` returned.
        """
        restored = Spent(**{kind: state[kind] for kind in KINDS})
        self._last = {name: Spent(**one) for name, one in state.get("last", {}).items()}
        if self._purse is None:
            self._total = restored
        else:
            self._purse.restore(restored)

    # -- experiments -------------------------------------------------------------------

    def for_run(self) -> BudgetStopping:
        """Return the budget of a run: one of its own, or its part of the shared one."""
        one = copy.copy(self)  # a pool that is shared stays one
        one.join(self.pool or BudgetPool())  # for training and benchmarks together
        return one

    def join(self, pool: BudgetPool) -> None:
        """Spend from one budget with others from now on.

        Args:
            pool: What all of them have spent.
        """
        self.pool = pool
        self._forget()

    def on_experiment_begin(self, ctx: RunContext) -> None:
        """Begin to count what the runs of an experiment take together, or go on.

        Args:
            ctx: The context of the experiment.
        """
        if self.pool is not None:
            spent: JsonObject = ctx.extras.get("spent_before", {})
            kept = {name: Spent(**amounts) for name, amounts in spent.items()}
            self.pool.begin(kept, ctx.extras.get("seconds_before", 0.0))

    def on_run_begin(self, ctx: RunContext) -> None:
        """Note for which run it counts.

        Args:
            ctx: The context of the run.
        """
        self._part = ctx.run_key or ""

    # -- the length of a run -----------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Begin to count, and to hold back calls.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self._forget()
        self._purse = Purse(self._clock)
        self._gate = BudgetGate(self.trainer, self._refusal)
        self._watch()
        if self.pool is not None:
            self._name = f"{self._part}/{stage}"
            self.pool.enter(self._name, self._read)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Count models that came with the building of the program as well.

        Args:
            logs: Empty.
        """
        self._watch()

    def _watch(self) -> None:
        if self._purse is None or self._gate is None:
            return
        self._gate.attach(self._purse.watch(reachable_models(self.program)))
        self._check_prices()

    def teardown(self, stage: str) -> None:
        """Count no more.

        Args:
            stage: What has ended.
        """
        self._spent()
        if self._gate is not None:
            self._gate.detach()
        if self.pool is not None and self._name is not None:
            self.pool.leave(self._name)
            self._name = None
        self._purse = self._gate = None

    # -- where it looks ----------------------------------------------------------------

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """End training if the next batch would cost too much.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Empty.
        """
        self._stop_now(self._shortage("batch"))

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Note what was spent before the batch.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: Empty.
        """
        self._marks["batch"] = self._spent()

    def on_step_begin(self, step: int, logs: Logs) -> None:
        """End training rather than try again on what is not there.

        Args:
            step: Index of the step.
            logs: The row of the batch.
        """
        self._stop_now(self._excess())

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End training if the budget is used up, or does not do for another batch.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        self._note_taken("batch")
        is_last = batch + 1 == self.trainer.num_steps
        # Behind the last batch of an epoch is a validation, which may cost less.
        self._stop(self._excess() or (None if is_last else self._shortage("batch")))

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Skip a validation that would cost too much.

        Args:
            logs: Empty.
        """
        evaluation = self._evaluation()
        self._stop_now(self._excess() or self._shortage(evaluation))
        self._marks[evaluation] = self._spent()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End the run if the budget is used up.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        self._stop(self._excess())

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Note what the validation took.

        Args:
            logs: `reward` and each metric.
        """
        if not self.stop_reason:
            self._note_taken(self._evaluation())

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """End the run if the budget is used up.

        Args:
            batch: Index of the batch, from 0.
            logs: `outputs`.
        """
        self._stop(self._excess())

    # -- decisions ---------------------------------------------------------------------

    def _evaluation(self) -> str:
        name = self.trainer.evaluator
        return "validation" if name in {None, VALIDATION} else f"run of `{name}`"

    def _excess(self) -> str | None:
        self._check_prices()
        return self.budget.excess(self._all_spent())

    def _shortage(self, what: str) -> str | None:
        takes = self._last.get(what)
        return takes and self.budget.shortage(self._all_spent(takes), takes, what)

    def _refusal(self, expected: Spent, in_flight: Spent) -> str | None:
        """Return why a call may not be made; asked by the gate."""
        if self.stop_reason is None:
            flying = in_flight if self.pool is None else self.pool.in_flight()
            spent = self._all_spent(expected)
            refusal = self.budget.refusal(spent, expected + flying)
            self._stop(self._excess() or refusal)
        return self.stop_reason

    def _check_prices(self) -> None:
        unpriced = self._purse.unpriced() if self._purse is not None else []
        if "cost" in self.budget.limits and unpriced:
            msg = (
                f"`BudgetStopping(max_cost=...)` cannot hold: the price of "
                f"{', '.join(f'`{name}`' for name in unpriced)} is not known. Limit "
                "`max_tokens` or `max_calls` instead."
            )
            raise ConfigurationError(msg)

    def _note_taken(self, what: str) -> None:
        if what in self._marks:
            self._last[what] = self._spent() - self._marks.pop(what)

    def _stop_now(self, reason: str | None) -> None:
        self._stop(reason)
        if reason is not None:
            raise StopRun(reason, resumable=True)

    def _stop(self, reason: str | None) -> None:
        if reason is None or self.stop_reason is not None:
            return
        state: Any = self.trainer
        self.stop_reason = reason
        self.stopped_epoch = state.epoch if state.history is not None else None
        self.stopped_batch = state.batch_index
        state.request_stop(reason, validate=False, resumable=True)
        if self.verbose:
            write(f"{type(self).__name__}: {reason}\n")


def _checked_scope(scope: Any) -> Literal["run", "experiment"]:
    if scope in {"run", "experiment"}:
        return scope
    msg = f"`scope` is 'run' or 'experiment', received: {show(scope)}."
    raise ConfigurationError(msg)
