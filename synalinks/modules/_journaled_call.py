"""Calls with effects, made once in a run even if it is gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.json import digest
from synalinks.errors import (
    ContentRefusedError,
    ContextTooLongError,
    DivergenceError,
    InvalidOutputError,
    ModuleError,
    SchemaError,
    SynalinksError,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks._internal.json import JsonObject


# What whoever chose the call can do better next time. Other errors of this library are
# of the system: a provider that is dead, a budget that is spent.
_OF_THE_CALL = (
    SchemaError, ModuleError, InvalidOutputError, ContentRefusedError,
    ContextTooLongError,
)  # fmt: skip


def is_of_the_system(error: Exception) -> bool:
    """Return whether an error is none of the call, but one that others meet, too.

    Args:
        error: What a tool raised.
    """
    return isinstance(error, SynalinksError) and not isinstance(error, _OF_THE_CALL)


async def call_once(
    name: str, arguments: JsonObject, call: Callable[[], Awaitable[Any]]
) -> Any:
    """Return what a call gives, from the journal of the run if it was made before.

    An error is kept, too: what the call did before it failed is done. Without a journal
    (outside of a run that is backed up) the call is made.

    Args:
        name: What is called.
        arguments: With what, as JSON.
        call: Makes the call, and gives JSON.

    Returns:
        What the call gave.

    Raises:
        ModuleError: The call failed, now or before.
        DivergenceError: The run makes another call here than it did before.
        WriteError: The journal could not keep the result.
        SynalinksError: It is not the call that is wrong; it may be made again.
    """
    journal = context.journal.get()
    if journal is None:
        return _result(await _outcome(call))
    position = journal.position(digest({"call": name, "arguments": arguments}))
    kept = journal.lookup(position)
    if kept is not None:
        return _result(kept)
    journal.check()
    if await journal.is_divergence(position):
        msg = (
            f"The run that is gone on with calls `{name}` with other arguments than it "
            f"did before, at `{position.scope}`: {show(arguments)}. Nothing was "
            'called. Accept it with `BackupAndRestore(..., on_divergence="pay")`.'
        )
        raise DivergenceError(msg)
    journal.note_sent(position, lambda: {"call": name})
    try:
        outcome = await _outcome(call)
    except SynalinksError:
        journal.note_failed(position)
        raise
    await journal.append(position, outcome)
    return _result(outcome)


async def _outcome(call: Callable[[], Awaitable[Any]]) -> JsonObject:
    try:
        return {"result": await call()}
    except Exception as error:
        if is_of_the_system(error):
            raise
        return {"error": f"{type(error).__name__}: {error}"}


def _result(outcome: JsonObject) -> Any:
    if "error" in outcome:
        raise ModuleError(outcome["error"])
    return outcome["result"]
