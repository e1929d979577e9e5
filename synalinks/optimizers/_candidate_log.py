"""What became of every candidate, in order."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synalinks.contracts import CandidateEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


class CandidateLog:
    """Events of candidates, in the order in which they happened.

    Attributes:
        events: The events, oldest first.
    """

    def __init__(self) -> None:
        self.events: list[CandidateEvent] = []

    def note(self, event: CandidateEvent) -> None:
        """Append an event.

        Args:
            event: What happened.
        """
        self.events.append(event)

    def state_dict(self) -> JsonObject:
        """Return the log as JSON."""
        return {"events": [asdict(event) for event in self.events]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.events = [_event(event) for event in state["events"]]


def _event(state: JsonObject) -> CandidateEvent:
    fields: JsonObject = {**state, "parents": tuple(state["parents"])}
    return CandidateEvent(**fields)
