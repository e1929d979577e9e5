"""What was put is found: now, later, and by others."""

import asyncio
import errno
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from synalinks._internal import store as store_module
from synalinks._internal import writer
from synalinks._internal.store import Store, read_records, shared_store
from synalinks.errors import WriteError


def opened(folder):
    store = Store(folder)
    store.open()
    return store


def filled(folder, **values):
    store = opened(folder)
    for key, value in values.items():
        store.put(key, value)
    store.close()
    return store


def test_what_is_put_is_found_at_once_and_later(tmp_path):
    """Before it is written, after, and in another run."""
    store = opened(tmp_path)

    store.put("a", {"x": 1})

    assert store.get("a") == {"x": 1}
    store.close()
    assert store.get("a") == {"x": 1}
    assert opened(tmp_path).get("a") == {"x": 1}
    assert store.get("b") is None


def test_an_unused_store_makes_nothing(tmp_path):
    """A folder that is only asked stays as it is."""
    store = opened(tmp_path / "none")

    assert store.get("a") is None
    store.close()

    assert not (tmp_path / "none").exists()


def test_the_first_value_stays(tmp_path):
    """An answer is never drawn again once it was seen."""
    filled(tmp_path, a=1)

    again = filled(tmp_path, a=2)

    assert again.get("a") == 1
    assert opened(tmp_path).get("a") == 1


def test_the_first_value_stays_before_it_is_written(tmp_path):
    """Whoever comes second finds what the first one put, at once and for good."""
    store = opened(tmp_path)

    store.put("a", 1)
    store.put("a", 2)

    assert store.get("a") == 1
    store.close()
    assert opened(tmp_path).get("a") == 1


def test_a_note_is_not_found_by_its_key(tmp_path):
    """Else a call that was only sent would look as if it had been answered."""
    store = opened(tmp_path)

    store.note("a", lambda: {"sent": True}, kind="sent")
    store.flush()

    assert store.get("a") is None
    assert len(store) == 0
    store.close()
    assert list(read_records(tmp_path, "answers-v1", frozenset({"sent"}))) == [
        ("sent", "a", {"sent": True})
    ]


def test_any_text_is_a_key(tmp_path):
    """Also half of a character, as models answer it now and then."""
    store = opened(tmp_path)

    store.put("\ud800", 1)

    assert (store.get("\ud800"), store.get("?")) == (1, None)
    store.close()
    assert opened(tmp_path).get("\ud800") == 1


def test_a_full_file_is_followed_by_another(tmp_path, monkeypatch):
    """No file grows without end, and all of them are read."""
    monkeypatch.setattr(store_module, "_SEGMENT_BYTES", 200)
    store = opened(tmp_path)

    for number in range(6):
        store.put(f"key {number}", "x" * 250)
        store.flush()
    store.close()

    assert len(list(tmp_path.glob("answers-v1*"))) == 6
    assert len(opened(tmp_path)) == 6


def test_what_one_wrote_oneself_is_not_read_again(tmp_path):
    """Who counts what is found counts the records of others only."""
    found = []
    store = Store(tmp_path, on_found=lambda place: not found.append(place.key))
    store.open()
    filled(tmp_path, theirs=1)

    store.put("mine", 1)
    store.flush()
    store._looked_s = 0.0  # long ago
    store.look_again()

    assert found == ["theirs"]
    store.close()


def test_values_are_copies(tmp_path):
    """Who changes what it got changes nothing."""
    store = opened(tmp_path)
    store.put("a", {"x": []})

    store.get("a")["x"].append(1)

    assert store.get("a") == {"x": []}
    store.close()


def test_processes_share_a_folder(tmp_path):
    """Each sees what the other has put, without waiting for its end."""
    one, other = opened(tmp_path), opened(tmp_path)
    one.put("a", 1)
    other.put("b", 2)
    writer.flush()

    one._looked_s = other._looked_s = 0.0
    one.look_again()
    other.look_again()

    assert (one.get("b"), other.get("a")) == (2, 1)
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    one.close()
    other.close()


def test_runs_in_a_row_share_a_file(tmp_path):
    """A folder does not fill with files."""
    for number in range(5):
        filled(tmp_path, **{f"k{number}": number})

    assert len(list(tmp_path.glob("*.jsonl"))) == 1
    assert len(opened(tmp_path)) == 5


PROGRAM = """
import sys
from synalinks._internal.store import Store
store = Store(sys.argv[1])
store.open()
for number in range(200):
    store.put(f"{sys.argv[2]}-{number}", "x" * number)
"""


@pytest.mark.fault
def test_many_processes_at_once(tmp_path):
    """Nothing of any of them is lost, at the end of a process neither."""
    runs = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), str(n)])
        for n in range(4)
    ]
    assert [run.wait() for run in runs] == [0] * 4

    store = opened(tmp_path)

    assert (len(store), store.reports) == (800, [])
    assert store.get("3-199") == "x" * 199


