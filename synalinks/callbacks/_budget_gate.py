"""What holds back calls that a budget does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal import context
from synalinks.callbacks._spending import Spent
from synalinks.errors import BudgetExceededError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synalinks.contracts import CallGate, TrainerState, Usage
    from synalinks.language_models import ProviderModel


class BudgetGate:
    """A `CallGate` for the calls of one run; those of other runs pass.

    Args:
        state: The run.
        refusal: Returns why a call may not be made, or None, from what it and the
            calls in flight are expected to take.

    Attributes:
        in_flight: What calls in flight are expected to take.
    """

    def __init__(
        self, state: TrainerState, refusal: Callable[[Spent, Spent], str | None]
    ) -> None:
        self._state = state
        self._refusal = refusal
        self.in_flight = Spent()
        self._lists: list[list[CallGate]] = []

    def attach(self, models: Iterable[ProviderModel]) -> None:
        """Be asked before each call of some models.

        Args:
            models: The models.
        """
        for model in models:
            model.ledger.gates.append(self)
            self._lists.append(model.ledger.gates)

    def detach(self) -> None:
        """Be asked no more."""
        for gates in self._lists:
            gates.remove(self)
        self._lists = []

    def admit(self, expected: Usage) -> None:
        """Let a call pass, and count it as in flight.

        Args:
            expected: What it is expected to take.

        Raises:
            BudgetExceededError: The budget does not allow it.
        """
        if context.trainer.get() is not self._state:
            return
        amount = Spent.expected(expected)
        reason = self._refusal(amount, self.in_flight)
        if reason is not None:
            raise BudgetExceededError(reason)
        self.in_flight += amount

    def release(self, expected: Usage) -> None:
        """Count a call as no longer in flight.

        Args:
            expected: The same as for `admit`.
        """
        if context.trainer.get() is self._state:
            self.in_flight -= Spent.expected(expected)
