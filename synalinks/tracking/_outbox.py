"""Where entries for MLflow are put; a process of its own sends them."""

from __future__ import annotations

import asyncio
import atexit
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

from synalinks.errors import warn
from synalinks.tracking._encoding import encode

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

Lane: TypeAlias = Literal["run", "trace"]

_ROOT = Path(__file__).parents[2]
# Traces beyond these are not kept, should MLflow be away for hours.
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
        self.shutdown_timeout_s: float = 5.0
        self._queue: SimpleQueue[_Order | None] = SimpleQueue()
        self._waiting: dict[int, _Order] = {}
        self._runs: dict[str, _Order] = {}
        self._numbers = itertools.count(1)
        self._n_to_hand_over = 0
        self._n_traces = 0
        self._n_dropped = 0
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
        if lane == "trace" and self._n_traces >= _MAX_WAITING_TRACES:
            self._n_dropped += 1
            return
        number = next(self._numbers)
        order = _Order(number, lane, encode({**entry, "lane": lane, "n": number}))
        with self._changed:
            self._n_traces += lane == "trace"
            self._n_to_hand_over += 1
            self._waiting[number] = order
            if entry["op"] == "run":
                self._runs[entry["run"]] = order
            if self._thread is None:
                self._thread = threading.Thread(target=self._feed, daemon=True)
                self._thread.start()
            self._queue.put(order)

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
            n_left, n_dropped = len(self._waiting), self._n_dropped
        if n_left or n_dropped:
            warn(
                f"{n_left} entries for MLflow were not sent within "
                f"{self.shutdown_timeout_s} s: a process of its own goes on, or keeps "
                f"them for the next run. {n_dropped} traces were dropped."
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
            orders = [self._queue.get()]
            while not self._queue.empty():
                orders.append(self._queue.get())
            if not self._hand_over([one for one in orders if one is not None]):
                break
            if None in orders and self._queue.empty():
                self._close_input()
                break
            # To be woken for each entry would cost its giver more than the entry.
            self._has_to_hurry.wait(_REST_S)
            self._has_to_hurry.clear()

    def _close_input(self) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):  # it has died
                process.stdin.close()

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
            runs = [one for one in self._runs.values() if one not in left]
            self._queue = SimpleQueue()
            self._n_to_hand_over = len(runs) + len(left)
            for order in [*runs, *left, *([None] if self._is_closing else [])]:
                self._queue.put(order)
        return True

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


_outboxes: dict[str, Outbox] = {}


def outbox_for(uri: str) -> Outbox:
    """Return the outbox of a store: one for all runs and traces of this process.

    Args:
        uri: Address of the store, absolute.
    """
    if uri not in _outboxes:
        _outboxes[uri] = Outbox(uri)
    return _outboxes[uri]


def hand_over_outboxes(timeout_s: float) -> None:
    """Wait until all that was put into any outbox outlives this process; blocks.

    Args:
        timeout_s: Seconds to wait at most, for each outbox.
    """
    for outbox in list(_outboxes.values()):
        outbox.hand_over(timeout_s)


async def flush_outboxes(timeout_s: float) -> bool:
    """Wait until all that was put into any outbox is sent.

    Args:
        timeout_s: Seconds to wait at most.

    Returns:
        Whether it is.
    """
    waits = [asyncio.to_thread(outbox.wait, timeout_s) for outbox in _outboxes.values()]
    return all([await one for one in waits])


@atexit.register
def _close_all() -> None:
    for outbox in _outboxes.values():
        outbox.close()
