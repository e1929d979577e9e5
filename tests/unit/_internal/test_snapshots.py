"""Snapshots are read as they were written, or not at all."""

import pytest

from synalinks._internal import snapshots
from synalinks._internal.records import encode_value

STATES = [{}, {"a": [1, None, 0.1, "é"]}, {"half": "\ud83d"}]


def write(folder, number, state):
    snapshots.write_snapshot(folder, number, encode_value(state))


@pytest.mark.parametrize("state", STATES)
def test_any_state(tmp_path, state):
    """Half characters, too: an answer that was cut off may end with one."""
    write(tmp_path, 7, state)

    assert snapshots.read_latest(tmp_path) == ((7, state), [])


def test_every_changed_byte_is_seen(tmp_path):
    """The snapshot before is taken, and the user is told."""
    write(tmp_path, 1, {"a": 1})
    write(tmp_path, 2, {"a": 2})
    path = tmp_path / "snap-00000002.json"
    content = path.read_bytes()

    for index in range(len(b'{"format":1'), len(content)):
        changed = content[index] ^ 1
        path.write_bytes(content[:index] + bytes([changed]) + content[index + 1 :])
        found, reports = snapshots.read_latest(tmp_path)
        assert found == (1, {"a": 1})
        assert len(reports) == 1


def test_every_cut_is_seen(tmp_path):
    """A part of a snapshot is none."""
    write(tmp_path, 1, {"a": 1})
    path = tmp_path / "snap-00000001.json"
    content = path.read_bytes()

    for size in range(len(content)):
        path.write_bytes(content[:size])
        assert snapshots.read_latest(tmp_path)[0] is None
