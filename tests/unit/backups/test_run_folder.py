"""What a run leaves in its folder, and what of it stays."""

from synalinks._internal.records import encode_value
from synalinks.backups import RunFolder


def opened(path):
    folder = RunFolder(path)
    folder.open()
    return folder


def names(path):
    return sorted(one.name for one in path.glob("snap-*"))


def test_the_latest_snapshots_are_kept(tmp_path):
    """As many as were asked for, those of earlier processes counted."""
    folder = opened(tmp_path / "run")
    for number in range(1, 4):
        folder.write_snapshot(encode_value({"number": number}), n_kept=2)
    assert names(tmp_path / "run") == ["snap-00000002.json", "snap-00000003.json"]
    folder.close()

    folder = opened(tmp_path / "run")
    folder.write_snapshot(encode_value({"number": 4}), n_kept=1)

    assert names(tmp_path / "run") == ["snap-00000004.json"]
    assert folder.read_snapshot() == ((4, {"number": 4}), [])
    folder.close()


def test_a_snapshot_that_cannot_be_removed_is_in_nobodys_way(tmp_path):
    """It is left to the next process that opens the folder."""
    folder = opened(tmp_path / "run")
    folder.write_snapshot(encode_value({"number": 1}), n_kept=1)
    (tmp_path / "run" / "snap-00000001.json").unlink()
    (tmp_path / "run" / "snap-00000001.json" / "in the way").mkdir(parents=True)

    folder.write_snapshot(encode_value({"number": 2}), n_kept=1)

    assert folder.read_snapshot() == ((2, {"number": 2}), [])
    folder.close()


def test_a_stop_that_cannot_be_removed_is_none(tmp_path):
    """It would stop every run after it, too."""
    folder = opened(tmp_path / "run")
    (tmp_path / "run" / "STOP").mkdir()

    assert not folder.take_stop_file()
    folder.close()
