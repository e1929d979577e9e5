"""What became of every candidate, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts import CandidateEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from synalinks._internal.json import JsonObject


class CandidateLog:
    """Events of candidates, in the order in which they happened.

    The story of each is one of a few: `CandidateEvent` says which.

    Attributes:
        events: The events, oldest first.
        is_saved_in_pieces: Whether somebody else saves events as they come: the state
            is then without them, or it would grow with the run.
    """

    def __init__(self) -> None:
        self.events: list[CandidateEvent] = []
        self.is_saved_in_pieces = False
        self._told: dict[str, set[str]] = {}
        self._in_use: str | None = None

    def is_news(self, event: CandidateEvent) -> bool:
        """Return whether an event goes on with what the log tells of its candidate.

        Args:
            event: What would be noted.
        """
        told = self._told.get(event.candidate, set())
        match event.event:
            case "proposed":
                return not told
            case "rejected":
                return told == {"proposed"}
            case "accepted":
                return "proposed" in told and "accepted" not in told
            case "best":
                return event.candidate != self._in_use
            case "dropped":
                return True

    def note(self, event: CandidateEvent) -> None:
        """Append an event.

        Args:
            event: What happened.
        """
        self.events.append(event)
        self._take_in(event)

    def state_dict(self) -> JsonObject:
        """Return the log as JSON."""
        return {} if self.is_saved_in_pieces else {"events": self.since(0)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        if "events" in state:
            self.replace(state["events"])

    def since(self, n: int) -> list[JsonObject]:
        """Return the events after the first ones, as JSON.

        Args:
            n: How many to leave out.
        """
        return [
            {name: getattr(event, name) for name in _FIELDS}
            for event in self.events[n:]
        ]

    def replace(self, events: Iterable[JsonObject]) -> None:
        """Set the events.

        Args:
            events: What `since` returned.
        """
        # In place: others look at the same list.
        self.events[:] = [_event(event) for event in events]
        self._told, self._in_use = {}, None
        for event in self.events:
            self._take_in(event)

    def _take_in(self, event: CandidateEvent) -> None:
        if event.event == "dropped":  # it names the parent
            return
        self._told.setdefault(event.candidate, set()).add(event.event)
        if event.event == "best":
            self._in_use = event.candidate


_FIELDS = tuple(CandidateEvent.__dataclass_fields__)


def _event(state: JsonObject) -> CandidateEvent:
    fields: JsonObject = {**state, "parents": tuple(state["parents"])}
    return CandidateEvent(**fields)
