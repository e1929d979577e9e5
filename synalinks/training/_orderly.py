"""How runs end: in good order, by an error, or by an interruption."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from synalinks._internal.collecting import collecting_less_often
from synalinks.callbacks import StopRun
from synalinks.errors import BudgetExceededError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from typing import Any

    from synalinks.training._current_run import CurrentRun

_SHUTDOWN_TIMEOUT_S = 10.0


@contextlib.asynccontextmanager
async def orderly(run: CurrentRun) -> AsyncGenerator[None]:
    """Call `setup` before a run, and `on_run_error` and `teardown` after it.

    An error is raised as it is, with what failed while it was dealt with as notes.
    A `StopRun` that comes out of the block ends the run in good order. After one in
    `setup` the block is entered all the same: it has to look at `run.is_spent`.

    Args:
        run: The run.

    Yields:
        None.
    """
    stage = run.state.stage
    with run.program.running(run), collecting_less_often():
        try:
            with stopping(run):
                await run.fire("setup", stage)
            with stopping(run):
                yield
        except BaseException as error:
            if not run.has_ended:
                await _shielded(run, error, "on_run_error", error, run.state.logs)
            if not _is_torn_down(run):
                await _shielded(run, error, "teardown", stage)
            raise
        else:
            if not _is_torn_down(run):
                await fire_to_the_end(run, "teardown", stage)
        finally:
            await run.state.drain(cancel_after=_SHUTDOWN_TIMEOUT_S)


def _is_torn_down(run: CurrentRun) -> bool:
    # A run that is saved does so itself, as long as it still has its folder.
    return run.backup is not None and run.backup.has_torn_down


async def fire_to_the_end(run: CurrentRun, hook: str, *args: Any) -> None:
    """Call a hook after which nothing can be stopped, even if cancelled meanwhile.

    Args:
        run: The run.
        hook: Name of the hook.
        args: Passed by position.

    Raises:
        CancelledError: The task was cancelled; the hook got some time to finish.
    """
    task = asyncio.ensure_future(_fire_unstoppable(run, hook, args))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError as error:
        await _finished(task, error, hook)
        raise


async def _shielded(
    run: CurrentRun, error: BaseException, hook: str, *args: Any
) -> None:
    # The task may have been cancelled: the hook runs in one of its own, for a while.
    task = asyncio.ensure_future(_fire_unstoppable(run, hook, args))
    await _finished(task, error, hook)


async def _fire_unstoppable(run: CurrentRun, hook: str, args: tuple[Any, ...]) -> None:
    with contextlib.suppress(StopRun):  # there is nothing left to stop
        await run.fire(hook, *args)


async def _finished(
    task: asyncio.Future[None], error: BaseException, hook: str
) -> None:
    await asyncio.wait([task], timeout=_SHUTDOWN_TIMEOUT_S)
    if not task.done():
        task.cancel()
        error.add_note(f"`{hook}` took over {_SHUTDOWN_TIMEOUT_S} s and was cut.")
    elif not task.cancelled() and task.exception() is not None:
        error.add_note(f"`{hook}` failed: {task.exception()!r}")


def note_stop(run: CurrentRun, request: StopRun) -> None:
    """Take a `StopRun` for a stop without further paid calls; the first one counts.

    Args:
        run: The run.
        request: What was raised.
    """
    run.state.request_stop(
        request.message or type(request).__name__,
        validate=False,
        resumable=request.resumable,
    )


@contextlib.contextmanager
def stopping(run: CurrentRun) -> Generator[None]:
    """End a `with` block early, in good order, when the run has to stop.

    Args:
        run: The run.

    Yields:
        None.

    Raises:
        BudgetExceededError: A call was held back by a budget that does not stop the
            run.
    """
    try:
        yield
    except StopRun as request:
        note_stop(run, request)
    except BudgetExceededError:
        if not run.is_spent:
            raise
