"""Whatever is cancelled and refused, no slot is lost and nobody waits for ever."""

import asyncio

import virtual_time
from hypothesis import given, settings
from hypothesis import strategies as st

from synalinks.language_models._limiter import Limiter
from synalinks.language_models._window import Window

calls = st.lists(
    st.tuples(
        st.floats(0, 1),  # when it comes
        st.floats(0, 0.5),  # how long it takes
        st.integers(0, 3),  # how often it is refused
        st.none() | st.floats(0, 2),  # when it is cancelled
        st.booleans(),  # whether a refusal asks for a pause
    ),
    min_size=1,
    max_size=40,
)


class Model:
    """A limiter, and the most that was ever in flight."""

    def __init__(self, ceiling):
        self.limiter = Limiter(Window(start=ceiling, ceiling=ceiling))
        self.most = 0

    async def call(self, come_s, take_s, n_refused, pauses):
        await asyncio.sleep(come_s)
        place = self.limiter.new_place()
        for attempt in range(n_refused + 1):
            await self.limiter.acquire(place)
            try:
                await self.attempt(
                    take_s, is_refused=attempt < n_refused, pauses=pauses
                )
            finally:
                self.limiter.release(place)

    async def attempt(self, take_s, *, is_refused, pauses):
        self.most = max(self.most, self.limiter.n_in_flight)
        sent_s = self.limiter.now_s()
        await asyncio.sleep(take_s)
        if is_refused:
            self.limiter.refused(sent_s, 0.1 if pauses else None)
        else:
            self.limiter.answered(sent_s)


@settings(max_examples=150)
@given(calls, st.integers(1, 5))
def test_no_slot_is_lost(calls, ceiling):
    """Never more in flight than allowed; in the end none, and the next is served."""

    async def main():
        model = Model(ceiling)
        tasks = []
        for come_s, take_s, n_refused, cancel_s, pauses in calls:
            call = model.call(come_s, take_s, n_refused, pauses)
            tasks.append(asyncio.create_task(call))
            if cancel_s is not None:
                asyncio.get_running_loop().call_later(cancel_s, tasks[-1].cancel)
        await asyncio.wait(tasks)
        assert model.most <= ceiling
        assert model.limiter.n_in_flight == 0
        for task, call in zip(tasks, calls, strict=True):
            assert task.cancelled() <= (call[3] is not None)
        await asyncio.wait_for(model.limiter.acquire(10_000), 10)

    virtual_time.run(main())


class Admitting:
    """Takes so many at once, and refuses the others within a millisecond."""

    def __init__(self, n, latency_s):
        self.n, self.latency_s, self.n_inside = n, latency_s, 0

    async def serve(self, take):
        await asyncio.sleep(0.0005)
        if self.n_inside >= self.n:
            return False
        self.n_inside += 1
        await asyncio.sleep(take * self.latency_s)
        self.n_inside -= 1
        return True

    def ideal_s(self, n_calls):
        return n_calls / self.n * self.latency_s


class Metering:
    """Takes so many in a second, after a burst."""

    def __init__(self, per_s, burst, latency_s):
        self.per_s, self.burst, self.latency_s = per_s, burst, latency_s
        self.tokens, self.at_s = burst, 0.0

    async def serve(self, take):
        await asyncio.sleep(0.0005)
        now_s = asyncio.get_running_loop().time()
        passed = (now_s - self.at_s) * self.per_s
        self.tokens, self.at_s = min(self.burst, self.tokens + passed), now_s
        if self.tokens < 1:
            return False
        self.tokens -= 1
        await asyncio.sleep(take * self.latency_s)
        return True

    def ideal_s(self, n_calls):
        return (n_calls - self.burst) / self.per_s + self.latency_s


def requests_and_seconds(server, n_calls, spread):
    """Return what it takes to get all calls through a server that says nothing."""
    n_requests = 0

    async def one(limiter, number):
        nonlocal n_requests
        place = limiter.new_place()
        while True:
            await limiter.acquire(place)
            sent_s = limiter.now_s()
            n_requests += 1
            is_taken = await server.serve(1 + spread * ((number % 7) - 3) / 3)
            if is_taken:
                limiter.answered(sent_s)
            else:
                limiter.refused(sent_s)
            limiter.release(place)
            if is_taken:
                return

    async def main():
        limiter = Limiter(Window())
        async with asyncio.TaskGroup() as group:
            for number in range(n_calls):
                group.create_task(one(limiter, number))
        return limiter.now_s()

    return virtual_time.run(main()), n_requests


@settings(max_examples=15, derandomize=True)
@given(st.integers(4, 100), st.floats(0.1, 0.5), st.floats(0, 0.5))
def test_it_finds_how_many_are_admitted(n, latency_s, spread):
    """The wall is near the ideal of whoever knows the limit, with few refusals."""
    server, n_calls = Admitting(n, latency_s), 30 * n

    seconds, n_requests = requests_and_seconds(server, n_calls, spread)

    assert seconds <= 1.3 * server.ideal_s(n_calls) + 3 * latency_s
    assert n_requests <= 1.4 * n_calls


@settings(max_examples=15, derandomize=True)
@given(st.integers(100, 300), st.integers(20, 100), st.floats(0.05, 0.3))
def test_it_finds_how_many_are_let_in_per_second(per_s, burst, latency_s):
    """A limit in time is met as well as one in number."""
    server, n_calls = Metering(per_s, burst, latency_s), 6 * per_s

    seconds, n_requests = requests_and_seconds(server, n_calls, 0.2)

    assert seconds <= 1.3 * server.ideal_s(n_calls) + 4 * latency_s
    assert n_requests <= 1.15 * n_calls
