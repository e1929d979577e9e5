"""Work that is put off is done, and nobody waits for it in vain."""

import asyncio

from synalinks.tracking._idle import IdleWork


async def test_work_is_done_in_order_when_the_loop_is_idle():
    """What is put off is not done by who adds it, but soon, in order."""
    done = []
    work = IdleWork(done.append)
    for number in range(5):
        work.add(number)

    assert not done
    while len(done) < 5:
        await asyncio.sleep(0.001)
    assert done == list(range(5))


def test_work_outside_of_a_loop_is_done_at_once():
    """Where no event loop runs, nothing is put off."""
    done = []
    IdleWork(done.append).add(1)

    assert done == [1]


def test_work_that_a_loop_has_left_is_done_by_the_next():
    """A loop that ends too early leaves its work to `finish`, or to the next loop."""
    done = []
    work = IdleWork(done.append)

    async def add(number):
        work.add(number)

    async def add_and_wait(number):
        work.add(number)
        while len(done) < 3:
            await asyncio.sleep(0.001)

    asyncio.run(add(1))
    work.finish()
    assert done == [1]
    asyncio.run(add(2))
    asyncio.run(add_and_wait(3))
    assert done == [1, 2, 3]
