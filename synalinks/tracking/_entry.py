"""What waits in the process that sends, and what of it goes together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator

    from synalinks._internal.json import JsonObject

_MAX_ROWS = 5_000
_MAX_TRACES = 25


class Entry(NamedTuple):
    """An entry that waits: what it takes to choose it, and its text.

    Thousands may wait. As text each takes a tenth of the memory that its parts take.
    """

    op: str
    lane: str
    run: str | None
    experiment: str | None
    number: int | None
    line: str

    @classmethod
    def of(cls, line: str) -> Entry:
        """Return the entry in a line of JSON.

        Args:
            line: The line.
        """
        found: JsonObject = json.loads(line)
        about = (found.get(key) for key in ("run", "experiment", "n"))
        return cls(found["op"], found["lane"], *about, line=line.rstrip("\n"))

    def goes_with(self, other: Entry) -> bool:
        """Return whether both can be part of one request.

        Args:
            other: Another entry.
        """
        return self[:1] + self[2:4] == other[:1] + other[2:4]


def together(lane: deque[Entry]) -> Iterator[Entry]:
    """Yield the first entries of a lane that are part of one request.

    Args:
        lane: Entries in order, at least one.
    """
    first = lane[0]
    limit = {"metrics": _MAX_ROWS, "trace": _MAX_TRACES}.get(first.op, 1)
    for count, entry in enumerate(lane):
        if count >= limit or not entry.goes_with(first):
            return
        yield entry


def name_of(entries: list[Entry]) -> str:
    """Return what entries are, in words of users.

    Args:
        entries: Entries of one kind, at least one.
    """
    op = entries[0].op
    return _NAMES.get(op, op)


_NAMES = {"run": "a run", "end": "the end of a run", "trace": "traces"}