KILLED = """
import asyncio, os, signal, sys
from synalinks._internal.store import Store

async def main():
    store = Store(sys.argv[1])
    store.open()
    async def work(n):
        for number in range(1000):
            await store.append(f"{n}-{number}", "x" * 3000)
            sys.stdout.write(f"{n}-{number}\\n")
            sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        for n in range(8):
            group.create_task(work(n))

asyncio.run(main())
"""


@pytest.mark.fault
@pytest.mark.parametrize("n_lines", [1, 50, 333])
def test_what_is_acknowledged_survives_a_kill(tmp_path, n_lines):
    """Whenever the process dies, what it was told to be durable is there."""
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    acknowledged = [run.stdout.readline().strip() for _ in range(n_lines)]
    run.kill()
    acknowledged += run.stdout.read().split()
    run.wait()
    run.stdout.close()

    store = opened(tmp_path)

    assert run.returncode == -9
    assert [key for key in acknowledged if store.get(key) != "x" * 3000] == []
    filled(tmp_path, later=1)
    assert opened(tmp_path).get("later") == 1


def test_every_truncation_can_be_opened_and_gone_on_with(tmp_path):
    """A file that was cut anywhere loses its torn line and nothing else."""
    filled(tmp_path, a=1, b=2)
    (path,) = tmp_path.glob("*.jsonl")
    content = path.read_bytes()
    ends = [content.index(b"\n") + 1, len(content)]

    for size in range(len(content)):
        folder = tmp_path / str(size)
        folder.mkdir()
        (folder / path.name).write_bytes(content[:size])
        store = filled(folder, c=3)
        n_whole = sum(end <= size for end in ends)
        assert store.reports == []
        later = opened(folder)
        assert [later.get(key) for key in "abc"] == [
            *[1, 2][:n_whole],
            *[None] * (2 - n_whole),
            3,
        ]
        assert later.reports == []


def test_damage_after_opening_is_a_miss(tmp_path):
    """What is no longer what was written is not given out."""
    store = filled(tmp_path, a="value")
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"value", b"velue"))

    assert store.get("a") is None


def fill_the_disk(monkeypatch, n_times, end=7):
    """Let the system find room for records up to `end` only, so many times."""
    write, left = os.write, [n_times]

    def call(descriptor, content):
        if left[0] and bytes(content).endswith(b"]\n"):
            left[0] -= 1
            write(descriptor, content[:end])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", call)


async def test_a_failed_write_goes_to_a_new_file(tmp_path, monkeypatch):
    """A file that failed once is never appended to again, and nothing is lost."""
    store = await asyncio.to_thread(opened, tmp_path)
    await store.append("a", 1)
    fill_the_disk(monkeypatch, 1)

    await store.append("b", 2)
    await asyncio.to_thread(store.close)

    assert store.error is None
    later = await asyncio.to_thread(opened, tmp_path)
    assert [later.get("a"), later.get("b")] == [1, 2]
    n_files = await asyncio.to_thread(lambda: len(list(tmp_path.glob("*.jsonl"))))
    assert n_files == 2


async def test_what_failed_half_way_is_there_once(tmp_path, monkeypatch):
    """Records that were written whole before the disk was full are not left behind."""
    store = await asyncio.to_thread(opened, tmp_path)
    await store.append("a", 1)
    fill_the_disk(monkeypatch, 1, end=-1)
    store.note("b", lambda: "asked", kind="sent")
    await store.append("b", 2)
    await asyncio.to_thread(store.close)

    kinds = frozenset({"sent", "call"})
    found = await asyncio.to_thread(
        lambda: list(read_records(tmp_path, "answers-v1", kinds))
    )
    assert found == [("call", "a", 1), ("sent", "b", "asked"), ("call", "b", 2)]


async def test_a_note_is_made_in_the_thread_that_writes(tmp_path):
    """The event loop does not wait for it, and it comes before later values."""
    store = await asyncio.to_thread(opened, tmp_path)

    store.note("a", lambda: threading.current_thread().name, kind="sent")
    await store.append("b", 1)
    await asyncio.to_thread(store.close)

    kinds = frozenset({"sent", "call"})
    found = await asyncio.to_thread(
        lambda: list(read_records(tmp_path, "answers-v1", kinds))
    )
    assert found == [("sent", "a", "synalinks-writer"), ("call", "b", 1)]


async def test_a_flush_that_failed_is_not_tried_again(tmp_path, monkeypatch):
    """What a failed flush left behind nobody knows: all goes to a new file."""
    store = await asyncio.to_thread(opened, tmp_path)
    await store.append("a", 1)
    sync, flushed = os.fdatasync, []

    def fails_once(descriptor):
        flushed.append(os.fstat(descriptor).st_ino)
        if len(flushed) == 1:
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", fails_once)
    await store.append("b", 2)
    await asyncio.to_thread(store.close)

    assert len(set(flushed)) == len(flushed) == 2
    later = await asyncio.to_thread(opened, tmp_path)
    assert [later.get("a"), later.get("b")] == [1, 2]


