"""Protections of a run, each of which can be taken away in a process that is killed."""

import os
from itertools import count

from synalinks._internal import files, snapshots
from synalinks._internal.expectations import Expectations
from synalinks._internal.journal import Journal, Position
from synalinks._internal.store import Store
from synalinks.training._backup import Backup
from synalinks.training._current_run import CurrentRun
from synalinks.training._saved_state import Place


def write_snapshots_in_place():
    """Write all snapshots to one file, over the one before."""

    def in_place(path, content, *, private):
        path = path.with_name("snap-00000001.json")
        mode = 0o600 if private else 0o644
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        files._write_all(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)

    snapshots.write_atomic_bytes = in_place


def use_answers_before_they_are_durable():
    """Hand answers on at once, and write them when the next snapshot is due."""
    flush, held = Store.flush, []

    async def at_once(self, key, value, *, kind="call"):
        held.append((key, value, kind))

    def later(self):
        while held:
            key, value, kind = held.pop(0)
            self.put(key, value, kind=kind)
        flush(self)

    Store.append, Store.flush = at_once, later


def save_before_the_callbacks_of_an_epoch():
    """Take the snapshot of an epoch before `on_epoch_end`, not after it."""
    fire, after_epoch = CurrentRun.fire, Backup.after_epoch

    async def early(self, hook, *args):
        if hook == "on_epoch_end":
            memory = {
                "logs": args[1],
                "last_logs": args[1],
                "evaluations": self.backup.memory["evaluations"],
            }
            await after_epoch(self.backup, Place(epoch=args[0] + 1), memory)
            await self.backup._snapshots.written()
        return await fire(self, hook, *args)

    async def note(self, place, loop):
        pass

    async def remember(self, place, loop, after_batch=Backup.after_batch):
        self.memory = loop
        await after_batch(self, place, loop)

    CurrentRun.fire, Backup.after_epoch, Backup.after_batch = early, note, remember


def know_answers_by_their_arrival():
    """Give the n-th call the n-th answer that arrived."""
    n_calls = count()

    def position(self, asked):
        return Position.at("run", "any", next(n_calls))

    async def append(self, position, answer, *, kind="call"):
        arrived = Position.at("run", "any", self.n_replayed + self.n_appended)
        self.n_appended += 1
        await self._store.append(arrived.key, answer, kind=kind)

    Journal.position, Journal.append = position, append
    Expectations.is_surprising = lambda *_: False


REMOVE = {
    one.__name__: one
    for one in (
        write_snapshots_in_place,
        use_answers_before_they_are_durable,
        save_before_the_callbacks_of_an_epoch,
        know_answers_by_their_arrival,
    )
}
