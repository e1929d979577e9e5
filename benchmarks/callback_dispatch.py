"""Processor time that one hook costs over eight callbacks that do nothing in it.

A hook that no callback overrides costs a look-up; one that all override costs a call
each. An empty loop is measured in the same run, in turns with the others, and the best
of the rounds is shown: what disturbs a measurement only ever adds to it.

    python benchmarks/callback_dispatch.py [calls per round]
"""

from __future__ import annotations

import asyncio
import sys
from time import process_time
from typing import TYPE_CHECKING, Any

from synalinks.callbacks import Callback, CallbackList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

N_CALLBACKS = 8
N_ROUNDS = 30
LIMIT_US = 20.0
LOGS = {"reward": 0.5, "accuracy": 0.5, "attempts": 1}


class Plain(Callback):
    """Overrides the hook with one that does nothing."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Do nothing."""


class Async(Callback):
    """Overrides the hook with a coroutine that does nothing."""

    async def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Do nothing."""


async def empty(n: int) -> None:
    """Await a function that does nothing, which is what a loop costs anyway."""

    async def nothing(batch: int, logs: Any) -> None:
        del batch, logs

    for index in range(n):
        await nothing(index, LOGS)


def dispatching(kind: type[Callback]) -> Callable[[int], Awaitable[None]]:
    """Return a loop that calls a hook of eight callbacks."""
    callbacks = CallbackList([kind() for _ in range(N_CALLBACKS)])

    async def loop(n: int) -> None:
        for index in range(n):
            await callbacks.dispatch("on_train_batch_end", index, LOGS)

    return loop


WAYS = {
    "empty loop": empty,
    "8 callbacks without the hook": dispatching(Callback),
    "8 idle plain hooks": dispatching(Plain),
    "8 idle async hooks": dispatching(Async),
}


def measure(n: int) -> dict[str, float]:
    """Return microseconds per hook, the best of the rounds, by way."""
    best = dict.fromkeys(WAYS, float("inf"))
    for _ in range(N_ROUNDS):
        for name, loop in WAYS.items():
            started = process_time()
            asyncio.run(loop(n))
            best[name] = min(best[name], (process_time() - started) / n * 1e6)
    return best


def main() -> None:
    """Measure, print, and fail if a hook is too slow."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    measured = measure(n)
    for name, micros in measured.items():
        print(f"{name:30} {micros:7.2f} us per hook")
    slow = [name for name, micros in measured.items() if micros > LIMIT_US]
    if slow:
        sys.exit(f"above {LIMIT_US:.0f} us: {', '.join(slow)}")


if __name__ == "__main__":
    main()
