"""What earlier processes of a run asked, and where."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synalinks._internal.records import Place

SENT, ANSWERED, FAILED = "sent", "call", "failed"
_DIGEST_BYTES = 16


class Expectations:
    """Questions that a repeated run is going to ask again.

    A run that is repeated asks the same questions at the same places. A question that
    was never sent, at a place where another one was answered that is not asked, is a
    divergence: the program is not the same function of its inputs any more.
    """

    def __init__(self) -> None:
        self._n_answered: Counter[bytes] = Counter()
        # Sent and not answered; True where that was known to have failed.
        self._unanswered: dict[bytes, bool] = {}
        # Sent again by a later process: how often an answer never got here.
        self._lost: Counter[bytes] = Counter()

    def take(self, place: Place) -> bool:
        """Take in a record of an earlier process.

        Args:
            place: The record.

        Returns:
            Whether it is to be found by its key.
        """
        key = digest(place.key)
        if place.kind == SENT:
            if self._unanswered.get(key) is False:
                self._lost[key] += 1
            self._unanswered[key] = False
        elif place.kind == FAILED and key in self._unanswered:
            self._unanswered[key] = True
        elif place.kind == ANSWERED:
            self._unanswered.pop(key, None)
            self._n_answered[digest(place_of(place.key))] += 1
        return place.kind not in {SENT, FAILED}

    def met(self, key: str) -> None:
        """Note that an answered question is asked again.

        Args:
            key: The position of the call.
        """
        where = digest(place_of(key))
        self._n_answered[where] -= 1
        if self._n_answered[where] <= 0:
            del self._n_answered[where]

    def is_surprising(self, key: str) -> bool:
        """Return whether a question is asked in the place of another one.

        Args:
            key: The position of a call that has no answer yet.
        """
        if not self._n_answered or digest(key) in self._unanswered:
            return False
        return self._n_answered[digest(place_of(key))] > 0

    @property
    def n_in_flight(self) -> int:
        """Calls of which nobody knows whether they were answered, and paid for."""
        return self._lost.total() + self.n_unanswered

    @property
    def n_unanswered(self) -> int:
        """Those of them that no later process has got an answer to."""
        return sum(not one for one in self._unanswered.values())

    def times_lost(self, key: str) -> int:
        """Return how often a call was in flight when a process died.

        Args:
            key: The position of the call.
        """
        found = digest(key)
        return self._lost[found] + (self._unanswered.get(found) is False)


def place_of(key: str) -> str:
    """Return where in the run a position is: without what is asked.

    Args:
        key: The position as text.
    """
    return key.rsplit("/", 2)[0]


def digest(text: str) -> bytes:
    """Return a short digest of a text.

    Args:
        text: Any text.
    """
    content = text.encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()
