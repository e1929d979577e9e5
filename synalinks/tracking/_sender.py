"""What runs in the process that talks to MLflow: it takes entries, and sends them."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any

from synalinks._internal.console import write
from synalinks._internal.json import dumps
from synalinks.errors import cut
from synalinks.tracking._address import without_password
from synalinks.tracking._entry import Entry, name_of, together
from synalinks.tracking._faults import Refused, Unreachable, classified
from synalinks.tracking._spool import Spool
from synalinks.tracking._writing import write_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synalinks.tracking._client import Client

_FIRST_WAIT_S = 0.2
_LOOK_EVERY_S = 0.05
_LONGEST_WAIT_S = 3.0
# Answers that say that the server is not well, for one and the same entry.
_MAX_ATTEMPTS = 5
# How long to wait for a server that is gone, once the program has ended.
_LINGER_S = 20.0
_CLOSE = '{"op": "close", "lane": "run"}'


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
        self._lanes: dict[str, deque[Entry]] = {"run": deque(), "trace": deque()}
        self._changed = threading.Condition()
        self._ended_s: float | None = None
        self._is_stopped = False
        self._has_warned = False
        self._refused: set[str] = set()

    # -- taking ------------------------------------------------------------------------

    def take(self, lines: Iterable[str]) -> None:
        """Take entries until there are no more; runs in a thread.

        Args:
            lines: One JSON object each.
        """
        for line in lines:
            entry = Entry.of(line)
            with self._changed:
                self._lanes[entry.lane].append(entry)
                self._changed.notify()
        with self._changed:
            self._lanes["run"].append(Entry.of(_CLOSE))
            self._ended_s = monotonic()
            self._changed.notify()

    def _next(self) -> list[Entry]:
        """Return entries that are written together; none when all is done."""
        with self._changed:
            while not any(self._lanes.values()):
                if self._ended_s is not None or self._is_stopped:
                    return []
                self._changed.wait(_LONGEST_WAIT_S)
            if self._is_stopped:
                return []
            lane = self._lanes["run"] or self._lanes["trace"]
            return list(together(lane))

    def _drop(self, entries: list[Entry]) -> None:
        with self._changed:
            for entry in entries:
                self._lanes[entry.lane].popleft()
        self._tell(done=[one.number for one in entries if one.number is not None])

    # -- sending -----------------------------------------------------------------------

    def run(self) -> None:
        """Send until there is nothing left, or nobody to send to."""
        for line in self._spool.read():
            entry = Entry.of(line)._replace(number=None)  # it means nothing here
            self._lanes[entry.lane].append(entry)
        while entries := self._next():
            # Why a run was refused is said once, not for all that belongs to it.
            is_refused = entries[0].run in self._refused
            if not is_refused and not self._send(entries):
                break
            self._drop(entries)
        self._spool.write(self._left())

    def stop(self, *_: object) -> None:
        """Send nothing more, and keep what is left; a handler of signals."""
        self._is_stopped = True

    def _left(self) -> list[str]:
        """Return what was not sent, with what opens the runs that it is part of."""
        with self._changed:
            left = [*self._lanes["run"], *self._lanes["trace"]]
        names = dict.fromkeys(one.run for one in left if one.run)
        runs = self._client.runs if self._client else {}
        # Of a run that is over, traces are all that can be left: it stays as it ended.
        again = [
            dumps({**runs[name].entry, "is_over": runs[name].status is not None})
            for name in names
            if name in runs
        ]
        return [*again, *(one.line for one in left if one.op != "close")]

    def _send(self, entries: list[Entry]) -> bool:
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
                self._give_up(entries, f"refused {name_of(entries)}: {error}")
                return True
            except Unreachable as error:
                n_answers += error.has_answered
                if n_answers >= _MAX_ATTEMPTS:
                    self._give_up(entries, f"failed on {name_of(entries)}: {error}")
                    return True
                self._warn_of_outage(error)
                if not self._wait(wait_s):
                    return False
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                return True

    def _give_up(self, entries: list[Entry], why: str) -> None:
        first = entries[0]
        if first.op == "run" and first.run is not None:
            self._refused.add(first.run)
        self._warn(f"MLflow {why}")

    def _write(self, entries: list[Entry]) -> None:
        if self._client is None:
            self._client = self._make_client(self._uri)
        first = entries[0]
        if first.op == "run":
            self._await_predecessor(first.run or "")
        try:
            write_entries(self._client, [json.loads(one.line) for one in entries])
            if first.op == "end":
                self._spool.release(first.run or "")
            elif first.op == "close":  # traces that are left double nothing
                self._spool.release_all()
        except Exception:
            run = self._client.runs.get(entries[0].run or "")
            if run is not None:  # it may have arrived all the same
                self._client.doubt(run)
            raise

    def _await_predecessor(self, run: str) -> None:
        """Let the sender of a program that died end first, if it had this run.

        It outlives its program, however that died, and who goes on must see all of what
        it had to write: else points would be there twice, and the run be called killed.
        """
        while not self._spool.hold(run) and not self._is_stopped:
            time.sleep(_LOOK_EVERY_S)

    def _wait(self, seconds: float) -> bool:
        with self._changed:
            ended_s = self._ended_s
        if ended_s is not None and monotonic() - ended_s > _LINGER_S:
            return False
        time.sleep(seconds)
        return not self._is_stopped

    # -- telling -----------------------------------------------------------------------

    def _warn_of_outage(self, error: Unreachable) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._warn(
                f"MLflow at {without_password(self._uri)} does not answer. The run "
                "goes on without it, and what is logged is sent when it is back. "
                f"{cut(str(error))}"
            )

    def _warn(self, text: str) -> None:
        self._tell(warn=text)

    def _tell(self, **content: Any) -> None:
        try:
            write(f"{dumps(content)}\n")
        except OSError:  # there is nobody left to tell
            return
