"""Structured concurrency: bounded, in input order, nothing left running."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any

    from typing_extensions import TypeIs

T = TypeVar("T")


async def gather_ordered(
    thunks: Sequence[Callable[[], Awaitable[T]]], *, limit: int | None = None
) -> list[T]:
    """Run thunks concurrently and return their results in input order.

    A new thunk starts as soon as a running one ends. The first error cancels the
    others, waits for them, and is raised as it is (not as an exception group).

    Args:
        thunks: Functions without arguments that return an awaitable.
        limit: How many may run at once; None for all.

    Returns:
        One result per thunk, in the order of `thunks`.
    """
    if len(thunks) == 1:
        return [await thunks[0]()]
    results: dict[int, T] = {}
    waiting = iter(enumerate(thunks))

    async def work() -> None:
        for index, thunk in waiting:
            results[index] = await thunk()

    n_workers = min(len(thunks), limit or len(thunks))
    await run_all([work() for _ in range(n_workers)])
    return [results[index] for index in range(len(thunks))]


async def finish_begun(
    jobs: Sequence[Callable[[Callable[[], None]], Awaitable[None]]],
) -> None:
    """Run jobs at once; after an error, those that have begun go on to their end.

    Args:
        jobs: Functions that return an awaitable. Each is given what it is to call when
            it begins; until then the error of another one cancels it.

    Raises:
        Exception: The first error of any of them, as it is; all have ended.
    """
    if len(jobs) == 1:  # there are no others
        return await jobs[0](lambda: None)
    errors: list[Exception] = []
    begun: set[int] = set()

    async def run(index: int) -> None:
        try:
            await jobs[index](lambda: begun.add(index))
        except Exception as error:  # noqa: BLE001 - it is raised below
            errors.append(error)
            begun.add(index)  # and ended: it does not cancel itself
            for other, task in enumerate(tasks):
                if other not in begun:
                    task.cancel()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(index)) for index in range(len(jobs))]
    if errors:
        raise errors[0]
    return None


async def run_to_the_end(function: Callable[..., T], *args: Any) -> T:
    """Run a function in a thread, and return or be cancelled only when it is done.

    Args:
        function: What to run, such as the writing of a file.
        args: Its arguments.

    Returns:
        What it returned.

    Raises:
        CancelledError: The task was cancelled meanwhile; the function has ended.
    """
    return await finished(asyncio.ensure_future(asyncio.to_thread(function, *args)))


async def finished(task: asyncio.Future[T]) -> T:
    """Wait for a task that is not cancelled with the one that waits.

    Args:
        task: The task.

    Returns:
        What it returned.

    Raises:
        CancelledError: The task that waits was cancelled; the other one has ended.
    """
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def run_all(coroutines: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines in one task group and raise the first error as it is.

    Args:
        coroutines: What to run.

    Raises:
        BaseException: The first error of any of them; the others are cancelled.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except BaseExceptionGroup as errors:
        first = first_leaf(errors)
        raise first from None


def first_leaf(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group that is no group itself.

    Args:
        group: The group.
    """
    first = group.exceptions[0]
    return first_leaf(first) if _is_group(first) else first


def _is_group(error: BaseException) -> TypeIs[BaseExceptionGroup[BaseException]]:
    return isinstance(error, BaseExceptionGroup)


def run_without_waiting(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, from synchronous code.

    Works inside and outside a running event loop, since no loop is used: building a
    program from saved files runs `async` code that has nothing to wait for.

    Args:
        coroutine: The coroutine; it is closed in any case.

    Returns:
        What the coroutine returned.

    Raises:
        RuntimeError: The coroutine did wait for something.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()
    msg = (
        f"`{getattr(coroutine, '__qualname__', coroutine)}` waits for something, but "
        "it is run where nothing can be awaited (building or loading a program). "
        "Move the waiting into `call`."
    )
    raise RuntimeError(msg)
