"""The files of a store: found, shared, repaired."""

import subprocess
import sys

import pytest

from synalinks._internal.records import encode, encode_value
from synalinks._internal.segments import Segments


def line(key, value=1):
    return encode(0, "call", key, encode_value(value))


def keys(found):
    return [place.key for _, place in found]


def write(folder, content, number=1):
    path = folder / f"log-{number:06d}.jsonl"
    path.write_bytes(content)
    return path


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    """Looking makes nothing."""
    assert Segments(tmp_path / "none", "log").look() == []
    assert not (tmp_path / "none").exists()


def test_files_of_others_are_left_alone(tmp_path):
    """Only names of the store's own form are read."""
    write(tmp_path, line("a"))
    (tmp_path / "other-000001.jsonl").write_bytes(line("b"))
    (tmp_path / "log-1.jsonl").write_bytes(line("c"))

    assert keys(Segments(tmp_path, "log").look()) == ["a"]


def test_looking_again_gives_what_is_new(tmp_path):
    """Lines are given once; a line that is being written is given when it is whole."""
    path = write(tmp_path, line("a") + line("b")[:10])
    segments = Segments(tmp_path, "log")

    assert keys(segments.look()) == ["a"]
    assert segments.look() == []
    path.write_bytes(line("a") + line("b"))
    write(tmp_path, line("c"), number=2)
    assert keys(segments.look()) == ["b", "c"]


def test_long_values_are_read_whole(tmp_path):
    """However long a value is, it is the value that was written."""
    value = "x" * 100_000
    write(tmp_path, line("a", value) + line("b"))
    segments = Segments(tmp_path, "log")

    (segment, place), _ = segments.look()

    assert segment.value_at(place.offset) == value


def test_a_file_is_claimed_by_one(tmp_path):
    """Who comes second gets a file of its own; a file that is free is used again."""
    one, other = Segments(tmp_path, "log"), Segments(tmp_path, "log")
    segment, file = one.claim(1000)

    other.look()
    others, others_file = other.claim(1000)
    file.close()
    again, again_file = one.claim(1000)
    _, full_file = other.claim(0)

    assert (segment.number, others.number, again.number) == (1, 2, 1)
    assert full_file.path.name == "log-000003.jsonl"
    for open_file in (others_file, again_file, full_file):
        open_file.close()


def test_a_file_with_more_in_it_than_was_read_is_not_claimed(tmp_path):
    """Nothing is appended behind what nobody has looked at."""
    path = write(tmp_path, line("a"))
    segments = Segments(tmp_path, "log")
    segments.look()
    path.write_bytes(line("a") + b"half a li")

    segment, file = segments.claim(1000)
    file.close()

    assert segment.number == 2


def test_only_the_owner_may_read(tmp_path):
    """Answers may be private."""
    _, file = Segments(tmp_path / "new" / "folder", "log").claim(1000)
    file.close()

    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("is_held", [False, True])
def test_repair(tmp_path, is_held):
    """Damage is kept aside and told; a file that is written to is left alone."""
    half, broken = line("c")[:-3], line("b").replace(b"call", b"cell")
    path = write(tmp_path, line("a") + broken + line("b") + half)
    segments = Segments(tmp_path, "log")
    segments.look()
    holder = None
    if is_held:
        holder = Segments(tmp_path, "log")._folder
        from synalinks._internal.files import AppendFile

        holder = AppendFile.claim(path)

    reports = segments.repair()

    if is_held:
        assert reports == []
        assert path.read_bytes().endswith(half)
        holder.close()
        return
    start = len(line("a"))
    end = start + len(broken) + len(line("b"))
    torn = tmp_path / "torn"
    assert reports == [
        f"`{path}`, byte {start}: {len(broken)} bytes are damaged; they are kept in "
        f"`{torn / f'log-000001-{start}.bin'}`.",
    ]
    assert (torn / f"log-000001-{start}.bin").read_bytes() == broken
    assert (torn / f"log-000001-{end}.bin").read_bytes() == half
    assert path.stat().st_size == end
    later = Segments(tmp_path, "log")
    assert keys(later.look()) == ["a", "b"]
    assert later.repair() == []


FREED = """
import os, sys
from pathlib import Path
from synalinks._internal.segments import ReadFile

def of_this_process():
    return len(os.listdir("/proc/self/fd"))

before = of_this_process()
ring = [ReadFile(Path(sys.argv[1]))]
ring.append(ring)
assert of_this_process() == before + 1
del ring
import gc; gc.collect()
assert of_this_process() == before
left = ReadFile(Path(sys.argv[1]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts in /proc")
def test_a_reader_that_is_forgotten_says_nothing(tmp_path):
    """Freed in a cycle it is closed; at the end of the process it does not warn."""
    path = write(tmp_path, line("a"))

    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", FREED, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
