"""What follows from answers is done one by one, and not before what is urgent."""

import asyncio

import pytest

from synalinks.language_models import LanguageModel
from synalinks.language_models._turnstile import Turnstile
from synalinks.testing import ScriptedTransport

FIRST = [{"role": "user", "content": "the first one"}]
MESSAGES = [{"role": "user", "content": "hello"}]


class Rounds:
    """Counts the rounds of the running event loop, while it is asked to."""

    def __init__(self):
        self.n = 0
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_soon(self._count)

    def _count(self):
        self.n += 1
        self._handle = self._loop.call_soon(self._count)

    def stop(self):
        self._handle.cancel()


async def test_one_task_goes_on_per_round_in_order():
    """Of those that come at once, the first goes on, and one more in each round."""
    turnstile, rounds, seen = Turnstile(), Rounds(), []

    async def pass_through(name):
        await turnstile.turn()
        seen.append((name, rounds.n))

    async with asyncio.TaskGroup() as group:
        for name in "abcd":
            group.create_task(pass_through(name))
    rounds.stop()

    assert [name for name, _ in seen] == list("abcd")
    at = [n for _, n in seen]
    assert len(set(at)) == 4
    assert at[-1] - at[0] <= 4


async def test_who_comes_alone_does_not_wait():
    """A turn that nobody else wants is taken at once, round after round."""
    turnstile = Turnstile()
    for _ in range(3):
        with pytest.raises(StopIteration):  # it ends at its first step
            turnstile.turn().send(None)
        await asyncio.sleep(0)


async def test_who_is_cancelled_gives_the_turn_to_the_next():
    """Those behind a cancelled task go on all the same."""
    turnstile, seen = Turnstile(), []

    async def pass_through(name):
        await turnstile.turn()
        seen.append(name)

    tasks = [asyncio.create_task(pass_through(name)) for name in "abcd"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks[2].cancel()
    await asyncio.wait(tasks)

    assert seen == ["a", "d"]


async def test_slots_are_used_again_before_most_answers_are():
    """Of 8 answers that come at once, each gives its slot to another call first."""
    all_sent, half_used, log = asyncio.Event(), asyncio.Event(), []

    async def answer(request):
        if request.messages == FIRST:
            return "ok"
        log.append("sent")
        if len(log) == 8:
            all_sent.set()
        await (all_sent if len(log) <= 8 else half_used).wait()
        return "ok"

    model = LanguageModel(
        "openai/gpt-4o-mini", transport=ScriptedTransport(answer), max_concurrency=8
    )
    await model.complete(FIRST)  # what is prepared once would keep them apart

    async def ask():
        await model.complete(MESSAGES)
        log.append("used")
        if log.count("used") == 8:
            half_used.set()

    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(ask())

    last_sent = max(index for index, one in enumerate(log) if one == "sent")
    assert log.count("sent") == 16
    assert log[:last_sent].count("used") <= 2
