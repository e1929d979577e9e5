"""The one door through which files are written."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from synalinks.errors import WriteError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
if TYPE_CHECKING:
    from collections.abc import Generator
    from io import FileIO
    from typing import BinaryIO

_CHUNK_BYTES = 65_536
_MODE_OF_TEMPORARIES = 0o600
_LOOK_S = 0.01


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
    return write_atomic_bytes(path, _encoded(text), private=private)


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
        mode = 0o600 if private else 0o666 & ~_umask()
        try:
            _replace(path, content, mode=mode)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content, mode=mode)
    except OSError as error:
        msg = (
            f"Cannot write `{path}`: {error.strerror or error} "
            f"({len(content)} bytes). What was there before is untouched."
        )
        raise WriteError(msg) from error
    return path


def check_writable(folder: str | Path) -> None:
    """Make a folder, and see that files can be written there before it matters.

    Args:
        folder: The folder; its parents are made too.

    Raises:
        WriteError: It cannot be made, or no file in it.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".synalinks.") as file:
            file.write(b"?")
    except OSError as error:
        msg = (
            f"Cannot write to the folder `{folder}`: {error.strerror or error}. "
            "Give a folder in which files can be made."
        )
        raise WriteError(msg) from error


def temporary_file() -> BinaryIO:
    """Return a file without a name, which is gone when it is closed."""
    return tempfile.TemporaryFile(prefix="synalinks.")


@contextlib.contextmanager
def scratch_folder() -> Generator[Path]:
    """Make a folder that is gone after a `with` block.

    Yields:
        The folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


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
        WriteError: The lines could not be written; no part of them is left.
    """
    path = Path(path)
    content = _encoded(text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        with path.open("ab+", buffering=0) as file:
            _cut_unfinished_line(file)
            _append_whole(file, content)
        if is_new:
            _flush_folder(path.parent)
    except OSError as error:
        msg = (
            f"Cannot add to `{path}`: {error.strerror or error} ({len(content)} bytes)."
        )
        raise WriteError(msg) from error
    return path


def _append_whole(file: FileIO, content: bytes) -> None:
    end = file.seek(0, os.SEEK_END)
    try:
        _write_all(file.fileno(), content)
        os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            file.truncate(end)
        raise


def _cut_unfinished_line(file: FileIO) -> None:
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
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if mode != _MODE_OF_TEMPORARIES:
            Path(temporary).chmod(mode)
        os.replace(temporary, path)  # noqa: PTH105 - after each batch
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _flush_folder(path.parent)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


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


# -- files that grow -------------------------------------------------------------------

_open_files: weakref.WeakSet[AppendFile] = weakref.WeakSet()


class AppendFile:
    """A file that one process appends to, while others may read it.

    The process holds a lock on it, which the kernel takes back when the process dies,
    however it dies. A forked child has no part in it.

    Args:
        path: Where the file is.
        descriptor: It, open and locked.

    Attributes:
        path: Where the file is.
        size: Its length in bytes.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.size = os.fstat(descriptor).st_size
        self._descriptor: int | None = descriptor
        _open_files.add(self)

    @classmethod
    def create(cls, path: Path) -> AppendFile:
        """Make a new file that only the owner may read.

        Args:
            path: Where nothing is yet.

        Returns:
            The file, locked.

        Raises:
            FileExistsError: Something is there.
            OSError: It cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
        descriptor = os.open(path, flags, 0o600)
        _lock(descriptor)
        _flush_folder(path.parent)
        return cls(path, descriptor)

    @classmethod
    def claim(cls, path: Path) -> AppendFile | None:
        """Open a file that nobody appends to any more.

        Args:
            path: The file.

        Returns:
            The file; None if a process holds it, or where there are no locks.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError:
            return None
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    @classmethod
    def lock(cls, path: Path, *, n_tries: int = 1) -> AppendFile | None:
        """Take a file as the lock of something; it is made if need be.

        Args:
            path: The file. Whoever holds the lock may remove it.
            n_tries: How often to try, every 10 ms: who only looks whether the lock is
                held (`is_locked`) holds it for a moment. More than one blocks.

        Returns:
            The file; None if another run holds it, in this process or another one.

        Raises:
            OSError: It cannot be made.
        """
        while True:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            descriptor = os.open(path, flags, 0o600)
            if fcntl is not None and not _locked(descriptor, n_tries):
                os.close(descriptor)
                return None
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return cls(path, descriptor)
            os.close(descriptor)  # it was removed meanwhile: that lock says nothing

    @property
    def is_open(self) -> bool:
        """Whether it can be appended to by this process."""
        return self._descriptor is not None

    def append(self, content: bytes) -> None:
        """Append, and return when a power cut could not take it back.

        Args:
            content: What to append, whole.

        Raises:
            OSError: It failed, or may have. The file must not be appended to again: a
                part may be there, and a sync that failed once says nothing later.
        """
        if self._descriptor is None:
            msg = f"`{self.path}` is closed."
            raise OSError(msg)
        _write_all(self._descriptor, content)
        getattr(os, "fdatasync", os.fsync)(self._descriptor)
        self.size += len(content)

    def take_back(self) -> None:
        """Cut off what a failed `append` may have left, as far as that can be done."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)

    def cut(self, size: int) -> None:
        """Cut off the end.

        Args:
            size: How many bytes stay.
        """
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
            self.size = size

    def close(self) -> None:
        """Close the file and give the lock back."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def is_locked(path: Path) -> bool | None:
    """Return whether a process holds a file as a lock; None where that is not known.

    Args:
        path: The file; it need not be writable here.
    """
    if fcntl is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)  # gives the lock back
    return False


def _locked(descriptor: int, n_tries: int) -> bool:
    for _ in range(n_tries - 1):
        if _lock(descriptor):
            return True
        time.sleep(_LOOK_S)
    return _lock(descriptor)


def _lock(descriptor: int) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _close_in_child() -> None:
    # The lock belongs to the open file, which a child shares with its parent.
    for file in list(_open_files):
        file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_in_child)


def reserve(path: Path, n_bytes: int) -> None:
    """Make a file that takes room on the disk: it is removed when others need it.

    Where there is no room, there is no file.

    Args:
        path: Where to make it; what is there is replaced.
        n_bytes: How much room it takes.
    """
    descriptor: int | None = None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, n_bytes)
        else:  # zeros: few file systems make nothing of them
            os.write(descriptor, bytes(n_bytes))
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
    finally:
        if descriptor is not None:
            os.close(descriptor)


def make_private_folder(path: Path) -> None:
    """Make a folder that only the owner may look into, unless it is there.

    Args:
        path: The folder. Its parents are made too.

    Raises:
        WriteError: It cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        msg = f"Cannot make the folder `{path}`: {error.strerror or error}."
        raise WriteError(msg) from error


def _encoded(text: str) -> bytes:
    # Half of a character, as in an answer that was cut off, is no reason to fail.
    return text.encode(errors="backslashreplace")
