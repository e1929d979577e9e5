"""Errors that refer to no other error.

What a client library raises may hold a request with its key. `raise ... from None`
hides it from tracebacks, not from tools that report errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from synalinks.errors import LanguageModelError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextlib import AbstractAsyncContextManager

T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")


class BareErrors(Generic[T_co]):
    """A context whose `LanguageModelError`s refer to no other error.

    Args:
        inner: The context.
    """

    def __init__(self, inner: AbstractAsyncContextManager[T_co]) -> None:
        self._inner = inner

    async def __aenter__(self) -> T_co:
        return await _bare(self._inner.__aenter__())

    async def __aexit__(self, *details: object) -> bool | None:
        return await _bare(self._inner.__aexit__(*details))  # pyright: ignore[reportArgumentType]


async def _bare(step: Awaitable[R]) -> R:
    try:
        return await step
    except LanguageModelError as error:
        # Raised again, not anew: that would set the context again.
        error.__context__ = None
        raise
