"""`Executor`: where the runs of an experiment take place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from synalinks.errors import ConfigurationError, show
from synalinks.experiments._copies import SharedLimits
from synalinks.experiments._ray_executor import RayExecutor
from synalinks.experiments._run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import ArmResult, RunContext
    from synalinks.experiments._run import Job


class Executor(Protocol):
    """Runs the runs of an experiment."""

    def begin(self, max_concurrency: int, callbacks: Sequence[Any]) -> None:
        """Make ready for an experiment.

        Args:
            max_concurrency: Runs at a time.
            callbacks: Those of the experiment; one that cannot work is refused.
        """
        ...

    async def execute(
        self, job: Job, ctx: RunContext, callbacks: Sequence[Any]
    ) -> tuple[ArmResult, bool]:
        """Execute one run.

        Args:
            job: What is to be done.
            ctx: The context of the run.
            callbacks: Those of the experiment.

        Returns:
            How it ended, and whether that stays.
        """
        ...


class LocalExecutor:
    """Runs all in this process, in one event loop."""

    def begin(self, max_concurrency: int, callbacks: Sequence[Any]) -> None:
        """Make ready for an experiment.

        Args:
            max_concurrency: Runs at a time.
            callbacks: Those of the experiment.
        """
        self._limits = SharedLimits()

    async def execute(
        self, job: Job, ctx: RunContext, callbacks: Sequence[Any]
    ) -> tuple[ArmResult, bool]:
        """Execute one run.

        Args:
            job: What is to be done.
            ctx: The context of the run.
            callbacks: Those of the experiment.

        Returns:
            How it ended, and whether that stays.
        """
        run = Run(job, ctx, callbacks, prepare=self._limits.join)
        return await run.execute(), run.is_recorded


def executor_of(given: Any) -> Executor:
    """Return the executor that an argument stands for.

    Args:
        given: `local`, `ray`, or an executor.

    Raises:
        ConfigurationError: It is none of these.
        MissingDependencyError: Ray is not installed.
    """
    if given == "local":
        return LocalExecutor()
    if given == "ray":
        return RayExecutor()
    if callable(getattr(given, "execute", None)):
        return given
    msg = f"`executor` is 'local', 'ray' or a `RayExecutor`, received: {show(given)}."
    raise ConfigurationError(msg)
