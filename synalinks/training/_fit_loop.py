"""The loop of `fit`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks import (
    CallbackList,
    History,
    Monitor,
    ProgbarLogger,
    StopRun,
    default_monitor,
)
from synalinks.contracts import USAGE_KEYS, TrainerState
from synalinks.errors import BudgetExceededError, warn
from synalinks.training._backed_up import backed_up
from synalinks.training._current_run import CurrentRun
from synalinks.training._evaluations import Evaluations
from synalinks.training._orderly import fire_to_the_end, orderly, stopping
from synalinks.training._sample_index import Column
from synalinks.training._sample_store import StoredSamples
from synalinks.training._saved_state import Place
from synalinks.training._session import FitSession
from synalinks.training._variables import begin_epoch, end_epoch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import RunContext
    from synalinks.training._plan import FitPlan
    from synalinks.training._samples import Batch

# Written by training into the row of a batch; the row of an epoch has no use for them.
_OF_A_BATCH = (
    "attempts",
    "skipped_batch",
    "step_rejected",
    "update_applied",
    *USAGE_KEYS,
)


async def fit(
    program: Any, plan: FitPlan, callbacks: Any, ctx: RunContext | None = None
) -> History:
    """Train a program.

    Args:
        program: A compiled program.
        plan: The checked arguments.
        callbacks: Callbacks of the user.
        ctx: The experiment that the run is part of, or None.

    Returns:
        The history of the run.
    """
    entries = with_defaults(callbacks, verbose=plan.verbose, is_tracked=True)
    history = next(one for one in entries if isinstance(one, History))
    program.history = history
    if program.optimizer is None:
        warn("The program was compiled without an optimizer: there is nothing to fit.")
        return history
    params = {**plan.callback_params(program), **program.callback_params()}
    entries.bind(program, params)
    state = TrainerState(program=program, stage="train", params=params)
    state.history, state.ctx = history, ctx
    # The optimizer appends; callbacks and whoever reads the history see it grow.
    events = program.optimizer.log.events
    state.candidate_events = history.candidate_events = events
    state.callbacks = entries
    state.samples = plan.samples()
    run = CurrentRun(
        program=program,
        state=state,
        policy=plan.policy,
        callbacks=entries,
        max_step_attempts=plan.max_step_attempts,
        raises_at_reject_limit=plan.on_reject_limit == "raise",
    )
    entries.checks_changes = plan.check_callbacks
    program.stop_training = False
    history.artifacts = state.artifacts
    state.artifacts.requested_steps = plan.train.n_batches * len(plan.epochs)
    try:
        async with orderly(run):
            await _Training(run, plan).run_all()
    finally:
        run.report()
    history.stop_reason = state.stop_reason
    history.best = state.best
    history.callback_seconds = dict(entries.seconds)
    return history


def with_defaults(
    callbacks: Any, *, verbose: Any, is_tracked: bool = False
) -> CallbackList:
    """Return the user's callbacks with `History` and the progress bar.

    Args:
        callbacks: Callbacks of the user.
        verbose: 0 for no progress bar.
        is_tracked: Whether the session's monitor, if there is one, is to be there too.
    """
    entries = (
        callbacks if isinstance(callbacks, CallbackList) else CallbackList(callbacks)
    )
    if not entries.has(History):
        entries.append(History())
    if verbose != 0 and not entries.has(ProgbarLogger):
        entries.append(ProgbarLogger())
    monitor = default_monitor() if is_tracked and not entries.has(Monitor) else None
    if monitor is not None:
        entries.append(monitor)
    return entries


class _Training:
    """The epochs of one `fit`."""

    def __init__(self, run: CurrentRun, plan: FitPlan) -> None:
        self._run = run
        self._state = run.state
        self._program = run.program
        self._plan = plan
        self._logs: dict[str, Any] = {}
        self._last_logs: dict[str, Any] = {}

    async def run_all(self) -> None:
        run = self._run
        if run.is_spent:  # by a `StopRun` in `setup`
            return
        if run.callbacks is not None:
            run.callbacks.check_requirements(run.state)
        with context.inside("fit"):
            session = await self._open_session()
            async with backed_up(run, self._plan, session):
                await self._train(session)

    async def _train(self, session: FitSession) -> None:
        run = self._run
        place = await run.backup.restore() if run.backup else None
        with stopping(run):
            self._evaluations.begin()
            with _fired_again(is_again=place is not None):
                await run.fire("on_train_begin", {})
            place = await self._begin(session, place)
            # It may have stopped, and died before it came to its end.
            has_stopped = self._state.resumed and self._is_stopping()
            for epoch in range(place.epoch, self._plan.epochs.stop):
                if run.is_spent or (has_stopped and not place.is_inside):
                    break
                with context.inside(f"epoch {epoch}"):
                    await self._run_epoch(epoch, session, place)
                if self._is_stopping():
                    break
        await self._end(session)

    async def _begin(self, session: FitSession, place: Place | None) -> Place:
        """Begin, or go on, after `on_train_begin`.

        Returns:
            Where.
        """
        backup, state = self._run.backup, self._state
        if place is None or backup is None:
            await self._check_sanity(session)
            place = Place(epoch=self._plan.epochs.start)
            if backup is not None:
                await backup.after_begin(place, self._memory())
            return place
        if place.is_inside:
            # Callbacks that begin something there have not done so in this process.
            with (
                context.inside(f"epoch {place.epoch}"),
                _fired_again(is_again=True),
            ):
                await self._run.fire("on_epoch_begin", place.epoch, {})
        backup.restore_core()
        memory = backup.restore_callbacks()
        self._logs, self._last_logs = memory["logs"], memory["last_logs"]
        self._evaluations.load_state_dict(memory["evaluations"])
        self._meter.go_on("epoch", memory.get("taken", {}))
        state.logs = self._logs
        await backup.accept_changes()
        if place.epoch + place.is_inside > self._plan.epochs.stop:
            warn(
                f"The run has come to epoch {place.epoch}, `epochs` is "
                f"{self._plan.epochs.stop}: it ends where it is."
            )
        return place

    def _memory(self) -> JsonObject:
        return {
            "logs": self._logs,
            "last_logs": self._last_logs,
            "evaluations": self._evaluations.state_dict(),
            "taken": self._meter.since("epoch"),
        }

    async def _end(self, session: FitSession) -> None:
        run = self._run
        session.leave_best()
        self._plan.policy.warn_of_failures()
        with stopping(run):
            await run.fire("before_train_end", self._logs)
            await self._state.save_requested_checkpoints()
        await self._state.drain()
        run.report()
        run.has_ended = True
        await fire_to_the_end(run, "on_train_end", self._logs)

    async def _open_session(self) -> FitSession:
        plan, program = self._plan, self._program
        program.optimizer.check_schedules(plan.train.n_batches * len(plan.epochs))
        await program.ensure_built(plan.train.samples[0].x)
        validation = plan.validation
        session = FitSession(
            program=program,
            optimizer=program.optimizer,
            train=plan.train.samples,
            validation=validation.samples if validation else [],
            others=[one.feed.samples for one in plan.evaluators],
            policy=plan.policy,
            minibatch_size=plan.minibatch_size,
            seed=plan.seed,
        )
        session.warn_of_gaps()
        self._run.session = session
        self._meter = self._run.count()
        self._evaluations = Evaluations(self._run, plan, session)
        return session

    async def _check_sanity(self, session: FitSession) -> None:
        """Run a few batches end to end; their cells are known from then on."""
        plan, program = self._plan, self._program
        if not plan.sanity_batches:
            return
        with program.separate_metrics():
            seed = plan.seed if plan.shuffle else None
            for batch in plan.train.batches(seed=seed, epoch=plan.epochs.start):
                if batch.index >= plan.sanity_batches:
                    break
                rollouts = await session.measure_present(batch.samples)
                plan.policy.check_batch(rollouts)
                await program.take_in(rollouts)

    def _is_stopping(self) -> bool:
        if self._program.stop_training and self._state.stop is None:
            self._state.request_stop("`stop_training` was set")
        return self._state.stop is not None

    # -- one epoch ---------------------------------------------------------------

    async def _begin_epoch(self, epoch: int, session: FitSession) -> Place:
        state = self._state
        state.epoch, state.epoch_complete, state.stops_epoch = epoch, False, False
        self._program.reset_metrics()
        begin_epoch(session.variables)
        self._meter.watch()
        self._meter.mark("epoch")
        state.logs = {}
        await self._run.fire("on_epoch_begin", epoch, state.logs)
        return Place(epoch=epoch, first_row=len(state.rows))

    async def _run_epoch(self, epoch: int, session: FitSession, begin: Place) -> None:
        state = self._state
        place = begin
        if epoch > begin.epoch or not begin.is_inside:
            place = await self._begin_epoch(epoch, session)
        with stopping(self._run):
            await self._run_batches(place)
        self._plan.policy.end_pass(is_complete=state.epoch_complete)
        if state.epoch_complete:
            self._program.optimizer.epochs += 1
            end_epoch(session.variables)
        own = self._program.get_metrics_result() | self._last_logs
        self._logs = state.logs = _epoch_row(
            state.rows[place.first_row :],
            lambda key: key in own or state.evaluator_of(key) is not None,
        )
        await self._evaluations.run_due(self._logs, at_epoch_end=True)
        # What choosing the validated program has taken is part of the epoch.
        self._logs.update(self._program.operational_result())
        state.note({**self._meter.since("epoch"), **self._logs})
        is_left = state.stop is not None and state.stop.resumable
        with stopping(self._run):
            await self._run.fire("on_epoch_end", epoch, self._logs)
            await state.save_requested_checkpoints()
            await self._evaluations.run_requested(self._logs)
        if "val_reward" in self._logs and state.is_val_stale:
            # A callback has changed the program after it was validated.
            self._logs["val_stale"] = 1.0
        state.note(self._logs)
        if self._run.backup is not None and not is_left:
            await self._run.backup.after_epoch(Place(epoch=epoch + 1), self._memory())

    async def _run_batches(self, place: Place) -> None:
        plan, state = self._plan, self._state
        seed = plan.seed if plan.shuffle else None
        held_out = _validation_arguments(plan)
        n_done = place.batch
        is_left = place.is_inside and (self._is_stopping() or state.stops_epoch)
        for batch in plan.train.batches(seed=seed, epoch=place.epoch):
            if self._run.is_spent or is_left:
                break
            if batch.index < place.batch:
                continue
            with context.inside(f"batch {batch.index}"):
                await self._run_batch(batch, held_out)
                await self._evaluations.run_due(state.rows[-1], at_epoch_end=False)
            n_done += 1
            if self._run.backup is not None:
                present = replace(place, batch=n_done)
                await self._run.backup.after_batch(present, self._memory())
            if self._is_stopping() or state.stops_epoch:
                break
        state.epoch_complete = n_done == plan.train.n_batches

    async def _run_batch(self, batch: Batch, held_out: dict[str, Any]) -> None:
        run, state = self._run, self._state
        # The row is there before the hooks see it: what they add is part of it.
        row: dict[str, Any] = {}
        state.rows.append(row)
        state.logs = row
        run.at(batch)
        self._meter.mark("batch")
        self._evaluations.forget()
        state.mark_step(is_done=False)
        stop: StopRun | None = None
        try:
            await run.fire("on_train_batch_begin", batch.index, row)
            logs = await self._program.train_on_batch(
                step=batch.index, x=batch.x, y=batch.y, **held_out, return_dict=True
            )
            row.update(logs)
            self._last_logs = logs
        except StopRun as request:
            stop = request
        except BudgetExceededError:
            if not run.is_spent:
                raise
            stop = StopRun(state.stop_reason or "")
        await self._close_batch(batch, row, stop)

    async def _close_batch(
        self, batch: Batch, row: dict[str, Any], stop: StopRun | None
    ) -> None:
        run, state = self._run, self._state
        row["update_applied"] = float(run.is_applied)
        row.update(run.usage_of_batch())
        state.note(row)
        try:
            await run.fire("on_train_batch_end", batch.index, row)
            await state.save_requested_checkpoints()
        except StopRun as request:
            stop = stop or request
        state.batch = None
        if stop is not None:
            raise stop


def _epoch_row(
    rows: list[dict[str, Any]], is_whole: Callable[[str], bool]
) -> dict[str, Any]:
    """Return the last of training's own values, and the means of what callbacks added.

    Args:
        rows: Those of the batches.
        is_whole: Tells of a value whether it is one over the epoch or a data set.
    """
    row: dict[str, Any] = {}
    for key in dict.fromkeys(key for one in rows for key in one):
        values = [one[key] for one in rows if key in one]
        if is_whole(key):
            row[key] = values[-1]
        elif key not in _OF_A_BATCH:
            row[key] = sum(values) / len(values)
    return row


def _fired_again(*, is_again: bool) -> AbstractContextManager[None]:
    """Return a context for a hook that an earlier process has called as well.

    What it asks may depend on the program, which has been trained since, and on the
    state of its callback, which is given back after it.
    """
    journal = context.journal.get()
    return journal.asking_anew() if is_again and journal else nullcontext()


def _validation_arguments(plan: FitPlan) -> dict[str, Any]:
    if plan.validation is None:
        return {"val_x": None, "val_y": None}
    samples = plan.validation.samples
    if isinstance(samples, StoredSamples):
        return {"val_x": Column(samples, "x"), "val_y": Column(samples, "y")}
    return {"val_x": [one.x for one in samples], "val_y": [one.y for one in samples]}
