"""Objects of an event loop do not outlive it."""

import asyncio

from synalinks.language_models._per_loop import PerLoop


def test_one_object_per_loop_and_none_of_dead_ones():
    """Each loop gets its own; those of closed loops are forgotten."""
    made = []
    per_loop = PerLoop(lambda: made.append(object()) or made[-1])

    async def get_twice():
        return per_loop.get() is per_loop.get()

    assert asyncio.run(get_twice())
    assert asyncio.run(get_twice())
    assert len(made) == 2
    assert len(per_loop._made) == 1


async def test_pop_forgets():
    """After `pop` a new object is made."""
    per_loop = PerLoop(object)

    first = per_loop.get()

    assert per_loop.pop() is first
    assert per_loop.pop() is None
    assert per_loop.get() is not first
