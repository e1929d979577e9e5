"""What may hold back calls of language models before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from synalinks.contracts._records import Usage


class CallGate(Protocol):
    """Lets calls pass, or not: a budget, for example.

    A gate is asked before each request that would be sent, further attempts and
    repeated questions included, and told when it is no longer in flight. What the
    request really took is in the ledger by then. Both methods return at once.
    """

    def admit(self, expected: Usage) -> None:
        """Let a request pass, and count it as in flight.

        Args:
            expected: What it is expected to take; a cost of None is not known.

        Raises:
            BudgetExceededError: It may not be sent.
        """
        ...

    def release(self, expected: Usage) -> None:
        """Count a request that was let pass as no longer in flight.

        Args:
            expected: The same as for `admit`.
        """
        ...