def test_a_power_cut_takes_nothing_that_was_acknowledged(tmp_path, monkeypatch):
    """Of each file what was not flushed is gone; whoever was told is right."""
    monkeypatch.setattr("synalinks._internal.store._SEGMENT_BYTES", 200)
    sync, flushed = os.fdatasync, {}

    def note(descriptor):
        sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        flushed[path.name] = os.fstat(descriptor).st_size

    monkeypatch.setattr(os, "fdatasync", note)
    states = []

    async def fill():
        store = await asyncio.to_thread(opened, tmp_path / "run")
        for number in range(20):
            await store.append(f"{number}", number)
            states.append(dict(flushed))
        await asyncio.to_thread(store.close)

    asyncio.run(fill())
    for number, state in enumerate(states):
        after = tmp_path / str(number)
        after.mkdir()
        for name, size in state.items():
            content = (tmp_path / "run" / name).read_bytes()
            (after / name).write_bytes(content[:size])
        store = opened(after)
        assert [store.get(f"{one}") for one in range(number + 1)] == [
            *range(number + 1)
        ]


async def test_a_full_disk_is_told_and_forgotten_when_it_is_over(tmp_path, monkeypatch):
    """Nothing is lost: what failed is written with what comes next."""
    store = await asyncio.to_thread(opened, tmp_path)
    fill_the_disk(monkeypatch, 2)

    with pytest.raises(WriteError, match=r"Cannot append 1 bytes in `.*`: No space"):
        await store.append("a", 1)

    assert store.get("a") == 1
    assert store.error.errno == errno.ENOSPC
    await store.append("b", 2)
    assert store.error is None
    await asyncio.to_thread(store.close)
    later = await asyncio.to_thread(opened, tmp_path)
    assert [later.get("a"), later.get("b")] == [1, 2]


async def test_a_flush_writes_what_is_left_over(tmp_path, monkeypatch):
    """At the end of a run there is no next value to be written with."""
    store = await asyncio.to_thread(opened, tmp_path)
    fill_the_disk(monkeypatch, 2)
    with pytest.raises(WriteError):
        await store.append("a", 1)

    await asyncio.to_thread(store.flush)

    assert store.error is None
    later = await asyncio.to_thread(opened, tmp_path)
    assert later.get("a") == 1
    await asyncio.to_thread(store.close)


async def test_appending_together(tmp_path, monkeypatch):
    """What waits at the same time is made durable in one step."""
    n_syncs = 0
    sync = os.fdatasync

    def counting(descriptor):
        nonlocal n_syncs
        n_syncs += 1
        sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", counting)
    store = await asyncio.to_thread(opened, tmp_path)

    async with asyncio.TaskGroup() as group:
        for number in range(500):
            group.create_task(store.append(str(number), number))

    assert len(store) == 500
    assert n_syncs < 250
    await asyncio.to_thread(store.close)


async def test_cancelling_who_waits(tmp_path):
    """The value is kept all the same, and the others are told."""
    store = await asyncio.to_thread(opened, tmp_path)
    tasks = [asyncio.create_task(store.append(key, key)) for key in "ab"]
    await asyncio.sleep(0)

    tasks[0].cancel()
    await tasks[1]

    assert store.get("a") == "a"
    await asyncio.to_thread(store.close)


def test_a_loop_that_is_gone_is_not_waited_for(tmp_path):
    """The writer goes on when those who waited have died."""
    store = opened(tmp_path)

    async def forget():
        task = asyncio.ensure_future(store.append("a", 1))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(forget())
    store.put("b", 2)
    store.close()

    assert len(opened(tmp_path)) == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_has_no_part_in_the_file(tmp_path):
    """A forked process neither writes to the parent's file nor keeps its lock."""
    store = opened(tmp_path)
    store.put("a", 1)
    writer.flush()
    child = os.fork()
    if child == 0:  # what happens here is not seen by the test
        store.put("b", 2)
        store.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    store.put("c", 3)
    store.close()

    later = opened(tmp_path)

    assert [later.get(key) for key in "abc"] == [1, 2, 3]
    assert len(list(tmp_path.glob("*.jsonl"))) == 2


def test_threads(tmp_path):
    """Several threads may put at the same time."""
    store = opened(tmp_path)

    def work(n):
        for number in range(100):
            store.put(f"{n}-{number}", number)

    threads = [threading.Thread(target=work, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()

    assert len(opened(tmp_path)) == 800


def test_one_store_per_folder(tmp_path, monkeypatch):
    """Who names the same folder shares it; nobody's store is gone."""
    monkeypatch.chdir(tmp_path)

    store = shared_store("a")
    store.put("x", 1)

    assert shared_store(tmp_path / "a") is store
    assert shared_store("b") is not store
    store.close()
    del store
    gc.collect()
    assert shared_store("a").get("x") == 1


def n_open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_file_stays_open(tmp_path):
    """A store that is not used any more leaves nothing behind."""
    filled(tmp_path, a=1)
    gc.collect()
    before = n_open_files()

    for number in range(50):
        filled(tmp_path, **{f"k{number}": 1})
    gc.collect()

    assert n_open_files() <= before
