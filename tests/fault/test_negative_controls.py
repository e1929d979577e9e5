"""With one protection taken away, what the other tests look at goes wrong.

A test that never failed proves nothing: here each of the protections is removed, and
the comparison that is made elsewhere has to see it.
"""

import asyncio
from itertools import count
from pathlib import Path

import pytest

from synalinks._internal import files, snapshots
from synalinks._internal.expectations import Expectations
from synalinks._internal.journal import Journal, Position
from synalinks._internal.records import decode
from synalinks._internal.store import Store
from synalinks.training._backup import Backup
from synalinks.training._current_run import CurrentRun
from synalinks.training._saved_state import Place
from tests.resumed_runs import DiedError, die, train

pytestmark = pytest.mark.fault


@pytest.fixture
def whole(tmp_path):
    """Return how the run ends that nobody interrupts."""
    return asyncio.run(train(tmp_path / "whole"))


def interrupted(folder, hook="on_train_batch_end", n=6):
    """Return the requests of a run that dies, and how the next process ends."""
    n_paid = asyncio.run(die(folder, hook, n))
    try:
        resumed = asyncio.run(train(folder))
    except Exception as error:  # noqa: BLE001 - an end as good as another one
        return n_paid, None, error
    return n_paid, resumed, resumed.same()


def test_the_protections_hold(whole, tmp_path):
    """With all of them in place, nothing is seen."""
    n_paid, resumed, same = interrupted(tmp_path / "run")

    assert same == whole.same()
    assert n_paid + resumed.n_requests == whole.n_requests


@pytest.mark.filterwarnings("ignore:Of this run")
def test_answers_that_are_used_before_they_are_durable(whole, tmp_path, monkeypatch):
    """They are paid for twice, when the process dies before they are written."""
    cache, written = [], []
    append = files.AppendFile.append

    def lazy(self, content):
        records = content.splitlines(keepends=True)
        answers = [one for one in records if b'"call"' in one]
        others = b"".join(one for one in records if one not in answers)
        cache.extend(answers)  # as an operating system does, until it is told
        if others:
            append(self, others)
            written.append(others)

    with monkeypatch.context() as patch:
        patch.setattr(files.AppendFile, "append", lazy)
        patch.setattr(Store, "get", forgetful(Store.get))
        n_paid = asyncio.run(die(tmp_path / "run", n=6))
    resumed = asyncio.run(train(tmp_path / "run"))

    assert cache
    assert written
    assert n_paid + resumed.n_requests > whole.n_requests


def forgetful(get):
    """Return a `get` that finds what was written, and no more."""

    def found(self, key):
        try:
            return get(self, key)
        except (TypeError, ValueError):
            return None

    return found


def test_a_snapshot_before_the_callbacks_of_the_epoch(whole, tmp_path, monkeypatch):
    """What these callbacks did at the end of the epoch is lost."""
    fire, after_epoch = CurrentRun.fire, Backup.after_epoch

    async def early(self, hook, *args):
        if hook == "on_epoch_end":
            memory = {"logs": args[1], "last_logs": {}}
            await after_epoch(self.backup, Place(epoch=args[0] + 1), memory)
        return await fire(self, hook, *args)

    async def nothing(*_):
        pass

    monkeypatch.setattr(CurrentRun, "fire", early)
    monkeypatch.setattr(Backup, "after_epoch", nothing)
    _, _, same = interrupted(tmp_path / "run")

    assert same != whole.same()


def test_arrival_as_identity(whole, tmp_path, monkeypatch):
    """Answers reach other questions than those that they were given to."""

    def by_arrival(self, asked):
        self.numbers = getattr(self, "numbers", count())
        return Position.at("run", "any", next(self.numbers))

    monkeypatch.setattr(Journal, "position", by_arrival)
    monkeypatch.setattr(Expectations, "is_surprising", lambda *_: False)
    _, _, same = interrupted(tmp_path / "run")

    assert same != whole.same()


def test_a_snapshot_that_is_written_in_place(tmp_path, monkeypatch):
    """A process that dies in the middle of it has destroyed the one before."""

    def in_place(path, text, *, private):
        path = path.with_name("snap-00000001.json")
        path.write_text(text[: len(text) // 2])
        raise DiedError

    folder = Path(tmp_path)
    snapshots.write_snapshot(folder, 1, '{"a": 1}', n_kept=1)
    monkeypatch.setattr(snapshots, "write_atomic", in_place)
    with pytest.raises(DiedError):
        snapshots.write_snapshot(folder, 2, '{"a": 2}', n_kept=1)

    found, reports = snapshots.read_latest(folder)
    assert found is None
    assert len(reports) == 1


def test_a_snapshot_that_replaces_the_one_before(tmp_path, monkeypatch):
    """A process that dies in the middle of it leaves the old one whole."""
    replace = files._replace

    def dies(path, content, *, mode):
        replace(path.with_name(f".{path.name}.half"), content[:-9], mode=mode)
        raise DiedError

    folder = Path(tmp_path)
    snapshots.write_snapshot(folder, 1, '{"a": 1}', n_kept=1)
    monkeypatch.setattr(files, "_replace", dies)
    with pytest.raises(DiedError):
        snapshots.write_snapshot(folder, 2, '{"a": 2}', n_kept=1)

    assert snapshots.read_latest(folder) == ((1, {"a": 1}), [])


def test_records_without_a_checksum(tmp_path, monkeypatch):
    """One changed letter would be believed."""
    store = Store(tmp_path)
    store.put("key", {"answer": "yes"})
    store.close()
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"yes", b"yep"))
    line = path.read_bytes()

    assert decode(line) is None
    monkeypatch.setattr(
        "synalinks._internal.records.crc32", lambda _: int(line[:8], 16)
    )
    assert decode(line) == {"answer": "yep"}
