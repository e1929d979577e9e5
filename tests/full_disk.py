"""A system that finds no room on the disk."""

import errno
import os


def fill_disk(monkeypatch, n_writes=0):
    """Let the system write so many times more, and then find no room.

    Args:
        monkeypatch: That of pytest; `undo` makes room again.
        n_writes: How many writes still succeed.
    """
    write, n_left = os.write, n_writes

    def call(descriptor, content):
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", call)
