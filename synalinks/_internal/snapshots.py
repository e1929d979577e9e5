"""Snapshots of a run: one file each, checked."""

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal.files import write_atomic_bytes
from synalinks._internal.records import decode_value
from synalinks._internal.shape import is_dict
from synalinks.errors import FileFormatError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 2
_NAME = re.compile(r"snap-(\d{8})\.json")
# The state is checked as it stands in the file: no second text has to be made of it.
_FILE = re.compile(
    rb'\{"format":(\d+),"sha256":"([0-9a-f]{64})","state":(.*)\}\n', re.S
)


class Snapshot(NamedTuple):
    """A snapshot that was read."""

    number: int
    """Its place in the order in which they were written."""
    state: Any
    """What was saved."""


def is_snapshot(name: str) -> bool:
    """Return whether a file name is that of a snapshot.

    Args:
        name: Name of a file.
    """
    return _NAME.fullmatch(name) is not None


def write_snapshot(folder: Path, number: int, state: bytes) -> None:
    """Write a snapshot.

    Args:
        folder: Where they are.
        number: Higher than that of any other.
        state: The state of the run, as `encode_value` returned it.

    Raises:
        WriteError: It could not be written; the others are untouched.
    """
    checksum = hashlib.sha256(state).hexdigest().encode()
    content = b'{"format":%d,"sha256":"%s","state":%s}\n' % (FORMAT, checksum, state)
    write_atomic_bytes(_path(folder, number), content, private=True)


def remove_snapshot(folder: Path, number: int) -> None:
    """Remove a snapshot that is not needed any more, if that can be done.

    Args:
        folder: Where they are.
        number: Which.
    """
    with contextlib.suppress(OSError):
        _path(folder, number).unlink()


def read_latest(folder: Path) -> tuple[Snapshot | None, list[str]]:
    """Return the newest snapshot that is whole.

    Args:
        folder: Where they are.

    Returns:
        The snapshot, None if there is none; and what was wrong with newer ones.
    """
    reports: list[str] = []
    for number in numbers_in(folder):
        try:
            return Snapshot(number, _read(_path(folder, number))), reports
        except FileFormatError as error:
            reports.append(str(error))
    return None, reports


def numbers_in(folder: Path) -> list[int]:
    """Return the numbers of the snapshots in a folder, newest first.

    Args:
        folder: Where they are.
    """
    matches = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted((int(match[1]) for match in matches if match), reverse=True)


def _path(folder: Path, number: int) -> Path:
    return folder / f"snap-{number:08d}.json"


def _read(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"`{path}` cannot be read: {error}."
        raise FileFormatError(msg) from error
    found = _FILE.fullmatch(content)
    if found is None:
        msg = f"`{path}` is no snapshot, or a part of one ({len(content)} bytes)."
        raise FileFormatError(msg)
    if hashlib.sha256(found[3]).hexdigest().encode() != found[2]:
        msg = f"`{path}` is damaged: its checksum is not that of its content."
        raise FileFormatError(msg)
    state = decode_value(found[3])
    if int(found[1]) > FORMAT or not is_dict(state):
        msg = f"`{path}` is of format {int(found[1])}, this release reads {FORMAT}."
        raise FileFormatError(msg)
    return state
