"""Calls of a run that keeps a journal: answered once, and never paid for again."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks.errors import DivergenceError, LanguageModelError
from synalinks.language_models._kept import (
    from_completion,
    from_error,
    is_answer,
    request_key,
    shares_of,
    to_completion,
    to_error,
)
from synalinks.language_models._outline import differences, outline_of
from synalinks.language_models._response import Completion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from synalinks._internal.journal import Journal, Position
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage
    from synalinks.language_models._answer_cache import AnswerCache
    from synalinks.language_models._ledger import UsageLedger
    from synalinks.language_models._request import LMRequest


async def journaled(
    journal: Journal,
    request: LMRequest,
    ledgers: Sequence[UsageLedger],
    ask: Callable[[], Awaitable[Completion]],
    cache: AnswerCache | None = None,
) -> Completion:
    """Return the answer that the journal has at this place of the run, else ask.

    A new answer is durable before it is returned. So is a bad one: it was paid for,
    and a run that is repeated must meet it again. Failures to get any answer are not
    kept.

    Args:
        journal: The journal.
        request: What is asked.
        ledgers: Count what answers from the journal took when they were given: that of
            the model that is asked, of its fallback, and so on.
        ask: Asks, if need be; other models that it asks write nothing themselves.
        cache: Knows answers to what is asked, if there is one.

    Raises:
        LanguageModelError: There is no valid answer.
        DivergenceError: The run asks something else here than it did before.
        WriteError: The journal could not keep an answer; nothing more is asked.
    """
    position = journal.position(request_key(request))
    kept = journal.lookup(position)
    if kept is not None:
        return _replayed(kept, ledgers)
    journal.check()
    if cache is not None:
        await _remember(journal, position, cache)
    await _check_divergence(journal, position, request)
    journal.note_sent(position, partial(outline_of, request, ledgers[0]))
    intent = journal.intent(position)
    try:
        with context.all_bound((context.journal, None), (context.intent, intent)):
            completion = await ask()
    except LanguageModelError as error:
        if is_answer(error):
            await journal.append(position, from_error(error))
        else:
            journal.note_failed(position)
        raise
    except BaseException:
        if not intent.is_sent:  # it waited for its turn: nobody was paid
            journal.note_failed(position)
        raise
    await journal.append(position, from_completion(completion))
    return completion


async def _remember(journal: Journal, position: Position, cache: AnswerCache) -> None:
    """Have a cache in memory know what it knew in the processes before this one."""
    asked = position.digest
    kept = await journal.earlier(asked) if cache.lacks(asked) else None
    # A bad answer is not kept, nor is that of a fallback.
    if kept is not None and "error" not in kept and "shares" not in kept:
        cache.keep(asked, kept)


async def _check_divergence(
    journal: Journal, position: Position, request: LMRequest
) -> None:
    if not await journal.is_divergence(position):
        return
    outlines = await asyncio.to_thread(journal.sent_at, position)
    found = [differences(outline, request) for outline in outlines]
    nearest: list[str] = min(found, key=len) if found else []
    listed = "".join(f"\n  {one}" for one in nearest)
    msg = (
        f"The run that is gone on with asks something else than it did before, at "
        f"`{position.scope}`:{listed}\nNothing was paid for it. Something in the "
        "program, the reward or a callback depends on more than its inputs: the time, "
        "a random number, an order, or code that was changed. Mend that, or accept "
        'new answers with `BackupAndRestore(..., on_divergence="pay")`.'
    )
    raise DivergenceError(msg)


def _replayed(kept: JsonObject, ledgers: Sequence[UsageLedger]) -> Completion:
    outcome = to_error(kept) or to_completion(kept)
    *failed, last = shares_of(outcome)
    for ledger, usage in zip(ledgers, failed, strict=False):
        ledger.here.failed_calls += 1
        ledger.here.fallback_activations += 1
        _record(ledger, usage)
    ledger = ledgers[min(len(failed), len(ledgers) - 1)]
    if isinstance(outcome, Completion):
        ledger.record(last, outcome.finish_reason)
        return outcome
    ledger.here.failed_calls += 1
    _record(ledger, last)
    raise outcome


def _record(ledger: UsageLedger, usage: Usage) -> None:
    if usage.calls:  # else there was no answer
        ledger.record(usage, "stop")
