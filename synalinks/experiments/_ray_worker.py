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


def execute_job(
    job: Job, ctx: RunContext, callbacks: Sequence[Any], share: int
) -> tuple[dict[str, Any], bool]:
    """Execute one run.

    Args:
        job: What is to be done.
        ctx: The context of the run.
        callbacks: Those of the experiment that each run has for itself.
        share: Among how many workers limits of calls in flight are divided.

    Returns:
        How it ended, as JSON, and whether that stays.
    """
    run = Run(job, ctx, callbacks)
    with context.bound(context.n_sharing, share):
        result = asyncio.run(run.execute())
    return result.as_json(), run.is_recorded
