"""Calls of a run that keeps a journal: answered once, and never paid for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks.errors import LanguageModelError
from synalinks.language_models._kept import (
    from_completion,
    from_error,
    is_answer,
    request_key,
    to_completion,
    to_error,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks._internal.json import JsonObject
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._request import LMRequest
    from synalinks.language_models._response import Completion


async def journaled(
    request: LMRequest, ledger: UsageLedger, ask: Callable[[], Awaitable[Completion]]
) -> Completion:
    """Return the answer that the journal has at this place of the run, else ask.

    A new answer is durable before it is returned. So is a bad one: it was paid for,
    and a run that is repeated must meet it again. Failures to get any answer are not
    kept.

    Args:
        request: What is asked.
        ledger: Counts what answers from the journal took when they were given.
        ask: Asks, if need be; other models that it asks write nothing themselves.

    Raises:
        LanguageModelError: There is no valid answer.
        WriteError: The journal could not keep an answer; nothing more is asked.
    """
    journal = context.journal.get()
    if journal is None:
        return await ask()
    position = journal.position(request_key(request))
    kept = journal.lookup(position)
    if kept is not None:
        return _replayed(kept, ledger)
    journal.check()
    try:
        with context.bound(context.journal, None):
            completion = await ask()
    except LanguageModelError as error:
        if is_answer(error):
            await journal.append(position, from_error(error))
        raise
    await journal.append(position, from_completion(completion))
    return completion


def _replayed(kept: JsonObject, ledger: UsageLedger) -> Completion:
    error = to_error(kept)
    if error is not None:
        ledger.here.failed_calls += 1
        raise error
    completion = to_completion(kept)
    ledger.record(completion.usage, completion.finish_reason)
    return completion
