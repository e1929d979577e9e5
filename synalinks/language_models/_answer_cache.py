"""Answers that were given before, by what was asked."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal.records import decode_value, encode_value
from synalinks._internal.store import shared_store
from synalinks.errors import BudgetExceededError, LanguageModelError, warn
from synalinks.language_models._per_loop import PerLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks._internal.json import JsonObject
    from synalinks._internal.store import Store

_MAX_IN_MEMORY = 10_000

_Asking: TypeAlias = "asyncio.Future[JsonObject]"


class AnswerCache:
    """Keeps valid answers; equal questions at the same time are asked once.

    Args:
        in_memory: Whether to keep answers as long as this object lives, the 10,000
            latest.
        folder: Folder to keep answers in, or None. Processes may share it.
    """

    def __init__(self, *, in_memory: bool, folder: str | None) -> None:
        self._memory: dict[str, bytes] | None = {} if in_memory else None
        self._folder = folder
        self._store: Store | None = None
        self._asking: PerLoop[dict[str, _Asking]] = PerLoop(dict)
        self._has_warned = False

    def lacks(self, key: str) -> bool:
        """Return whether an answer belongs into memory, and is not there.

        Args:
            key: What is asked.
        """
        return self._memory is not None and key not in self._memory

    async def get_or_ask(
        self, key: str, ask: Callable[[], Awaitable[JsonObject]]
    ) -> tuple[JsonObject, bool]:
        """Return an answer, and whether it was given before.

        Args:
            key: What is asked.
            ask: Asks, if need be.

        Raises:
            LanguageModelError: There is no answer; that is not kept.
        """
        asking = self._asking.get()
        while True:
            found = await self._find(key)
            if found is not None:
                return found, True
            first = asking.get(key)
            if first is None:
                return await self._ask(key, ask, asking), False
            # Waits without cancelling it when this task is cancelled.
            await asyncio.wait([first])
            if not first.cancelled():  # else it is this task's turn to ask
                return _result_of(first), True

    async def _ask(
        self,
        key: str,
        ask: Callable[[], Awaitable[JsonObject]],
        asking: dict[str, _Asking],
    ) -> JsonObject:
        answer: _Asking = asyncio.get_running_loop().create_future()
        asking[key] = answer
        try:
            value = await ask()
        except BudgetExceededError:
            raise  # it is of who asked: those who wait may have means of their own
        except LanguageModelError as error:
            answer.set_exception(error)
            answer.exception()  # it is no mistake if nobody else waits for it
            raise
        else:
            self.keep(key, value)
            # A copy: whoever asked may change what it is given before others get it.
            answer.set_result(copy.deepcopy(value))
            return value
        finally:
            del asking[key]
            answer.cancel()

    async def _find(self, key: str) -> JsonObject | None:
        kept = None if self._memory is None else self._memory.get(key)
        if kept is not None:
            return decode_value(kept)
        if self._folder is None:
            return None
        store = self._store or await self._open(self._folder)
        found: Any = store.get(key)
        if found is None and key not in self._asking.get():
            await asyncio.to_thread(store.look_again)
            found = store.get(key)
        return found

    async def _open(self, folder: str) -> Store:
        store = self._store = await asyncio.to_thread(shared_store, folder)
        reports, store.reports = store.reports, []
        for report in reports:
            warn(report)
        return store

    def keep(self, key: str, value: JsonObject) -> None:
        """Keep an answer.

        Args:
            key: What was asked.
            value: The answer.
        """
        if self._memory is not None:
            self._memory[key] = encode_value(value)
            if len(self._memory) > _MAX_IN_MEMORY:
                del self._memory[next(iter(self._memory))]
        if self._store is not None:
            self._store.put(key, value)
            if self._store.error is not None and not self._has_warned:
                self._has_warned = True
                warn(f"`cache_dir`: {self._store.error} They are lost when it ends.")


def _result_of(answer: _Asking) -> JsonObject:
    error = answer.exception()
    if error is not None:
        error = copy.copy(error)
        if isinstance(error, LanguageModelError):
            error.usage = None  # the call that asked has paid
        raise error
    return copy.deepcopy(answer.result())
