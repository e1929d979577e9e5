"""Errors of client libraries become ours, and ours refer to no other error.

What a client library raises may hold a request with its key. `raise ... from None`
hides it from tracebacks, not from tools that report errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks.language_models._request import AnyRequest

T = TypeVar("T")


async def translated(
    step: Awaitable[T],
    to_ours: Callable[[Exception, AnyRequest], Exception | None],
    request: AnyRequest,
) -> T:
    """Return what a step with a client library returns.

    Args:
        step: The step.
        to_ours: Returns our error for one of the library, or None for another.
        request: What the step is part of.

    Raises:
        Exception: The step failed: our error, or what is none of the library's.
    """
    try:
        return await step
    except Exception as error:
        ours = to_ours(error, request)
        if ours is None or ours is error:
            raise
    raise ours  # not above: there it would refer to the library's error
