"""The evaluations of one `fit`: validation, and the evaluators of the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks import Cadence
from synalinks.contracts import Best
from synalinks.errors import warn
from synalinks.training._evaluate_loop import run_evaluation
from synalinks.training._failures import OF_THE_SYSTEM
from synalinks.training._orderly import stopping

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate
    from synalinks.metrics import Metric
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._plan import FitPlan
    from synalinks.training._samples import Feed
    from synalinks.training._session import FitSession


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evaluation:
    """One evaluator in one run."""

    name: str
    feed: Feed
    metrics: Sequence[Metric]
    cadence: Cadence | None
    """None where it only runs on request."""
    may_fail: bool
    """Whether training goes on without its values."""


class Evaluations:
    """Runs evaluators when they are due or asked for, and the program stands still.

    Args:
        run: The run.
        plan: The checked arguments of `fit`.
        session: What was measured.
    """

    def __init__(self, run: CurrentRun, plan: FitPlan, session: FitSession) -> None:
        self._run = run
        self._state = run.state
        self._session = session
        self._all = _evaluations(plan, run.program)
        # What was measured since the last update: once is enough.
        self._results: dict[str, dict[str, float]] = {}

    def begin(self) -> None:
        """Begin to count what cadences count."""
        for one in self._all:
            if one.cadence is not None:
                one.cadence.begin(self._state)

    def forget(self) -> None:
        """Forget what was measured: the program may be another from now on."""
        self._results.clear()

    async def run_due(self, logs: dict[str, Any], *, at_epoch_end: bool) -> None:
        """Run what is due, and what was asked for.

        Args:
            logs: Where the values go.
            at_epoch_end: Whether the epoch has ended, or else a batch.
        """
        due = [
            one
            for one in self._all
            if one.cadence is not None
            and (one.cadence.interval.unit == "ep") == at_epoch_end
            and one.cadence.is_due(self._state, at_epoch_end=at_epoch_end)
        ]
        if any(one.name == "val" for one in due) and not self._run.is_spent:
            with stopping(self._run):
                await self._session.select()
        await self._run_all(due, logs)
        await self.run_requested(logs)

    async def run_requested(self, logs: dict[str, Any]) -> None:
        """Run what was asked for, also by the callbacks of these evaluations.

        Args:
            logs: Where the values go.
        """
        while names := self._state.take_requested_evaluations():
            await self._run_all([one for one in self._all if one.name in names], logs)

    async def _run_all(self, due: Iterable[_Evaluation], logs: dict[str, Any]) -> None:
        snapshot: Candidate | None = None
        for one in due:
            stop = self._state.stop
            if stop is not None and not stop.validate:
                return
            # One program for all of them, whatever their callbacks do to it.
            snapshot = snapshot or self._session.adopt_present()
            await self._run_one(one, snapshot, logs)

    async def _run_one(
        self, one: _Evaluation, snapshot: Candidate, logs: dict[str, Any]
    ) -> None:
        is_new = one.name not in self._results
        if is_new:
            self._results[one.name] = await self._measure(one, snapshot)
        results = self._results[one.name]
        values = {f"{one.name}_{key}": value for key, value in results.items()}
        logs.update(values)
        self._state.note(values)
        if is_new and results:
            step = self._state.global_step
            with stopping(self._run):
                await self._run.fire("on_eval", step, one.name, dict(results))

    async def _measure(self, one: _Evaluation, snapshot: Candidate) -> dict[str, float]:
        """Return the values; none if it failed, or only a part was measured."""
        run, state = self._run, self._state
        batch_index = state.batch_index
        state.stage, state.evaluator, run.snapshot = "validate", one.name, snapshot
        try:
            place = context.inside(one.name)
            with place, run.program.separate_metrics(one.metrics):
                results = await run_evaluation(run, one.feed)
        except Exception as error:
            is_of_the_run = error is run.hook_error or isinstance(error, OF_THE_SYSTEM)
            if is_of_the_run or not one.may_fail:
                error.add_note(f"in the evaluation of `{one.name}`")
                raise
            warn(
                f"The evaluator {one.name!r} failed, and training goes on without its "
                f"values: {type(error).__name__}: {error}"
            )
            with stopping(run):  # what was begun is ended
                await run.fire("on_test_end", {})
            return {}
        finally:
            state.stage, state.evaluator, run.snapshot = "train", None, None
            state.batch, state.batch_index = None, batch_index
        if run.is_spent and run.n_batches_done < one.feed.n_batches:
            return {}  # the score of a part is none of the program
        state.measured[one.name] = snapshot
        if one.name == "val":
            self._note_validation(snapshot, results["reward"])
        return results

    def _note_validation(self, snapshot: Candidate, reward: float) -> None:
        if self._session.note_validation(snapshot, reward):
            state = self._state
            state.best = Best(
                val_reward=reward,
                epoch=state.epoch,
                step=state.global_step,
                candidate=snapshot,
            )

    # -- state ---------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return when each evaluator was due last, and what is known, as JSON."""
        cadences = {
            one.name: one.cadence.state_dict()
            for one in self._all
            if one.cadence is not None
        }
        return {"cadences": cadences, "results": self._results}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned; called after `begin`.

        Args:
            state: The state; evaluators that are not in it begin anew.
        """
        # Earlier releases saved the cadences alone.
        self._results = dict(state.get("results", {}))
        cadences: JsonObject = state.get("cadences", state)
        for one in self._all:
            if one.cadence is not None and one.name in cadences:
                one.cadence.load_state_dict(cadences[one.name])


def _evaluations(plan: FitPlan, program: Any) -> list[_Evaluation]:
    found: list[_Evaluation] = []
    if plan.validation is not None:
        validation = _Evaluation(
            name="val",
            feed=plan.validation,
            metrics=program.compiled_metrics,
            cadence=Cadence(f"{plan.validation_freq}ep"),
            may_fail=False,
        )
        found.append(validation)
    for one in plan.evaluators:
        evaluation = _Evaluation(
            name=one.name,
            feed=one.feed,
            metrics=one.metrics_of(program),
            cadence=None if one.every is None else Cadence(one.every),
            may_fail=one.on_error == "warn",
        )
        found.append(evaluation)
    return found
