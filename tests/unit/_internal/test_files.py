"""Atomic writing."""

import fcntl
import os
import stat
import threading
from pathlib import Path

import pytest

from synalinks._internal.files import (
    AppendFile,
    append_text,
    check_writable,
    is_locked,
    write_atomic,
)
from synalinks.errors import WriteError


def test_the_content_is_there_and_nothing_else(tmp_path):
    """Writing leaves the file with its content, in folders that are made, alone."""
    path = write_atomic(tmp_path / "a" / "b.json", "über")

    assert path.read_text(encoding="utf-8") == "über"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_content(tmp_path, monkeypatch):
    """When the disk fails, the old file is whole and no other is left."""
    path = write_atomic(tmp_path / "folder" / "file.json", "old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WriteError, match="No space left on device"):
        write_atomic(path, "new")

    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_in_the_way_is_named(tmp_path):
    """A path that cannot be written is in the message."""
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(WriteError, match=r"file/below\.json"):
        write_atomic(tmp_path / "file" / "below.json", "text")


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o644)])
def test_the_mode_follows_the_mask(tmp_path, private, mode):
    """Files are readable as the user's mask says; private ones by the owner only."""
    old = os.umask(0o022)
    try:
        path = write_atomic(tmp_path / "file", "text", private=private)
    finally:
        os.umask(old)

    assert stat.S_IMODE(Path(path).stat().st_mode) == mode


def test_lines_are_added_and_half_ones_cut_off(tmp_path):
    """Every line of the file is whole, whatever an earlier process left behind."""
    path = tmp_path / "a" / "log.jsonl"

    append_text(path, "one\n")
    with path.open("a") as file:
        file.write("half" * 50_000)
    append_text(path, "two\n")

    assert path.read_text() == "one\ntwo\n"
    path.write_text("no line at all")
    append_text(path, "first\n")
    assert path.read_text() == "first\n"


def test_lines_that_cannot_be_added_are_an_error(tmp_path):
    """The message names the file and the reason."""
    with pytest.raises(WriteError, match=r"Cannot add to `.*`: Is a directory"):
        append_text(tmp_path, "line\n")


def test_a_folder_is_tried_before_it_matters(tmp_path):
    """A folder is made and left empty; what is none is refused."""
    check_writable(tmp_path / "a" / "b")
    write_atomic(tmp_path / "file", "")

    assert list((tmp_path / "a" / "b").iterdir()) == []
    with pytest.raises(WriteError, match=r"Cannot write to the folder .*Give a folder"):
        check_writable(tmp_path / "file")


def test_whether_a_lock_is_held_is_seen_without_writing(tmp_path):
    """Also of a file that this process may only read."""
    path = tmp_path / "lock"
    assert is_locked(path) is False
    held = AppendFile.lock(path)
    path.chmod(0o444)

    assert is_locked(path) is True
    held.close()
    assert is_locked(path) is False


def test_a_lock_that_cannot_be_looked_at_is_not_known(tmp_path, monkeypatch):
    """Nobody is told that what holds it has died."""
    path = tmp_path / "lock"
    path.touch()

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)

    assert is_locked(path) is None


def test_who_looks_is_not_in_the_way(tmp_path):
    """A lock that is held for a moment only is waited for."""
    path = tmp_path / "lock"
    path.touch()
    looking = os.open(path, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(0.005, os.close, [looking])
    timer.start()

    held = AppendFile.lock(path, n_tries=100)

    timer.join()
    assert held is not None
    held.close()
