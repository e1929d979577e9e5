"""Manifests of checkpoints."""

import pytest

from synalinks.contracts import ManifestRow, append_to_manifest, read_manifest
from synalinks.errors import WriteError


def row(name):
    return ManifestRow(
        name=name,
        reason="epoch",
        epoch=0,
        batch=1,
        step=2,
        digest="d",
        metrics={"a": 1.0},
    )


def test_rows_come_back(tmp_path):
    """In the order in which they were written."""
    for name in ("a", "b"):
        append_to_manifest(tmp_path, row(name))

    assert read_manifest(tmp_path) == [row("a"), row("b")]
    assert read_manifest(tmp_path / "none") == []


def test_a_line_that_was_cut_is_passed_over(tmp_path):
    """The rows before it are there, and what is written next is, too."""
    for name in ("a", "b"):
        append_to_manifest(tmp_path, row(name))
    manifest = tmp_path / "checkpoints.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-20])

    assert read_manifest(tmp_path) == [row("a")]
    append_to_manifest(tmp_path, row("c"))
    assert read_manifest(tmp_path) == [row("a"), row("c")]


@pytest.mark.parametrize("line", ["[]", "3", '{"name": "a"}', "no JSON"])
def test_foreign_lines_are_passed_over(tmp_path, line):
    """A line that is no row is none."""
    (tmp_path / "checkpoints.jsonl").write_text(line + "\n")

    assert read_manifest(tmp_path) == []


def test_a_folder_that_cannot_be_written_to(tmp_path):
    """The error names the file."""
    (tmp_path / "file").write_text("")

    with pytest.raises(WriteError, match=r"Cannot add to .*checkpoints\.jsonl"):
        append_to_manifest(tmp_path / "file", row("a"))
