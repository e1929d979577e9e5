"""An event loop whose clock jumps: hours of waiting pass in milliseconds.

For code that sleeps and waits for other tasks. Of what is real, only a thread can be
waited for, and only while nothing sleeps.
"""

import asyncio
import selectors

_THREAD_S = 5.0


class _Selector(selectors.DefaultSelector):
    """Passes the time instead of waiting."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            if timeout is not None:
                self.now += max(0.0, timeout)
                return ready
            ready = super().select(_THREAD_S)  # for what a thread is doing
            if not ready:
                msg = "Everything waits, and nothing can happen any more."
                raise RuntimeError(msg)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own."""

    def __init__(self):
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self):
        return self._clock.now


def run(main):
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
