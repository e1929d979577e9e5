"""What a worker of Ray does: one run, in an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.files import AppendFile, make_private_folder
from synalinks.errors import BackupLockedError, WriteError
from synalinks.experiments._run import Run
from synalinks.tracking import hand_over_outboxes

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from synalinks.contracts import RunContext
    from synalinks.experiments._run import Job
    from synalinks.experiments._session_settings import SessionSettings

_HAND_OVER_S = 5.0
# Longer than a worker has to end when it is told to.
_WAIT_S = 120.0
_LOOK_EVERY_S = 0.05
_LOCK_NAME = "worker.lock"


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

    Raises:
        BackupLockedError: Another worker has the run, and does not end.
    """
    session.apply()
    _be_cancellable()
    run = Run(job, ctx, callbacks)
    try:
        with _alone(job.run_dir), context.bound(context.n_sharing, n_sharing):
            result = asyncio.run(run.execute())
    finally:
        # Ray ends its processes at any time, and not as a program ends.
        hand_over_outboxes(_HAND_OVER_S)
    return result.as_json(), run.is_recorded


def _be_cancellable() -> None:
    """Take SIGINT: Ray cancels with it, and who was started by a script ignores it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def _alone(run_dir: Path) -> Generator[None]:
    """Wait for the end of a worker that had the run before: Ray may not have waited."""
    lock = None
    with contextlib.suppress(OSError, WriteError):  # the run says it better
        make_private_folder(run_dir)
        lock = _lock_of_worker(run_dir)
    try:
        yield
    finally:
        if lock is not None:
            lock.close()


def _lock_of_worker(run_dir: Path) -> AppendFile:
    until_s = monotonic() + _WAIT_S
    while (lock := AppendFile.lock(run_dir / _LOCK_NAME)) is None:
        if monotonic() > until_s:
            msg = (
                f"A worker that had the run in `{run_dir}` before has not ended within "
                f"{_WAIT_S:g} s. End its process, then run the experiment again: it "
                "goes on."
            )
            raise BackupLockedError(msg)
        sleep(_LOOK_EVERY_S)
    return lock
