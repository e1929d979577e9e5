"""`Logger`: the hook that writes calls to the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synalinks.errors import cut
from synalinks.hooks._hook import Hook

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.hooks._call import Call

LOGGER_NAME = "synalinks"


class Logger(Hook):
    """Writes calls to the logger `synalinks` of Python's `logging`.

    What begins is written at level DEBUG, what has ended at INFO, what has failed at
    WARNING. Neither inputs nor outputs are written: they may be private.
    """

    def __init__(self) -> None:
        self._logger = logging.getLogger(LOGGER_NAME)

    def on_call_begin(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        inputs: Any = None,
        kwargs: JsonObject | None = None,
    ) -> None:
        """Write that a call begins.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            inputs: What it is called with.
            kwargs: Its keyword arguments.
        """
        if self._logger.isEnabledFor(logging.DEBUG):
            self._logger.debug("%s begins", _name_of(self.call))

    def on_call_end(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        outputs: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Write how a call has ended.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            outputs: What it returned.
            exception: Why it failed, or None.
        """
        call = self.call
        took = f"{call.elapsed_s:.3f} s{_usage_of(call)}"
        if exception is None:
            self._logger.info("%s took %s", _name_of(call), took)
        else:
            why = f"{type(exception).__name__}: {cut(str(exception))}"
            self._logger.warning("%s failed after %s: %s", _name_of(call), took, why)


def _name_of(call: Call) -> str:
    sample = f" on {call.sample_id}" if call.sample_id else ""
    kind = call.kind.replace("_", " ")
    return f"[{call.trace_id[:8]}] {call.phase}: {kind} `{call.path}`{sample}"


def _usage_of(call: Call) -> str:
    usage = call.usage
    if not usage.calls:
        return ""
    cost = "" if usage.cost_usd is None else f", {usage.cost_usd:.6f} USD"
    return f", {usage.prompt_tokens} + {usage.completion_tokens} tokens{cost}"
