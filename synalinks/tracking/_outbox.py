"""Where entries for MLflow are put; a process of its own sends them."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from synalinks.errors import WriteError, warn
from synalinks.tracking._encoding import encode
from synalinks.tracking._idle import IdleWork
from synalinks.tracking._spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject

Lane: TypeAlias = Literal["run", "trace"]

_ROOT = Path(__file__).parents[2]
# Traces beyond these wait on disk, should MLflow be away for hours.
_MAX_WAITING_TRACES = 50_000
_MAX_STARTS = 3
_REST_S = 0.05
# Until the other process has imported MLflow, it takes little.
_PIPE_BYTES = 2**20


class _Order(NamedTuple):
    """An entry that waits, as the line that the other process reads.

    Entries may wait for hours. As objects thousands of them would make each collection
    of garbage longer, and the event loop waits for these.
    """

    number: int
    lane: Lane
    line: bytes
    is_aside: bool = False
    """Whether it waits on disk, for another process."""


class Outbox:
    """Takes entries at once, whatever MLflow does, and has them sent in order.

    MLflow runs in a process of its own: importing it takes seconds, its requests block,
    and its work would hold up the event loop even from a thread.

    Args:
        uri: Address of the store, absolute.

    Attributes:
        shutdown_timeout_s: How long the end of the program may wait for what is left.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._spool = Spool(uri)
        self._idle_work: IdleWork[Callable[[], JsonObject]] = IdleWork(
            lambda make: self.put(make(), lane="trace")
        )
        self.shutdown_timeout_s: float = 5.0
        self._queue: SimpleQueue[_Order | None] = SimpleQueue()
        self._waiting: dict[int, _Order] = {}
        self._runs: dict[str, _Order] = {}
        self._ends: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._n_to_hand_over = 0
        self._n_traces = 0
        self._n_set_aside = 0
        self._n_runs_aside = 0
        self._n_starts = 0
        self._warnings: deque[str] = deque()
        self._changed = threading.Condition()
        self._has_to_hurry = threading.Event()
        self._is_dead = False
        self._is_closing = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    # -- taking ------------------------------------------------------------------------

    def put(self, entry: JsonObject, lane: Lane = "run") -> None:
        """Take an entry; returns at once.

        It is made text here and now: a thread that does it later fights with the event
        loop for the interpreter, which costs more than the work.

        Args:
            entry: What to send; its values may be of any kind, see `plain`.
            lane: `trace` for what can wait until the runs are written.
        """
        number = next(self._numbers)
        line = encode({**entry, "lane": lane, "n": number})
        with self._changed:
            is_aside = lane == "trace" and self._n_traces >= _MAX_WAITING_TRACES
            order = _Order(number, lane, line, is_aside)
            self._n_to_hand_over += 1
            if not is_aside:
                self._n_traces += lane == "trace"
                self._waiting[number] = order
            if entry["op"] == "run":
                self._runs[entry["run"]] = order
            elif entry["op"] == "end":
                self._ends[entry["run"]] = number
            if self._thread is None:
                self._thread = threading.Thread(target=self._feed, daemon=True)
                self._thread.start()
            self._queue.put(order)

    def put_when_idle(self, make: Callable[[], JsonObject]) -> None:
        """Take a trace that is made, and put, when the event loop has time for it.

        Args:
            make: Returns the entry.
        """
        self._idle_work.add(make)

    def take_warnings(self) -> list[str]:
        """Return what the sender has to say, once."""
        with self._changed:
            warnings, self._warnings = list(self._warnings), deque()
        return warnings

    def wait(self, timeout_s: float, lane: Lane | None = None) -> bool:
        """Wait in this thread until all is sent.

        Args:
            timeout_s: How long at most.
            lane: What to wait for; None for all.

        Returns:
            Whether all is sent.
        """
        deadline_s = monotonic() + timeout_s
        self._idle_work.finish()
        with self._changed:
            while self._is_waiting(lane):
                left_s = deadline_s - monotonic()
                if left_s <= 0:
                    return False
                self._changed.wait(left_s)
        return True

    def _is_waiting(self, lane: Lane | None) -> bool:
        if lane is None:
            return bool(self._waiting)
        return any(one.lane == lane for one in self._waiting.values())

    def hand_over(self, timeout_s: float) -> bool:
        """Wait in this thread until the other process has all that was put.

        It is sent then, even if this process dies.

        Args:
            timeout_s: How long at most.

        Returns:
            Whether it has.
        """
        self._idle_work.finish()
        with self._changed:
            self._has_to_hurry.set()
            return self._changed.wait_for(
                lambda: self._is_dead or not self._n_to_hand_over, timeout_s
            )

    def close(self) -> None:
        """Wait for what is left, for a while; the sender goes on by itself after it."""
        self.wait(self.shutdown_timeout_s)
        for text in self.take_warnings():
            warn(text)
        with self._changed:
            n_left = len(self._waiting)
        if n_left or self._n_set_aside:
            warn(
                f"{n_left} entries for MLflow were not sent within "
                f"{self.shutdown_timeout_s} s: a process of its own goes on, or keeps "
                f"them for the next run. {self._n_set_aside} traces, too many to wait "
                "in memory, are kept for it."
            )
        with self._changed:
            self._is_closing = True
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    # -- the other process -------------------------------------------------------------

    def _feed(self) -> None:
        """Write entries to the process; runs in a thread, since pipes block."""
        self._start()
        while True:
            first = self._queue.get()
            orders = [] if first is None else [first]
            orders += self._drained()
            if not self._hand_over(self._set_aside(orders)):
                break
            if self._is_closing and self._queue.empty():
                self._close_input()
                break
            # To be woken for each entry would cost its giver more than the entry.
            self._has_to_hurry.wait(_REST_S)
            self._has_to_hurry.clear()

    def _drained(self) -> list[_Order]:
        found: list[_Order] = []
        while not self._queue.empty():
            order = self._queue.get()
            if order is not None:
                found.append(order)
        return found

    def _close_input(self) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):  # it has died
                process.stdin.close()

    def _set_aside(self, orders: list[_Order]) -> list[_Order]:
        """Keep on disk what is too much for memory, and return the rest.

        The next process that sends to this store finds it there, whether this one ends
        or is killed.

        Args:
            orders: Entries in order.

        Returns:
            Those that wait in memory.
        """
        aside = [one.line for one in orders if one.is_aside]
        if not aside:
            return orders
        with self._changed:
            runs = [*self._runs.values()][self._n_runs_aside :]
            self._n_runs_aside += len(runs)
        try:
            self._spool.append(b"".join([*(_over(one).line for one in runs), *aside]))
        except (OSError, WriteError) as error:
            self._note(f"Traces for MLflow are lost: {error}")
        with self._changed:
            self._n_set_aside += len(aside)
            self._n_to_hand_over -= len(aside)
            self._changed.notify_all()
        return [one for one in orders if not one.is_aside]

    def _hand_over(self, orders: list[_Order]) -> bool:
        process = self._process
        if process is None or process.stdin is None:
            return False
        try:
            process.stdin.write(b"".join(one.line for one in orders))
            process.stdin.flush()
        except OSError:  # it has died: all that it did not acknowledge, once more
            return self._start_again()
        with self._changed:
            self._n_to_hand_over -= len(orders)
            self._changed.notify_all()
        return True

    def _start_again(self) -> bool:
        if self._n_starts >= _MAX_STARTS:
            self._process = None
            self._note("The process that sends to MLflow has died: nothing is logged.")
            with self._changed:
                self._is_dead = True
                self._changed.notify_all()
            return False
        self._close_input()
        self._start()
        with self._changed:
            left = list(self._waiting.values())
            runs = [
                _over(one) if self._has_ended(run) else one
                for run, one in self._runs.items()
                if one.number not in self._waiting
            ]
            aside = [one for one in self._drained() if one.is_aside]
            self._n_to_hand_over = len(runs) + len(left) + len(aside)
            for order in [*runs, *left, *aside, *([None] if self._is_closing else [])]:
                self._queue.put(order)
        return True

    def _has_ended(self, run: str) -> bool:
        return run in self._ends and self._ends[run] not in self._waiting

    def _start(self) -> None:
        self._n_starts += 1
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "synalinks.tracking"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            pipesize=_PIPE_BYTES,
            start_new_session=True,  # an interruption of the program is not for it
        )
        self._process = process
        if process.stdin is not None:
            process.stdin.write(f"{self.uri}\n".encode())
            process.stdin.flush()
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: Any) -> None:
        """Take what the process has to say; runs in a thread."""
        for line in process.stdout:
            if not line.startswith(b"{"):
                continue  # MLflow prints, too
            said = json.loads(line)
            self._settle(*said.get("done", ()))
            if "warn" in said:
                self._note(said["warn"])
        process.stdout.close()
        process.wait()

    def _settle(self, *numbers: int) -> None:
        with self._changed:
            for number in numbers:
                done = self._waiting.pop(number, None)
                self._n_traces -= done is not None and done.lane == "trace"
            self._changed.notify_all()

    def _note(self, text: str) -> None:
        with self._changed:
            self._warnings.append(text)
            self._changed.notify_all()


def _over(order: _Order) -> _Order:
    """Return what opens a run for its traces only: how it ended stays as it is."""
    entry: JsonObject = json.loads(order.line)
    return order._replace(line=encode({**entry, "is_over": True}))
