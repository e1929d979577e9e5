"""`ExperimentSession`: one process's part in an experiment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import finished, gather_ordered, run_to_the_end
from synalinks.callbacks import CallbackList, Monitor, default_monitor
from synalinks.contracts import ArmResult, RunContext, Usage
from synalinks.errors import BackupMismatchError
from synalinks.experiments._callback_scopes import shared_ones
from synalinks.experiments._experiment_folder import ExperimentCard, ExperimentFolder
from synalinks.experiments._experiment_result import ExperimentResult
from synalinks.experiments._identity import arm_digest, direction_of
from synalinks.experiments._run import FINAL_NAME, Job
from synalinks.experiments._run_plan import RunPlan, plan_runs
from synalinks.experiments._spent_before import spent_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from synalinks.experiments._arm import Arm
    from synalinks.experiments._experiment import Experiment


class ExperimentSession:
    """Runs what has not ended yet of an experiment.

    Args:
        experiment: The experiment.
        retry_failed: Whether failed runs go on.

    Attributes:
        folder: Where it is saved; to be opened before `run`, and closed after it.
    """

    def __init__(self, experiment: Experiment, *, retry_failed: bool) -> None:
        self.folder = ExperimentFolder(experiment.output_dir)
        self._experiment = experiment
        self._retry_failed = retry_failed
        self._arms: dict[str, Arm] = {}
        self._plans: list[RunPlan] = []
        monitor = default_monitor()
        has_monitor = any(isinstance(one, Monitor) for one in experiment.callbacks)
        self._callbacks = list(experiment.callbacks)
        if monitor is not None and not has_monitor:
            self._callbacks.append(monitor)
        self._shared = CallbackList(shared_ones(self._callbacks))
        self._ended: dict[str, ArmResult] = {}
        self._begun_groups: set[str] = set()
        self._group_lock = asyncio.Lock()
        self._interruption: BaseException | None = None
        self._began_s = perf_counter()

    async def run(
        self, work: Callable[[], Awaitable[None]] | None = None
    ) -> ExperimentResult:
        """Run what has not ended yet.

        Args:
            work: Calls `run_arms`; None runs all arms of the experiment.

        Returns:
            What came of all runs.

        Raises:
            BaseException: The experiment was cancelled or interrupted.
        """
        experiment = self._experiment
        self._card = await asyncio.to_thread(self._opened)
        root = self._root = await asyncio.to_thread(self._context)
        # Cancelled half-way, a cluster that starts would be in the way of the next try.
        await run_to_the_end(
            experiment.executor.begin, experiment.max_concurrency, self._callbacks
        )
        status = "cancelled"
        try:
            await self._shared.dispatch("on_experiment_begin", root)
            if work is None:
                await self.run_arms(experiment.arms)
            else:
                await work()
            if self._interruption is not None:
                raise self._interruption
            has_ended = any(one.status in _ENDED for one in self._ended.values())
            status = "completed" if has_ended else "failed"
        finally:
            result = self._result(status)
            await finished(asyncio.ensure_future(self._end(result)))
        return result

    async def run_arms(self, arms: Sequence[Arm]) -> None:
        """Run what has not ended yet of some arms.

        Args:
            arms: The arms; new ones join the experiment.

        Raises:
            BackupMismatchError: One is another one than it was.
        """
        experiment = self._experiment
        chains = plan_runs(arms, n_repeats=experiment.n_repeats, seed=experiment.seed)
        await asyncio.to_thread(self._join, arms, chains)
        await gather_ordered(
            [lambda one=one: self._run_chain(one) for one in chains],
            limit=experiment.max_concurrency,
        )

    def results_of(self, arm: str) -> list[ArmResult]:
        """Return how the runs of an arm have ended so far.

        Args:
            arm: Name of the arm.
        """
        return [one for one in self._ended.values() if one.arm == arm]

    @property
    def is_interrupted(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._interruption is not None

    def _opened(self) -> ExperimentCard:
        """Return the card of the experiment; it is refused if it is another one."""
        experiment, card = self._experiment, self.folder.read_card()
        if card is None:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            card = ExperimentCard(
                name=experiment.name,
                created_at=now,
                seed=experiment.seed,
                success_metric=experiment.success_metric,
            )
        _check_same(
            self.folder,
            {name: (getattr(card, name), getattr(experiment, name)) for name in _KEPT},
        )
        # Arms and replicates may be added.
        card.n_repeats = experiment.n_repeats
        card.success_metric = experiment.success_metric
        card.direction = direction_of(experiment)
        card.runs = []
        return card

    def _join(self, arms: Sequence[Arm], chains: Sequence[Sequence[RunPlan]]) -> None:
        digests = {one.name: arm_digest(one, self._experiment.fit) for one in arms}
        known = self._card.arms
        _check_same(
            self.folder,
            {
                f"arm {name}": (known.get(name, now), now)
                for name, now in digests.items()
            },
        )
        known.update(digests)
        self._arms.update({one.name: one for one in arms})
        plans = [one for chain in chains for one in chain]
        self._plans += plans
        self._card.runs += [one.as_json() for one in plans]
        for plan in plans:
            ended = self.folder.read_result(plan.key)
            if ended is None or ended.can_go_on:
                continue
            if not (self._retry_failed and ended.status == "failed"):
                self._ended[plan.key] = ended
        self._write_card("running")

    def _context(self) -> RunContext:
        experiment, card = self._experiment, self._card
        context = RunContext(
            output_dir=experiment.output_dir,
            config={"name": experiment.name, **experiment.config},
            seed=experiment.seed,
        )
        context.ids.update(card.ids)
        context.extras["seconds_before"] = card.seconds
        spent = spent_in(self.folder.run_dirs())
        # JSON, as all that callbacks find there.
        context.extras["spent_before"] = {k: one.as_json() for k, one in spent.items()}
        return context

    # -- runs --------------------------------------------------------------------------

    async def _run_chain(self, chain: Sequence[RunPlan]) -> None:
        for plan in chain:
            if plan.key not in self._ended and self._interruption is None:
                await self._run_one(plan)
            ended = self._ended.get(plan.key)
            if ended is None or ended.status == "failed" or ended.can_go_on:
                return  # the stages that follow are cancelled

    async def _run_one(self, plan: RunPlan) -> None:
        experiment, arm = self._experiment, self._arms[plan.arm]
        await self._begin_group(plan.group)
        run_dir = self.folder.run_dir(plan.key)
        ctx = self._root.child(
            plan.key,
            output_dir=run_dir,
            run_config={"arm": plan.arm, "stage": plan.stage_name, **arm.shown},
            group_name=plan.group,
            seed=plan.seed,
            replicate=plan.replicate,
        )
        stage = {} if plan.stage is None else arm.stages[plan.stage]
        job = Job(
            plan=plan,
            arm=arm,
            fit={
                **experiment.fit,
                **arm.fit,
                **{key: value for key, value in stage.items() if key != "name"},
            },
            benchmarks=experiment.benchmarks,
            run_dir=run_dir,
            begin_with=self.folder.run_dir(plan.after) / FINAL_NAME
            if plan.after
            else None,
        )
        try:
            result, is_recorded = await experiment.executor.execute(
                job, ctx, self._callbacks
            )
        except (KeyboardInterrupt, SystemExit) as interruption:
            # What is in flight in the other runs may still arrive.
            self._interruption = self._interruption or interruption
            return
        self._ended[plan.key] = result
        if is_recorded:
            await asyncio.to_thread(self.folder.write_result, result)

    async def _begin_group(self, group: str | None) -> None:
        if group is None:
            return
        async with self._group_lock:
            if group not in self._begun_groups:
                self._begun_groups.add(group)
                await self._shared.dispatch("on_group_begin", self._root, group)

    # -- the end -----------------------------------------------------------------------

    def _result(self, status: Any) -> ExperimentResult:
        experiment = self._experiment
        order = {name: index for index, name in enumerate(self._arms)}
        plans = sorted(
            self._plans,
            key=lambda plan: (order[plan.arm], plan.replicate, plan.stage or 0),
        )
        arms = [self._ended.get(plan.key) or _cancelled(plan) for plan in plans]
        return ExperimentResult(
            name=experiment.name,
            arms=arms,
            status=status,
            success_metric=experiment.success_metric,
            direction=self._card.direction,
            usage=sum((one.usage for one in arms), Usage()),
            seed=experiment.seed,
            output_dir=experiment.output_dir,
        )

    async def _end(self, result: ExperimentResult) -> None:
        try:
            await self._shared.dispatch("on_experiment_end", self._root, result)
        finally:
            self._card.seconds += perf_counter() - self._began_s
            await asyncio.to_thread(self._write_card, result.status)

    def _write_card(self, status: str) -> None:
        self._card.status = status
        self._card.ids = dict(self._root.ids)
        self.folder.write_card(self._card)


_ENDED = ("completed", "stopped")
_KEPT = ("name", "seed")


def _cancelled(plan: RunPlan) -> ArmResult:
    return ArmResult(
        name=plan.key,
        arm=plan.arm,
        seed=plan.seed,
        replicate=plan.replicate,
        stage=plan.stage_name,
        group=plan.group,
    )


def _check_same(
    folder: ExperimentFolder, pairs: Mapping[str, tuple[object, object]]
) -> None:
    changed = {
        name: (str(before), str(now))
        for name, (before, now) in pairs.items()
        if before != now
    }
    if changed:
        listed = "".join(f"\n  {k}: {a} → {b}" for k, (a, b) in changed.items())
        msg = (
            f"`{folder.path}` holds another experiment. What differs:{listed}\nNothing "
            "was changed or paid for. Go back to how it was begun, give a changed arm "
            "another name, or take another `output_dir`."
        )
        raise BackupMismatchError(msg, differences=changed)
