"""An event loop whose clock jumps: hours of waiting pass in milliseconds.

For code that only sleeps and waits for other tasks; nothing real can be waited for.
"""

import asyncio
import selectors


class _Selector(selectors.DefaultSelector):
    """Passes the time instead of waiting."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            if timeout is None:
                msg = "Everything waits, and nothing can happen any more."
                raise RuntimeError(msg)
            self.now += max(0.0, timeout)
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
