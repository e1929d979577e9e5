"""Slots: in order, never too many, never lost."""

import asyncio

import pytest
import virtual_time

from synalinks.errors import AuthenticationError, BadRequestError, TimedOutError
from synalinks.language_models._limiter import Limiter
from synalinks.language_models._window import Window


def fixed(n):
    return Limiter(Window(start=n, ceiling=n))


async def test_first_come_first_served():
    """Slots go to who waits longest, and a place that is kept stays ahead."""
    limiter = fixed(1)
    served = []

    async def call(name, place):
        await limiter.acquire(place)
        served.append(name)
        await asyncio.sleep(0)
        limiter.release(place)

    kept, holder = limiter.new_place(), limiter.new_place()
    await limiter.acquire(holder)
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(call(number, limiter.new_place()))
        await asyncio.sleep(0)
        group.create_task(call("again", kept))
        await asyncio.sleep(0)
        limiter.release(holder)

    assert served == ["again", 0, 1, 2, 3, 4]


def test_a_pause_holds_for_all():
    """Nobody is served in a pause, others are at its end; the longest wish counts."""

    async def main():
        limiter = fixed(8)
        refused = limiter.new_place()
        await limiter.acquire(refused)
        for pause_s in (5.0, 2.0, None):
            limiter.refused(limiter.now_s(), pause_s)
        limiter.release(refused)
        times = []
        for _ in range(3):
            await limiter.acquire(limiter.new_place())
            times.append(limiter.now_s())
        return times

    assert virtual_time.run(main()) == pytest.approx([5.0] * 3, abs=0.1)


def test_sends_keep_the_interval():
    """Slots are handed out no closer than the window says."""

    async def main():
        limiter = fixed(100)
        limiter.answered(limiter.now_s(), 0.5)
        times = []
        for _ in range(5):
            await limiter.acquire(limiter.new_place())
            times.append(limiter.now_s())
        return times

    times = virtual_time.run(main())

    assert times == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])


async def test_cancelling_while_waiting():
    """Who gives up waiting leaves no gap and takes no slot."""
    limiter = fixed(1)
    holder = limiter.new_place()
    await limiter.acquire(holder)
    waiting = [
        asyncio.create_task(limiter.acquire(limiter.new_place())) for _ in range(3)
    ]
    await asyncio.sleep(0)

    waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.sleep(0)
    limiter.release(holder)
    await waiting[2]

    assert limiter.n_in_flight == 1


async def test_cancelling_in_the_instant_of_the_turn():
    """A slot that arrives together with the cancellation goes to the next."""
    limiter = fixed(1)
    holder = limiter.new_place()
    await limiter.acquire(holder)
    first, second = (
        asyncio.create_task(limiter.acquire(limiter.new_place())) for _ in range(2)
    )
    await asyncio.sleep(0)

    limiter.release(holder)
    first.cancel()
    await asyncio.wait([first, second], timeout=1)

    assert first.cancelled()
    assert second.done()
    assert limiter.n_in_flight == 1


def test_the_oldest_slot_of_another():
    """Whether somebody else is being served, and since when."""

    async def main():
        limiter = fixed(8)
        places = [limiter.new_place() for _ in range(3)]
        for place in places:
            await limiter.acquire(place)
            await asyncio.sleep(1)
        seen = [limiter.oldest_s(place) for place in places]
        limiter.release(places[0])
        seen.append(limiter.oldest_s(places[1]))
        limiter.release(places[2])
        return [*seen, limiter.oldest_s(places[1])]

    assert virtual_time.run(main()) == [1.0, 0.0, 0.0, 2.0, 3.0]


async def test_no_place_is_given_twice():
    """Who has one number in two queues is told apart in both."""
    first, second = fixed(8), fixed(8)

    places = [one.new_place() for one in (first, second, first)]

    assert places == sorted(set(places))


async def test_a_refused_key_condemns_who_comes_until_somebody_is_answered():
    """While others are in flight, newcomers are told as well; later ones try."""
    limiter = fixed(3)
    places = [limiter.new_place() for _ in range(3)]
    for place in places:
        await limiter.acquire(place)
    limiter.declined(AuthenticationError("no"))
    limiter.release(places[0])

    meanwhile = limiter.new_place()
    limiter.answered(limiter.now_s())
    later = limiter.new_place()

    assert isinstance(limiter.verdict_on(meanwhile), AuthenticationError)
    assert limiter.verdict_on(later) is None


async def test_a_refusal_of_one_request_is_a_sign_of_life():
    """Who says that a request is wrong does not hang."""
    limiter = fixed(2)
    waiting = limiter.new_place()

    limiter.timed_out(TimedOutError("late"), limiter.now_s())
    limiter.declined(BadRequestError("wrong"))
    limiter.timed_out(TimedOutError("late"), limiter.now_s() + 1)

    assert limiter.verdict_on(waiting) is None


@pytest.mark.parametrize(("has_answered", "n_needed"), [(False, 2), (True, 5)])
async def test_silence_is_worse_where_nothing_was_heard(has_answered, n_needed):
    """A few slow answers in a row do not cost those of all that wait."""
    limiter = fixed(2)
    if has_answered:
        limiter.answered(limiter.now_s())
    waiting = limiter.new_place()

    for n in range(1, n_needed + 1):
        assert limiter.verdict_on(waiting) is None
        limiter.timed_out(TimedOutError("It was late."), limiter.now_s() + n)

    assert str(limiter.verdict_on(waiting)) == (
        f"It was late. So it was with {n_needed} calls in a row. Those that waited "
        "were not sent any more."
    )


async def test_what_was_told_first_is_not_news():
    """An answer to a call from before a refusal does not lift what that asks for."""
    window = Window(start=8, ceiling=8)
    limiter = Limiter(window)
    before_s = limiter.now_s() - 1

    limiter.refused(before_s, None, 2.0)
    limiter.answered(before_s, 0.0)
    assert window.told_interval_s == 2.0

    limiter.answered(limiter.now_s() + 1, 0.0)
    assert window.told_interval_s == 0.0


def test_a_distance_holds_from_when_it_is_told():
    """What was not sent before is not caught up with."""

    async def main():
        limiter = fixed(8)
        await asyncio.sleep(10)
        limiter.answered(limiter.now_s(), 1.0)
        await asyncio.sleep(0.05)
        times = []
        for _ in range(3):
            await limiter.acquire(limiter.new_place())
            times.append(limiter.now_s())
        return times

    assert virtual_time.run(main()) == pytest.approx([10.05, 11.0, 12.0])
