"""Where entries for MLflow are put; a process of its own sends them."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from synalinks.errors import WriteError, warn
from synalinks.tracking._encoding import encode
from synalinks.tracking._idle import IdleWork
from synalinks.tracking._order import Openings, Order
from synalinks.tracking._sender_process import SenderProcess
from synalinks.tracking._spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from synalinks._internal.json import JsonObject
    from synalinks.tracking._order import Lane

# Traces beyond these wait on disk, should MLflow be away for hours.
_MAX_WAITING_TRACES = 50_000
_MAX_STARTS = 3
_REST_S = 0.05


class Outbox:
    """Takes entries at once, whatever MLflow does, and has them sent in order.

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
        # None wakes who feeds the process: at the end, and when the process has ended.
        self._queue: SimpleQueue[Order | None] = SimpleQueue()
        self._waiting: dict[int, Order] = {}
        self._openings = Openings()
        self._numbers = itertools.count(1)
        self._n_to_hand_over = 0
        self._n_traces = 0
        self._n_set_aside = 0
        self._n_starts = 0
        self._warnings: deque[str] = deque()
        self._changed = threading.Condition()
        self._has_to_hurry = threading.Event()
        self._is_dead = False
        self._is_closing = False
        self._process: SenderProcess | None = None
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
            order = Order(number, lane, line, is_aside)
            self._n_to_hand_over += 1
            if not is_aside:
                self._n_traces += lane == "trace"
                self._waiting[number] = order
            self._openings.note(entry, order)
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
                if left_s <= 0 or self._is_dead:
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

    def close(self, began_s: float | None = None) -> None:
        """Wait for what is left, for a while; the sender goes on by itself after it.

        Args:
            began_s: Since when the program waits for its outboxes, as `monotonic` has
                it; now when None.
        """
        taken_s = monotonic() - began_s if began_s is not None else 0.0
        self.wait(self.shutdown_timeout_s - taken_s)
        for text in self.take_warnings():
            warn(text)
        with self._changed:
            n_left = len(self._waiting)
        if n_left and not self._is_dead:
            warn(
                f"{n_left} entries for MLflow were not sent within "
                f"{self.shutdown_timeout_s} s: a process of its own goes on, or keeps "
                "them for the next program that logs there."
            )
        if self._n_set_aside:
            warn(
                f"{self._n_set_aside} traces for MLflow were too many to wait in "
                "memory: the next program that logs there sends them."
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
                if self._process is not None:
                    self._process.close_input()
                break
            # To be woken for each entry would cost its giver more than the entry.
            self._has_to_hurry.wait(_REST_S)
            self._has_to_hurry.clear()

    def _drained(self) -> list[Order]:
        found: list[Order] = []
        while not self._queue.empty():
            order = self._queue.get()
            if order is not None:
                found.append(order)
        return found

    def _set_aside(self, orders: list[Order]) -> list[Order]:
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
            openings = [one.line for one in self._openings.for_disk()]
        try:
            self._spool.append(b"".join([*openings, *aside]))
        except (OSError, WriteError) as error:
            self._note(f"Traces for MLflow are lost: {error}")
        with self._changed:
            self._n_set_aside += len(aside)
            self._n_to_hand_over -= len(aside)
            self._changed.notify_all()
        return [one for one in orders if not one.is_aside]

    def _hand_over(self, orders: list[Order]) -> bool:
        if self._process is None or self._process.has_ended:
            with self._changed:
                is_missed = bool(self._waiting)
            return not is_missed or self._start_again()
        try:
            self._process.write(b"".join(one.line for one in orders))
        except OSError:  # it has died just now
            return self._start_again()
        with self._changed:
            self._n_to_hand_over -= len(orders)
            self._changed.notify_all()
        return True

    def _start_again(self) -> bool:
        # All that this process did not acknowledge is sent by another one.
        if self._process is not None:
            self._process.close_input()
        if self._n_starts >= _MAX_STARTS:
            self._note("The process that sends to MLflow has died: nothing is logged.")
            with self._changed:
                self._is_dead = True
                self._changed.notify_all()
            return False
        self._start()
        with self._changed:
            left = list(self._waiting.values())
            runs = self._openings.once_more(self._waiting)
            aside = [one for one in self._drained() if one.is_aside]
            self._n_to_hand_over = len(runs) + len(left) + len(aside)
            for order in [*runs, *left, *aside, *([None] if self._is_closing else [])]:
                self._queue.put(order)
        return True

    def _start(self) -> None:
        self._n_starts += 1
        try:
            self._process = SenderProcess(
                self.uri, self._settle, self._note, lambda: self._queue.put(None)
            )
        except OSError:  # such as for want of memory: the next attempt may succeed
            self._process = None

    def _settle(self, numbers: Iterable[int]) -> None:
        with self._changed:
            for number in numbers:
                done = self._waiting.pop(number, None)
                self._n_traces -= done is not None and done.lane == "trace"
            self._changed.notify_all()

    def _note(self, text: str) -> None:
        with self._changed:
            self._warnings.append(text)
            self._changed.notify_all()
