"""A disk that is full stops the spending; what was there before is untouched."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from synalinks._internal import files
from synalinks.backups import read_run
from synalinks.errors import WriteError
from tests.fault import killing
from tests.full_disk import fill_disk
from tests.resumed_runs import Task, train

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

# In a namespace of its own: the small disk is gone with the process.
ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size={size} tmpfs "$1"
"{python}" -c '{script}' "$1" "$2"
"""
SCRIPT = """
import asyncio, json, shutil, sys
from pathlib import Path
from synalinks.errors import WriteError
from tests.resumed_runs import Task, train

disk, kept = map(Path, sys.argv[1:])

async def fill():
    task = await Task(disk, settings={"delete_checkpoint": False}).make()
    try:
        await task.fit()
    except WriteError as error:
        return len(task.transport.requests), str(error)
    return None

n_paid, message = asyncio.run(fill())
(kept / "told.json").write_text(json.dumps([n_paid, message]))
shutil.copytree(disk, kept / "disk")
"""


def small_disk(tmp_path, size):
    """Run the script on a disk of a size; skip where no disk can be made."""
    disk, kept = tmp_path / "mounted", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    can_mount = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(disk)]
    try:
        subprocess.run(can_mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine lets nobody mount a small disk: {error}")
    text = ON_A_SMALL_DISK.format(size=size, python=sys.executable, script=SCRIPT)
    command = ["unshare", "-rm", "sh", "-c", text, "sh", str(disk), str(kept)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": f"{killing.ROOT}:{killing.ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return kept


def test_a_full_disk_stops_the_run(tmp_path):
    """It ends with an error that says where and why, and goes on from there later."""
    whole = asyncio.run(train(tmp_path / "whole", save_freq=1))

    kept = small_disk(tmp_path, size="1072k")

    n_paid, message = json.loads((kept / "told.json").read_text())
    assert "No space left on device" in message
    assert "Cannot append" in message
    assert 0 < n_paid < whole.n_requests
    run = read_run(kept / "disk" / "backup")
    assert (run.status, run.n_answers) == ("failed", n_paid)
    assert "No space left on device" in run.card.reason
    resumed = asyncio.run(train(kept / "disk", save_freq=1))
    assert resumed.variables == whole.variables
    assert resumed.history == whole.history
    # The room that the run had taken before was enough for all that was paid for: no
    # call is taken for one that was cut off.
    assert n_paid + resumed.n_requests == whole.n_requests
    assert resumed.task.backup.n_in_flight == 0


# The calls of one batch run at once.
CALLS_AT_ONCE = 4


# Calls whose answers found no room were in flight, and the next process says so.
@pytest.mark.filterwarnings("ignore:Of this run")
@pytest.mark.parametrize("n_writes", [3, 10, 25, 40])
def test_each_write_may_be_the_last(tmp_path, monkeypatch, n_writes):
    """Wherever the disk fills up, nothing more is sent, and the run can be resumed."""
    whole = asyncio.run(train(tmp_path / "whole"))
    fill_disk(monkeypatch, n_writes)

    async def fill():
        task = await Task(tmp_path / "run").make()
        with pytest.raises(WriteError, match="No space left on device"):
            await task.fit()
        return len(task.transport.requests)

    n_paid = asyncio.run(fill())
    monkeypatch.undo()
    resumed = asyncio.run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert n_paid + resumed.n_requests <= whole.n_requests + CALLS_AT_ONCE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_before_anything_is_paid_for(tmp_path):
    """The folder is there, and nobody may write to it."""
    (tmp_path / "backup").mkdir(mode=0o500)
    refused(tmp_path)


def test_a_read_only_disk_is_told_before_anything_is_paid_for(tmp_path, monkeypatch):
    """Opening the lock fails as it does on a disk that is mounted read-only."""
    opened = os.open

    def read_only(path, flags, *rest, **options):
        if flags & os.O_CREAT and str(path).startswith(str(tmp_path)):
            raise OSError(30, "Read-only file system", str(path))
        return opened(path, flags, *rest, **options)

    monkeypatch.setattr(files.os, "open", read_only)
    refused(tmp_path)


def refused(folder):
    async def fit():
        task = await Task(folder).make()
        with pytest.raises(WriteError, match=r"Cannot write|Cannot make"):
            await task.fit()
        return task.transport.requests

    assert asyncio.run(fit()) == []
