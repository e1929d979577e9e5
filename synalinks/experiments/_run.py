"""`Run`: one run of an arm, from its fresh program to its scores."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import finished, run_to_the_end
from synalinks._internal.files import make_private_folder
from synalinks._internal.interruption import Interruption
from synalinks._internal.journal import Journal
from synalinks._internal.shape import is_row
from synalinks.backups import read_card
from synalinks.callbacks import BackupAndRestore, BudgetStopping, CallbackList
from synalinks.contracts import ArmResult
from synalinks.errors import (
    BudgetExceededError,
    ResumeError,
    TrainingError,
    WriteError,
)
from synalinks.experiments._callback_scopes import flat, of_run
from synalinks.experiments._copies import apart, program_of
from synalinks.experiments._identity import as_plain
from synalinks.experiments._watch import Watch
from synalinks.training import UsageMeter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from synalinks.callbacks import History
    from synalinks.contracts import EvalResult, RunContext
    from synalinks.experiments._arm import Arm
    from synalinks.experiments._benchmark import Benchmark
    from synalinks.experiments._run_plan import RunPlan
    from synalinks.programs import Program

FINAL_NAME = "final.variables.json"
_GRACE_S = 10.0


class CutOffError(TrainingError):
    """A worker does not reach what runs share, which says nothing about its run."""


@contextlib.contextmanager
def reaching(ray: Any) -> Generator[None]:
    """Tell in a `with` block of a worker that it is cut off from what runs share.

    Args:
        ray: The package.

    Raises:
        CutOffError: It is.
    """
    try:
        yield
    except ray.exceptions.RayActorError as error:
        raise CutOffError(str(error)) from error


@dataclass(slots=True, kw_only=True)
class Job:
    """All that a run needs to know, also in another process."""

    plan: RunPlan
    """Which run it is."""
    arm: Arm
    """Its arm."""
    fit: Mapping[str, Any]
    """Arguments of `fit`, those of the stage included."""
    benchmarks: Sequence[Benchmark]
    """What it is scored on."""
    run_dir: Path
    """Its folder."""
    begin_with: Path | None = None
    """Variables to begin with; None for those that the program has."""


class Run:
    """One run of an arm.

    Args:
        job: What is to be done.
        ctx: The context of the run.
        callbacks: Those of the experiment: the run gets copies, or what is shared.
        prepare: Called with the program before anything is asked, or None.

    Attributes:
        result: How it ended.
        is_recorded: Whether it has come to an end that stays.
    """

    def __init__(
        self,
        job: Job,
        ctx: RunContext,
        callbacks: Sequence[Any],
        *,
        prepare: Callable[[Program], None] | None = None,
    ) -> None:
        plan = job.plan
        self.result = ArmResult(
            name=plan.key,
            arm=plan.arm,
            seed=plan.seed,
            replicate=plan.replicate,
            stage=plan.stage_name,
            group=plan.group,
            config=as_plain(job.arm.shown),
            run_dir=job.run_dir,
        )
        self.is_recorded = False
        self._job = job
        self._ctx = ctx
        self._given = [*callbacks, *flat(job.fit.get("callbacks"))]
        self._callbacks = CallbackList()
        self._prepare = prepare
        self._history: History | None = None
        self._began_s = perf_counter()

    async def execute(self) -> ArmResult:
        """Train and score; an error is in the result, and raised only if it must be.

        Returns:
            How it ended.

        Raises:
            CutOffError: It was cut off, and may go on.
            BaseException: It was cancelled or interrupted.
        """
        with apart(self._job.plan.seed):
            try:
                self._callbacks.extend(of_run(self._given, self._ctx))
                await self._callbacks.dispatch("on_run_begin", self._ctx)
                # What is in flight on benchmarks may arrive, too.
                async with Interruption(_GRACE_S).watching():
                    await self._train_and_score()
            except CutOffError as error:
                await self._break_off(error)
                raise
            except Exception as error:  # noqa: BLE001 - a failed run is a result
                self._note_error(error)
            except BaseException as error:
                await self._break_off(error)
                raise
            await self._end()
        return self.result

    async def _break_off(self, error: BaseException) -> None:
        self.result.error = _text_of(error)
        await finished(asyncio.ensure_future(self._end()))

    def _note_error(self, error: Exception) -> None:
        self.result.status, self.result.error = "failed", _text_of(error)
        # A folder of another run, or a full disk, says nothing about the arm.
        self.is_recorded = not isinstance(error, (ResumeError, WriteError))

    async def _end(self) -> None:
        result = self.result
        result.seconds = perf_counter() - self._began_s
        self._ctx.usage = result.usage
        await self._callbacks.dispatch("on_run_end", self._ctx, self._history, result)

    # -- training ----------------------------------------------------------------------

    async def _train_and_score(self) -> None:
        job = self._job
        await asyncio.to_thread(make_private_folder, job.run_dir)
        journal = Journal(job.run_dir / "answers")
        await run_to_the_end(journal.open)
        try:
            program = await program_of(job.arm)
            if job.begin_with is not None:
                await asyncio.to_thread(program.load_variables, job.begin_with)
                # Variables are carried over, the optimizer begins anew.
                _begin_anew(program.optimizer)
            if self._prepare is not None:
                self._prepare(program)
            watch = Watch(
                job.benchmarks,
                self._ctx,
                self._callbacks,
                journal=journal,
                run_dir=job.run_dir,
            )
            history = self._history = await self._train(program, watch)
            self._note_history(history)
            self.result.evals_in_training = watch.told_in_training()
            await asyncio.to_thread(program.save_variables, job.run_dir / FINAL_NAME)
            is_left = await asyncio.to_thread(self._is_left)
            if not is_left:
                is_left = not await self._score_all(program, watch, journal)
            self.result.can_go_on = is_left
        finally:
            await run_to_the_end(journal.close)
        is_stopped = is_left or history.stop_reason is not None
        self.result.status = "stopped" if is_stopped else "completed"
        self.is_recorded = True

    async def _train(self, program: Program, watch: Watch) -> History:
        job = self._job
        backup = BackupAndRestore(
            job.run_dir / "backup", save_freq=1, delete_checkpoint=False
        )
        arguments: dict[str, Any] = {"verbose": 0, **job.fit}
        in_training = [one.evaluator for one in job.benchmarks if one.every is not None]
        arguments.pop("callbacks", None)  # they are among the run's
        given = arguments.pop("evaluators", None) or ()
        others: list[Any] = list(given) if is_row(given) else [given]
        return await program.fit(
            **arguments,
            evaluators=[*others, *in_training],
            callbacks=[*self._callbacks, watch, backup],
            ctx=self._ctx,
        )

    def _is_left(self) -> bool:
        card = read_card(self._job.run_dir / "backup")
        return card is not None and card.ended == "stopped"

    def _note_history(self, history: History) -> None:
        result = self.result
        result.history = dict(history.history)
        result.stop_reason = history.stop_reason
        result.usage = history.usage
        last = {name: values[-1] for name, values in history.history.items() if values}
        result.metrics = {k: v for k, v in last.items() if isinstance(v, (int, float))}
        if history.best is not None:
            # The program that is left is the one that was validated best.
            result.metrics["val_reward"] = history.best.val_reward

    # -- scoring -----------------------------------------------------------------------

    async def _score_all(
        self, program: Program, watch: Watch, journal: Journal
    ) -> bool:
        """Score the program on all benchmarks.

        Returns:
            Whether a budget allowed it.
        """
        metrics = program.compiled_metrics
        for benchmark in self._job.benchmarks:
            result = watch.told(benchmark.name, None)
            if result is None:
                own = benchmark.evaluator.own_metrics
                program.compile(
                    optimizer=program.optimizer,
                    reward=program.reward,
                    metrics=metrics if own is None else own,
                )
                result = await self._score(program, benchmark, watch, journal)
            if result is None:
                return False
            self.result.evals.append(result)
            self.result.usage += result.usage
        return True

    async def _score(
        self, program: Program, benchmark: Benchmark, watch: Watch, journal: Journal
    ) -> EvalResult | None:
        meter = UsageMeter(program)
        budgets: list[BudgetStopping] = [
            one for one in self._callbacks if isinstance(one, BudgetStopping)
        ]
        watch.after_training(benchmark)
        reasons: list[str] = []
        try:
            with (
                context.bound(context.journal, journal),
                context.inside("benchmark", benchmark.name),
            ):
                values = await program.evaluate(
                    benchmark.x,
                    benchmark.y,
                    batch_size=benchmark.batch_size,
                    verbose=0,
                    callbacks=[*budgets, watch],
                )
        except BudgetExceededError as error:
            reasons.append(str(error))
            values: dict[str, float] = {}
        reasons += [one.stop_reason for one in budgets if one.stop_reason]
        watch.after_training(None)
        if reasons:
            self.result.stop_reason = reasons[0]
            return None
        return await watch.tell(benchmark, program, values, meter.total())


def _text_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _begin_anew(optimizer: Any) -> None:
    optimizer.iterations = optimizer.epochs = 0
