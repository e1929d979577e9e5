"""`RejectStep`: a rule that proposals have to pass."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import Proposal

    _Rule: TypeAlias = Callable[[Proposal], bool | Awaitable[bool]]


class RejectStep(Callback):
    """Rejects proposals for which a rule holds; the step is then tried again.

    Each attempt is paid for; `fit(max_step_attempts=...)` says how many there may be.

    Args:
        when: `def when(proposal) -> bool`, or `async def`; True rejects. The proposal
            has `variables`, `score`, `edit_distance`, `is_change` and `candidates`.

    Raises:
        ConfigurationError: `when` is no function.

    Example:
        ```python
        synalinks.callbacks.RejectStep(lambda proposal: proposal.edit_distance > 500)
        ```
    """

    def __init__(self, when: _Rule) -> None:
        if not callable(when):
            msg = f"`when` is a function of a proposal, received: {show(when)}."
            raise ConfigurationError(msg)
        self.when = when

    async def on_propose_end(self, step: int, logs: Logs) -> bool:
        """Ask the rule.

        Args:
            step: Index of the step.
            logs: The row of the batch.

        Returns:
            Whether the proposal is to be rejected.
        """
        proposal = self.trainer.proposal
        if proposal is None:
            return False
        verdict: Any = self.when(proposal)
        return bool(await verdict if inspect.isawaitable(verdict) else verdict)
