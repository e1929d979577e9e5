"""`RayExecutor`: the runs of an experiment on the workers of a Ray cluster."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks._internal.interruption import Interruption
from synalinks.callbacks import BudgetStopping
from synalinks.contracts import ArmResult
from synalinks.errors import (
    ConfigurationError,
    MissingDependencyError,
    TrainingError,
    warn,
)
from synalinks.experiments._callback_scopes import flat, is_maker
from synalinks.experiments._ray_budgets import RayBudgets
from synalinks.experiments._ray_hooks import RayHooks
from synalinks.experiments._ray_worker import execute_job
from synalinks.experiments._run import CutOffError
from synalinks.experiments._session_settings import SessionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks.contracts import RunContext
    from synalinks.experiments._run import Job

# That of a run for its calls in flight, and some more for its files.
_GRACE_S = 15.0


class RayExecutor:
    """Runs each run of an experiment, with its benchmarks, in a worker of Ray.

    Workers write to the folder of the experiment, which must be the same path on all
    machines, such as a shared file system. A worker that dies has its run started
    again elsewhere: it goes on from its folder, and pays for nothing twice but for what
    was in flight.

    Arms, data and callbacks are sent to the workers: programs are best given as
    functions that make them. So are the default models, the seed and the observability
    of the session, but no keys: these are read from the environment of the workers.
    Limits of calls in flight, given or found out, are divided by the number of runs at
    a time.

    Callbacks of runs are copied in the workers. Those with the scope `experiment` stay
    here, and workers wait while their hooks are called, which takes ten to twenty
    milliseconds each. The hooks see program, optimizer, logs and context as they are in
    the worker, and what they change of these gets there, as do votes, stops and errors.
    They cannot ask models during a training, nor see its samples. When a worker has
    died, they see what they would see if all had died.

    A `BudgetStopping` with the scope `experiment` holds over all workers: they are
    handed out parts of it, and never more than it. A run may be stopped while others
    have some of it left, up to a sixteenth and what their batches under way need.

    Args:
        address: Address of the cluster, as for `ray.init`; None starts one on this
            machine, unless the process is connected already.
        max_restarts: How often a run is started again whose worker has died.
        resources: Of each run, as for `ray.remote`: such as `{"num_cpus": 2}`.
        init: Further arguments of `ray.init`.

    Raises:
        MissingDependencyError: Ray is not installed.
        ConfigurationError: A number is out of its range.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        max_restarts: int = 3,
        resources: Mapping[str, Any] | None = None,
        init: Mapping[str, Any] | None = None,
    ) -> None:
        check_count("max_restarts", max_restarts)
        # Nothing is told to the makers of Ray unless the user wants that.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError as error:
            msg = (
                "Experiments on Ray need a package: install the extra `ray`, or "
                "`pip install 'ray>=2.40'`."
            )
            raise MissingDependencyError(msg) from error
        self._ray: Any = ray  # partly without types
        self.address = address
        self.max_restarts = max_restarts
        self.resources: dict[str, Any] = {"num_cpus": 1, **(resources or {})}
        self._init = dict(init or {})
        self._n_sharing = 1

    def begin(self, max_concurrency: int, callbacks: Sequence[Any]) -> None:
        """Connect to the cluster; blocks for some seconds where it is started.

        Args:
            max_concurrency: Runs at a time: limits are divided by it.
            callbacks: Those of the experiment.

        Raises:
            ConfigurationError: A default model has what workers cannot have.
        """
        self._n_sharing = max_concurrency
        self._session = SessionSettings.here()
        if not self._ray.is_initialized():
            settings = {"log_to_driver": False, "configure_logging": False}
            if self.address is None:
                settings["include_dashboard"] = False
            self._connect({**settings, **self._init})
        self._budgets = RayBudgets(
            self._ray,
            [one for one in callbacks if _is_shared_budget(one)],
            n_sharing=max_concurrency,
        )
        self._hooks = RayHooks(self._ray)

    def _connect(self, settings: Mapping[str, Any]) -> None:
        """Call `ray.init` in a thread that stays as long as the process.

        Linux ends the processes of a cluster with the thread that has started them, and
        those of an event loop end with it.
        """
        connected = Future[None]()

        def connect_and_stay() -> None:
            try:
                self._ray.init(self.address, **settings)
            except BaseException as error:  # noqa: BLE001 - who waits for it raises it
                connected.set_exception(error)
                return
            connected.set_result(None)
            threading.Event().wait()

        threading.Thread(
            target=connect_and_stay, name="synalinks-ray", daemon=True
        ).start()
        connected.result()

    async def execute(
        self, job: Job, ctx: RunContext, callbacks: Sequence[Any]
    ) -> tuple[ArmResult, bool]:
        """Execute one run in a worker, and in another one if that dies.

        Args:
            job: What is to be done.
            ctx: The context of the run.
            callbacks: Those of the experiment.

        Returns:
            How it ended, and whether that stays.

        Raises:
            ConfigurationError: The arm has a budget that runs share.
            TrainingError: Workers have died too often, or what they share has.
        """
        given = [*callbacks, *flat(job.fit.get("callbacks"))]
        _check_budgets(job)
        # A signal ends the run in the worker, with what is in flight there.
        async with Interruption(_GRACE_S).watching():
            content, is_recorded = await self._in_worker(job, ctx, given)
        result = ArmResult.from_json(content, job.run_dir)
        ctx.usage = result.usage
        return result, is_recorded

    async def _in_worker(
        self, job: Job, ctx: RunContext, callbacks: Sequence[Any]
    ) -> tuple[dict[str, Any], bool]:
        for n_died in range(self.max_restarts + 1):
            try:
                return await self._attempt(job, ctx, callbacks)
            except (self._ray.exceptions.WorkerCrashedError, CutOffError) as error:
                what = "was cut off" if isinstance(error, CutOffError) else "died"
                if n_died == self.max_restarts:
                    msg = (
                        f"The worker of the run {ctx.run_key!r} {what} {n_died + 1} "
                        "times. Look into the logs of Ray; running the experiment "
                        "again goes on."
                    )
                    raise TrainingError(msg) from error
                warn(
                    f"The worker of the run {ctx.run_key!r} {what}: it is started "
                    "again."
                )
            except self._ray.exceptions.RayActorError as error:
                msg = (
                    "A process of Ray died that workers share, for budgets or for "
                    "callbacks. Look into the logs of Ray; running the experiment "
                    "again goes on."
                )
                raise TrainingError(msg) from error
        raise AssertionError  # the loop ends in one of the ways above

    async def _attempt(
        self, job: Job, ctx: RunContext, callbacks: Sequence[Any]
    ) -> tuple[dict[str, Any], bool]:
        remote = self._ray.remote(max_retries=0, **self.resources)(execute_job)
        rest = {key: one for key, one in job.fit.items() if key != "callbacks"}
        shared = [one for one in callbacks if _is_forwarded(one)]
        try:
            budgets = await asyncio.to_thread(self._budgets.of_run, job)
            async with self._hooks.serving(shared, job, ctx) as forwarded:
                stand_ins = iter(forwarded)
                given = [
                    next(stand_ins) if _is_forwarded(one) else one
                    for one in callbacks
                    if not _is_shared_budget(one)
                ]
                # Sending may wait for the cluster; what is sent has to be ended.
                sending = asyncio.ensure_future(
                    asyncio.to_thread(
                        remote.remote,
                        replace(job, fit=rest),
                        ctx,
                        [*given, *budgets],
                        self._session,
                        self._n_sharing,
                    )
                )
                try:
                    return await (await asyncio.shield(sending))
                except asyncio.CancelledError:
                    await self._interrupt(await sending)
                    raise
        finally:
            await asyncio.to_thread(self._budgets.settle, job)

    async def _interrupt(self, reference: Any) -> None:
        """End a run as a signal would; what is in flight may arrive."""
        await asyncio.to_thread(self._ray.cancel, reference)
        ending = asyncio.wrap_future(reference.future())
        await asyncio.wait([ending], timeout=_GRACE_S)
        if not ending.done():
            await asyncio.to_thread(self._ray.cancel, reference, force=True)
        elif not ending.cancelled():
            ending.exception()  # it says that the run was cancelled


def _is_shared(callback: Any) -> bool:
    return getattr(callback, "scope", "run") == "experiment"


def _is_shared_budget(callback: Any) -> bool:
    return isinstance(callback, BudgetStopping) and _is_shared(callback)


def _is_forwarded(callback: Any) -> bool:
    is_own = is_maker(callback) or not _is_shared(callback)
    return not is_own and not _is_shared_budget(callback)


def _check_budgets(job: Job) -> None:
    for one in flat(job.fit.get("callbacks")):
        if _is_shared_budget(one):
            msg = (
                f"`{type(one).__name__}` has the scope `experiment` and is among the "
                f"callbacks of `Arm({job.arm.name!r})`: each worker of Ray would have "
                "one of its own. Give it to the `Experiment`."
            )
            raise ConfigurationError(msg)
