"""All calls that are made for one sample are parts of one call: the sample's."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.hooks._hook import observed_now
from synalinks.hooks._observing import begin, end, new_call, session_hooks

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from synalinks.hooks._call import Call

_NOBODY = contextlib.nullcontext()
# Samples that are not done with: their reward is still to come.
_open: dict[str, Call] = {}
# The trees that the predictions belong to that are scored together here, in order.
scored_traces: ContextVar[Sequence[str]] = ContextVar("scored_traces", default=())


def observed_sample(
    program: Any, inputs: Any
) -> contextlib.AbstractContextManager[Call | None]:
    """Make the calls in a `with` block part of a sample's; it stays open after it.

    Args:
        program: What runs on the sample.
        inputs: The sample.

    Returns:
        The context; it gives the call of the sample, to note how it went, or None if
        nobody observes.
    """
    return _opened(program, inputs) if session_hooks() else _NOBODY


@contextlib.contextmanager
def _opened(program: Any, inputs: Any) -> Generator[Call]:
    with context.bound(observed_now, None):
        call = new_call(program, kind="sample", inputs=inputs)
    _open[call.trace_id] = call
    with context.bound(observed_now, call):
        begin(session_hooks(), call)
        try:
            yield call
        except BaseException as error:
            call.exception = error
            end_sample(call.trace_id)
            raise


def inside_sample(trace_id: str) -> contextlib.AbstractContextManager[object]:
    """Make the calls in a `with` block part of a sample that ran before.

    Args:
        trace_id: That of its call; nothing is done for an unknown one.

    Returns:
        The context.
    """
    call = _open.get(trace_id)
    return _NOBODY if call is None else context.bound(observed_now, call)


def end_sample(trace_id: str, **facts: Any) -> None:
    """Tell hooks that nothing more is done for a sample.

    Args:
        trace_id: That of its call; nothing is done for an unknown one.
        facts: What else is known of it: its `reward` and its `target`.
    """
    call = _open.pop(trace_id, None)
    if call is None:
        return
    call.kwargs.update(facts)
    with context.bound(observed_now, call):
        end(session_hooks(), call)
