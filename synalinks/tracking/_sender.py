"""What runs in the process that talks to MLflow: it takes entries, and sends them."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

from synalinks._internal.console import write
from synalinks._internal.json import dumps
from synalinks.errors import cut
from synalinks.tracking._faults import Refused, Unreachable, classified
from synalinks.tracking._spool import Spool
from synalinks.tracking._writing import write_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from synalinks._internal.json import JsonObject
    from synalinks.tracking._client import Client

_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 3.0
# Answers that say that the server is not well, for one and the same entry.
_MAX_ATTEMPTS = 5
# How long to wait for a server that is gone, once the program has ended.
_LINGER_S = 20.0
_MAX_ROWS = 5_000
_MAX_TRACES = 25


class Sender:
    """Sends entries in order; traces when there is nothing else to send.

    Args:
        uri: Address of the store.
        make_client: Connects to it; slow, so it is done here and not before.
    """

    def __init__(self, uri: str, make_client: Callable[[str], Client]) -> None:
        self._uri = uri
        self._make_client = make_client
        self._client: Client | None = None
        self._spool = Spool(uri)
        self._lanes: dict[str, deque[JsonObject]] = {"run": deque(), "trace": deque()}
        self._changed = threading.Condition()
        self._ended_s: float | None = None
        self._has_warned = False
        self._refused: set[str] = set()

    # -- taking ------------------------------------------------------------------------

    def take(self, lines: Iterable[str]) -> None:
        """Take entries until there are no more; runs in a thread.

        Args:
            lines: One JSON object each.
        """
        for line in lines:
            entry = json.loads(line)
            with self._changed:
                self._lanes[entry["lane"]].append(entry)
                self._changed.notify()
        with self._changed:
            self._lanes["run"].append({"op": "close", "lane": "run"})
            self._ended_s = monotonic()
            self._changed.notify()

    def _next(self) -> list[JsonObject]:
        """Return entries that are written together; none when all is done."""
        with self._changed:
            while not any(self._lanes.values()):
                if self._ended_s is not None:
                    return []
                self._changed.wait()
            lane = self._lanes["run"] or self._lanes["trace"]
            return list(_together(lane))

    def _drop(self, entries: list[JsonObject]) -> None:
        with self._changed:
            for entry in entries:
                self._lanes[entry["lane"]].popleft()
        self._tell(done=[one["n"] for one in entries if "n" in one])

    # -- sending -----------------------------------------------------------------------

    def run(self) -> None:
        """Send until there is nothing left, or nobody to send to."""
        for entry in self._spool.read():
            self._lanes[entry["lane"]].append(entry)
        while entries := self._next():
            # Why a run was refused is said once, not for all that belongs to it.
            is_refused = entries[0].get("run") in self._refused
            if not is_refused and not self._send(entries):
                self._spool.write(self._left())
                return
            self._drop(entries)
        self._spool.clear()

    def _left(self) -> list[JsonObject]:
        """Return what was not sent, with what opens the runs that it is part of."""
        left = [*self._lanes["run"], *self._lanes["trace"]]
        names = dict.fromkeys(one["run"] for one in left if one.get("run"))
        runs = self._client.runs if self._client else {}
        again = [runs[name].entry for name in names if name in runs]
        return [*again, *(one for one in left if one["op"] != "close")]

    def _send(self, entries: list[JsonObject]) -> bool:
        """Send entries, for as long as it takes.

        Returns:
            Whether they are dealt with; if not, there is nobody to send to.
        """
        n_answers, wait_s = 0, _FIRST_WAIT_S
        while True:
            try:
                # MLflow prints; our standard output is for what we have to tell.
                with classified(), contextlib.redirect_stdout(sys.stderr):
                    self._write(entries)
            except Refused as error:
                self._give_up(entries, f"refused {_name_of(entries)}: {error}")
                return True
            except Unreachable as error:
                n_answers += error.has_answered
                if n_answers >= _MAX_ATTEMPTS:
                    self._give_up(entries, f"failed on {_name_of(entries)}: {error}")
                    return True
                self._warn_of_outage(error)
                if not self._wait(wait_s):
                    return False
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                return True

    def _give_up(self, entries: list[JsonObject], why: str) -> None:
        if entries[0]["op"] == "run":
            self._refused.add(entries[0]["run"])
        self._warn(f"MLflow {why}")

    def _write(self, entries: list[JsonObject]) -> None:
        if self._client is None:
            self._client = self._make_client(self._uri)
        op: str = entries[0]["op"]
        if op == "run":
            self._spool.hold(entries[0]["run"])
        try:
            write_entries(self._client, entries)
            if op == "end":
                self._spool.release(entries[0]["run"])
        except Exception:
            run = self._client.runs.get(entries[0].get("run", ""))
            if run is not None:  # it may have arrived all the same
                self._client.doubt(run)
            raise

    def _wait(self, seconds: float) -> bool:
        with self._changed:
            ended_s = self._ended_s
            if ended_s is not None and monotonic() - ended_s > _LINGER_S:
                return False
        threading.Event().wait(seconds)
        return True

    # -- telling -----------------------------------------------------------------------

    def _warn_of_outage(self, error: Unreachable) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._warn(
                f"MLflow does not answer: {cut(str(error))} The run goes on "
                "without it, and what is logged is sent when it is back."
            )

    def _warn(self, text: str) -> None:
        self._tell(warn=text)

    def _tell(self, **content: Any) -> None:
        try:
            write(f"{dumps(content)}\n")
        except OSError:  # there is nobody left to tell
            return


def _together(lane: deque[JsonObject]) -> Iterator[JsonObject]:
    first = lane[0]
    limit = {"metrics": _MAX_ROWS, "trace": _MAX_TRACES}.get(first["op"], 1)
    for count, entry in enumerate(lane):
        alike = all(entry.get(key) == first.get(key) for key in _ALIKE)
        if count >= limit or not alike:
            return
        yield entry


_ALIKE = ("op", "run", "experiment")


def _name_of(entries: list[JsonObject]) -> str:
    op: str = entries[0]["op"]
    return _NAMES.get(op, op)


_NAMES = {"run": "a run", "end": "the end of a run", "trace": "traces"}
