"""Who goes on to more samples, by how far ahead others were at that point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

_RUNGS = (8, 20, 50, 100)
_WINDOW = 40
_TOP_SHARE = 3


class Halving:
    """Asynchronous successive halving: the best third of recent children goes on.

    Source: Jamieson and Talwalkar 2016; without waiting for a whole generation, Li et
    al. 2020, "A System for Massively Parallel Hyperparameter Tuning".

    Attributes:
        rungs: Numbers of samples at which children are compared.
    """

    rungs = _RUNGS

    def __init__(self) -> None:
        self._leads: dict[int, list[float]] = {rung: [] for rung in _RUNGS}

    def passes(self, rung: int, lead: float) -> bool:
        """Return whether a child goes on, and remember how far it was ahead.

        Args:
            rung: On how many samples it was compared.
            lead: Its mean reward above that of the best candidate, on these.
        """
        recent = self._leads[rung]
        recent.append(lead)
        del recent[:-_WINDOW]
        bar = sorted(recent, reverse=True)[(len(recent) - 1) // _TOP_SHARE]
        # On few samples a tie is no verdict; on more there is nothing to be gained.
        is_ahead = lead > 0 or (lead == 0 and rung == _RUNGS[0])
        return is_ahead and lead >= bar

    def state_dict(self) -> JsonObject:
        """Return what is remembered, as JSON."""
        return {"leads": [[rung, list(leads)] for rung, leads in self._leads.items()]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self._leads = {rung: list(leads) for rung, leads in state["leads"]}
