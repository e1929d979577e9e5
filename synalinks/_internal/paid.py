"""Work that is paid for: what a budget holds back does not cut off the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from synalinks._internal.aio import gather_ordered
from synalinks.errors import BudgetExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")


async def gather_paid(thunks: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Run thunks at once, as `gather_ordered` does, and let finish what is paid for.

    A call that a budget holds back ends the whole, but does not cut off those in
    flight: they would be paid for and not counted.

    Args:
        thunks: Functions without arguments that return an awaitable.

    Returns:
        One result per thunk, in order.

    Raises:
        BudgetExceededError: A call was held back; the others have ended.
    """
    if len(thunks) == 1:  # there are no others
        return [await thunks[0]()]
    held_back: list[BudgetExceededError] = []

    async def run(thunk: Callable[[], Awaitable[T]]) -> list[T]:
        try:
            return [await thunk()]
        except BudgetExceededError as error:
            held_back.append(error)
            return []

    results = await gather_ordered([lambda one=one: run(one) for one in thunks])
    if held_back:
        raise held_back[0]
    return [result for found in results for result in found]
