"""Which processors a measurement runs on, and that they do not fall asleep."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# It ends with the benchmark, however that ends.
_SPIN = "import os\nbenchmark = os.getppid()\nwhile os.getppid() == benchmark: pass"
_HAS_AFFINITY = hasattr(os, "sched_setaffinity")  # Linux


@contextlib.contextmanager
def awake(processors: Collection[int] | None = None) -> Iterator[None]:
    """Keep processors busy with nothing, where that can be asked for (Linux).

    A virtual machine gives a processor that has nothing to do back to its host. To get
    it again takes up to some milliseconds, and what was in its caches is gone, so that
    the steps after each wait take twice as long or more, by the hour. That is the
    machine's doing, and not of what is measured. What spins has the lowest priority:
    all else goes first, at once.

    Args:
        processors: Their numbers; None for all.
    """
    if not _HAS_AFFINITY:
        yield
        return
    if processors is None:
        processors = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        for processor in processors:
            spinning = stack.enter_context(
                subprocess.Popen([sys.executable, "-ISc", _SPIN])  # noqa: S603 - ours
            )
            stack.callback(spinning.kill)
            os.sched_setaffinity(spinning.pid, {processor})
            os.sched_setscheduler(spinning.pid, os.SCHED_IDLE, os.sched_param(0))
        yield


@contextlib.contextmanager
def one_processor() -> Iterator[None]:
    """Run all threads on one processor that stays awake, where that can be asked for.

    The processor time of the loop's thread is to be that of its own steps. Two
    processors may be two halves of one core: what another thread does beside the loop
    makes the steps of the loop longer, by half and more, and by another amount on each
    machine. What that costs is in the time on the wall.
    """
    if not _HAS_AFFINITY:
        yield
        return
    allowed = os.sched_getaffinity(0)
    one = {min(allowed)}
    _pin(one)
    try:
        with awake(one):
            yield
    finally:
        _pin(allowed)


def _pin(processors: set[int]) -> None:
    """Have all threads run on some processors; later ones do as their makers."""
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), processors)
