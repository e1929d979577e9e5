"""The one door through which files are written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks.errors import WriteError

if TYPE_CHECKING:
    from typing import BinaryIO

_CHUNK_BYTES = 65_536


def write_atomic(path: str | Path, text: str, *, private: bool = False) -> Path:
    """Write a text file so that a reader finds the old or the new content, whole.

    The text goes to a temporary file in the same folder, is flushed to disk, and
    replaces the target in one step; the folder is flushed too, so that the change
    survives a power cut. Parent folders are made.

    Args:
        path: Where to write.
        text: The whole content, written as UTF-8.
        private: Whether only the owner may read the file (mode 0600).

    Returns:
        The path written to.

    Raises:
        WriteError: The file could not be written; the old content is untouched.
    """
    return write_atomic_bytes(path, text.encode(), private=private)


def write_atomic_bytes(
    path: str | Path, content: bytes, *, private: bool = False
) -> Path:
    """Do as `write_atomic`, for bytes.

    Args:
        path: Where to write.
        content: The whole content.
        private: Whether only the owner may read the file (mode 0600).

    Returns:
        The path written to.

    Raises:
        WriteError: The file could not be written; the old content is untouched.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content, mode=0o600 if private else 0o666 & ~_umask())
    except OSError as error:
        msg = (
            f"Cannot write `{path}`: {error.strerror or error} "
            f"({len(content)} bytes). What was there before is untouched."
        )
        raise WriteError(msg) from error
    return path


def append_text(path: str | Path, text: str) -> Path:
    """Add lines to the end of a text file, and return when they are on disk.

    A line that an earlier process left unfinished is cut off first, so that every line
    of the file is whole.

    Args:
        path: The file; it and its parent folders are made if need be.
        text: Whole lines, written as UTF-8 in one piece.

    Returns:
        The path written to.

    Raises:
        WriteError: The lines could not be written; the file may hold a part of them.
    """
    path = Path(path)
    content = text.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        with path.open("ab+") as file:
            _cut_unfinished_line(file)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _flush_folder(path.parent)
    except OSError as error:
        msg = (
            f"Cannot add to `{path}`: {error.strerror or error} ({len(content)} bytes)."
        )
        raise WriteError(msg) from error
    return path


def _cut_unfinished_line(file: BinaryIO) -> None:
    end = file.seek(0, os.SEEK_END)
    start = end
    while start > 0:
        file.seek(max(0, start - _CHUNK_BYTES))
        chunk = file.read(start - file.tell())
        start -= len(chunk)
        if b"\n" in chunk:
            start += chunk.rindex(b"\n") + 1
            break
    if start < end:
        file.truncate(start)


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    # There is no way to read the mask but to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
