"""`Order`: an entry that waits, and what opens the run of one that is sent again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from synalinks.tracking._encoding import encode

if TYPE_CHECKING:
    from collections.abc import Container

    from synalinks._internal.json import JsonObject

Lane: TypeAlias = Literal["run", "trace"]


class Order(NamedTuple):
    """An entry that waits, as the line that the other process reads.

    Entries may wait for hours. As objects thousands of them would make each collection
    of garbage longer, and the event loop waits for these.
    """

    number: int
    lane: Lane
    line: bytes
    is_aside: bool = False
    """Whether it waits on disk, for another process."""


class Openings:
    """What has opened the runs: a process that comes later has to open them, too."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._ends: dict[str, int] = {}
        self._n_aside = 0

    def note(self, entry: JsonObject, order: Order) -> None:
        """Remember an entry, if it opens or ends a run.

        Args:
            entry: The entry.
            order: The same, as it waits.
        """
        if entry["op"] == "run":
            self._orders[entry["run"]] = order
        elif entry["op"] == "end":
            self._ends[entry["run"]] = order.number

    def once_more(self, waiting: Container[int]) -> list[Order]:
        """Return what opens the runs for a process in place of one that died.

        Args:
            waiting: Numbers of the entries that will be sent again anyway.
        """
        return [
            _over(order) if self._has_ended(run, waiting) else order
            for run, order in self._orders.items()
            if order.number not in waiting
        ]

    def for_disk(self) -> list[Order]:
        """Return what opens the runs for traces on disk; each run once."""
        new = [*self._orders.values()][self._n_aside :]
        self._n_aside += len(new)
        return [_over(order) for order in new]

    def _has_ended(self, run: str, waiting: Container[int]) -> bool:
        return run in self._ends and self._ends[run] not in waiting


def _over(order: Order) -> Order:
    """Return what opens a run for its traces only: how it ended stays as it is."""
    entry: JsonObject = json.loads(order.line)
    return order._replace(line=encode({**entry, "is_over": True}))
