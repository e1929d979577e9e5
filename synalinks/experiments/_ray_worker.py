"""What a worker of Ray does: one run, in an event loop of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.experiments._run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import RunContext
    from synalinks.experiments._run import Job
    from synalinks.experiments._session_settings import SessionSettings


def execute_job(
    job: Job,
    ctx: RunContext,
    callbacks: Sequence[Any],
    session: SessionSettings,
    n_sharing: int,
) -> tuple[dict[str, Any], bool]:
    """Execute one run.

    Args:
        job: What is to be done.
        ctx: The context of the run.
        callbacks: Those of the experiment that each run has for itself.
        session: What is set for the session of the experiment.
        n_sharing: Among how many workers limits of calls in flight are divided.

    Returns:
        How it ended, as JSON, and whether that stays.
    """
    session.apply()
    run = Run(job, ctx, callbacks)
    with context.bound(context.n_sharing, n_sharing):
        result = asyncio.run(run.execute())
    return result.as_json(), run.is_recorded
