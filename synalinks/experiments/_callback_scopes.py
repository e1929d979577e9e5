"""Which callbacks a run has: copies of its own, and those that all share."""

from __future__ import annotations

import copy
import inspect
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.callbacks import (
    HOOKS,
    CallbackList,
    CSVLogger,
    PredictionWriter,
    ProgramCheckpoint,
)
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import RunContext

_WRITERS = (CSVLogger, PredictionWriter, ProgramCheckpoint)


def is_maker(given: Any) -> bool:
    """Return whether something is a function that makes a callback for each run.

    Args:
        given: What was passed as a callback.
    """
    if not inspect.isroutine(given) or any(hasattr(given, hook) for hook in HOOKS):
        return False
    try:
        return len(inspect.signature(given).parameters) == 1
    except ValueError:  # a function of C
        return False


def flat(callbacks: Any) -> list[Any]:
    """Return callbacks as one list.

    Args:
        callbacks: One, a list of them, also nested, or None.
    """
    if callbacks is None:
        return []
    if is_row(callbacks) or isinstance(callbacks, CallbackList):
        return [one for part in callbacks for one in flat(part)]
    return [callbacks]


def check_files(callbacks: Sequence[Any]) -> None:
    """Refuse callbacks whose copies would write to one file.

    Args:
        callbacks: Callbacks and functions that make one.

    Raises:
        ConfigurationError: There is one.
    """
    for one in callbacks:
        if isinstance(one, _WRITERS):
            name = type(one).__name__
            msg = (
                f"The `{name}`s of all runs would write to one file. Give a function "
                f'instead: `lambda ctx: {name}(ctx.output_dir / "...")`.'
            )
            raise ConfigurationError(msg)


def shared_ones(callbacks: Sequence[Any]) -> list[Any]:
    """Return the callbacks that serve the experiment as a whole.

    Args:
        callbacks: Callbacks and functions that make one.
    """
    return [one for one in callbacks if not is_maker(one)]


def of_run(callbacks: Sequence[Any], ctx: RunContext) -> list[Any]:
    """Return the callbacks of a run.

    Args:
        callbacks: Callbacks and functions that make one.
        ctx: The context of the run.
    """
    return [_of_run(one, ctx) for one in callbacks]


def _of_run(given: Any, ctx: RunContext) -> Any:
    if is_maker(given):
        return given(ctx)
    if hasattr(given, "for_run"):
        return given.for_run()
    is_shared = getattr(given, "scope", "run") == "experiment"
    is_function = inspect.isroutine(given)
    return given if is_shared or is_function else copy.deepcopy(given)
