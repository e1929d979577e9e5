"""The loop of `fit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.callbacks import CallbackList, History, ProgbarLogger
from synalinks.errors import warn
from synalinks.training._evaluate_loop import run_evaluation
from synalinks.training._session import FitSession
from synalinks.training._variables import begin_epoch, end_epoch

if TYPE_CHECKING:
    from synalinks.training._plan import FitPlan


async def fit(program: Any, plan: FitPlan, callbacks: Any) -> History:
    """Train a program.

    Args:
        program: A compiled program.
        plan: The checked arguments.
        callbacks: Callbacks of the user.

    Returns:
        The history of the run.
    """
    entries = with_defaults(callbacks, verbose=plan.verbose)
    history = next(one for one in entries if isinstance(one, History))
    program.history = history
    if program.optimizer is None:
        warn("The program was compiled without an optimizer: there is nothing to fit.")
        return history
    run = _FitRun(program, plan, entries)
    entries.bind(program, {**plan.callback_params(), **program.callback_params()})
    program.stop_training = False
    try:
        await run.train()
    except BaseException as error:
        await entries.dispatch("on_run_error", error, run.logs)
        raise
    finally:
        await entries.dispatch("teardown", "train")
    return history


def with_defaults(callbacks: Any, *, verbose: Any) -> CallbackList:
    """Return the user's callbacks with `History` and the progress bar.

    Args:
        callbacks: Callbacks of the user.
        verbose: 0 for no progress bar.
    """
    entries = CallbackList(callbacks)
    if not entries.has(History):
        entries.append(History())
    if verbose != 0 and not entries.has(ProgbarLogger):
        entries.append(ProgbarLogger())
    return entries


class _FitRun:
    """The epochs of one `fit`."""

    def __init__(self, program: Any, plan: FitPlan, callbacks: CallbackList) -> None:
        self.logs: dict[str, Any] = {}
        self._program = program
        self._plan = plan
        self._callbacks = callbacks

    async def train(self) -> None:
        plan = self._plan
        await self._program.ensure_built(plan.train.samples[0].x)
        validation = plan.validation
        session = FitSession(
            program=self._program,
            optimizer=self._program.optimizer,
            train=plan.train.samples,
            validation=validation.samples if validation else [],
            policy=plan.policy,
            minibatch_size=plan.minibatch_size,
            seed=plan.seed,
        )
        session.warn_if_unvalidated()
        self._program.current_run.session = session
        await self._callbacks.dispatch("on_train_begin", {})
        for epoch in plan.epochs:
            self.logs = await self._run_epoch(epoch, session)
            if self._program.stop_training:
                break
        session.leave_best()
        plan.policy.warn_of_failures()
        await self._callbacks.dispatch("on_train_end", self.logs)

    async def _run_epoch(self, epoch: int, session: FitSession) -> dict[str, Any]:
        program, plan = self._program, self._plan
        program.reset_metrics()
        begin_epoch(session.variables)
        await self._callbacks.dispatch("on_epoch_begin", epoch, {})
        held_out = _validation_arguments(plan)
        epoch_logs: dict[str, Any] = {}
        seed = plan.seed if plan.shuffle else None
        for batch in plan.train.batches(seed=seed, epoch=epoch):
            await self._callbacks.dispatch("on_train_batch_begin", batch.index, {})
            program.current_run.batch = batch
            logs = await program.train_on_batch(
                step=batch.index, x=batch.x, y=batch.y, **held_out, return_dict=True
            )
            epoch_logs = dict(logs)
            await self._callbacks.dispatch("on_train_batch_end", batch.index, logs)
            if program.stop_training:
                break
        program.optimizer.epochs += 1
        end_epoch(session.variables)
        if plan.validation and (epoch + 1) % plan.validation_freq == 0:
            epoch_logs.update(await self._validate(session))
        await self._callbacks.dispatch("on_epoch_end", epoch, epoch_logs)
        return epoch_logs

    async def _validate(self, session: FitSession) -> dict[str, Any]:
        validation = self._plan.validation
        if validation is None:
            return {}
        with self._program.separate_metrics():
            results = await run_evaluation(self._program, validation, self._callbacks)
        session.note_validation(results["reward"])
        return {f"val_{name}": value for name, value in results.items()}


def _validation_arguments(plan: FitPlan) -> dict[str, Any]:
    if plan.validation is None:
        return {"val_x": None, "val_y": None}
    samples = plan.validation.samples
    return {"val_x": [one.x for one in samples], "val_y": [one.y for one in samples]}
