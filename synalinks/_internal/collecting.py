"""The garbage collector, less often while many calls are in flight."""

from __future__ import annotations

import contextlib
import gc
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

YOUNG = 3000
_lock = threading.Lock()
_n_inside = 0
_before = 0


@contextlib.contextmanager
def collecting_less_often() -> Generator[None]:
    """Have young objects looked through after each few thousand new ones in a block.

    A hundred calls in flight are twenty thousand objects, all of them in use. Python
    up to 3.12 looks through the youngest after each 700, and through all objects of the
    process in proportion: for nothing, and that is a tenth of the processor time of a
    run. Python 3.13 waits for 2000. Who waits longer still, or collects nothing, is
    left alone.

    Blocks may overlap, in several threads too; the last one to end restores what was.

    Yields:
        None.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _n_inside, _before
    with _lock:
        _n_inside += 1
        if _n_inside == 1:
            _before, *older = gc.get_threshold()
            if 0 < _before < YOUNG:
                gc.set_threshold(YOUNG, *older)


def _leave() -> None:
    global _n_inside
    with _lock:
        _n_inside -= 1
        young, *older = gc.get_threshold()
        if not _n_inside and young == YOUNG:  # else somebody else has set it
            gc.set_threshold(_before, *older)
