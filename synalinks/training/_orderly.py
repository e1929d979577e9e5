"""How runs end: in good order, by an error, or by an interruption."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from synalinks.callbacks import StopRun
from synalinks.contracts import Stop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from typing import Any

    from synalinks.training._current_run import CurrentRun

_SHUTDOWN_TIMEOUT_S = 10.0


@contextlib.asynccontextmanager
async def orderly(run: CurrentRun) -> AsyncGenerator[None]:
    """Call `setup` before a run, and `on_run_error` and `teardown` after it.

    An error is raised as it is, with what failed while it was dealt with as notes.
    A `StopRun` that comes out of the block ends the run in good order.

    Args:
        run: The run.

    Yields:
        None.
    """
    stage = run.state.stage
    with run.program.running(run):
        try:
            await run.fire("setup", stage)
            yield
        except StopRun as request:
            note_stop(run, request)
        except BaseException as error:
            await _shielded(run.fire("on_run_error", error, run.state.logs), error)
            raise
        finally:
            await _torn_down(run, stage)


async def _torn_down(run: CurrentRun, stage: str) -> None:
    try:
        await run.fire("teardown", stage)
    finally:
        await run.state.drain(cancel_after=_SHUTDOWN_TIMEOUT_S)


async def _shielded(hook: Coroutine[Any, Any, bool], error: BaseException) -> None:
    # The task may have been cancelled: the hook runs in one of its own, for a while.
    task = asyncio.ensure_future(hook)
    await asyncio.wait([task], timeout=_SHUTDOWN_TIMEOUT_S)
    if not task.done():
        task.cancel()
        error.add_note(f"`on_run_error` took over {_SHUTDOWN_TIMEOUT_S} s and was cut.")
    elif not task.cancelled() and task.exception() is not None:
        error.add_note(f"`on_run_error` failed: {task.exception()!r}")


def note_stop(run: CurrentRun, request: StopRun) -> None:
    """Take a `StopRun` for a stop without further paid calls; the first one counts.

    Args:
        run: The run.
        request: What was raised.
    """
    run.state.stop = run.state.stop or Stop(
        reason=request.message or type(request).__name__,
        validate=False,
        resumable=request.resumable,
    )
