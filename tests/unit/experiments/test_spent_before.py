"""What processes that have ended have spent, from the folders of runs."""

import asyncio

from synalinks._internal.journal import Journal, Position
from synalinks.callbacks import Spent
from synalinks.experiments._spent_before import spent_in

USAGE = {"calls": 1, "prompt_tokens": 40, "completion_tokens": 2, "cost_usd": 0.5}
OUTLINE = {"model": "openai/unknown", "params": {}, "tokens": [30, 3]}


async def work(folder, *steps):
    """Do what a process does to a journal, and end."""
    journal = Journal(folder)
    await asyncio.to_thread(journal.open)
    for what, name in steps:
        position = Position.at("here", name, 0)
        if what == "sent":
            journal.note_sent(position, lambda: OUTLINE)
        elif what == "failed":
            journal.note_failed(position)
        else:
            await journal.append(position, {"usage": USAGE})
    await asyncio.to_thread(journal.close)


async def test_answers_count_and_so_does_what_was_in_flight(tmp_path):
    """A call that got no answer may have been paid for; one that failed was not.

    On benchmarks it counts apart: who goes on with them does not know of it.
    """
    run = tmp_path / "run"
    lost_once = [("sent", "a"), ("sent", "b"), ("answer", "b")]
    for name in ("backup", "answers"):
        await work(run / name, *lost_once, ("sent", "c"), ("failed", "c"))
        await work(run / name, ("sent", "a"), ("answer", "a"))

    spent = await asyncio.to_thread(spent_in, {"arm__s0": run})

    answered = Spent(calls=2, tokens=84, cost=1.0)
    lost = Spent(calls=1, tokens=33)
    assert spent == {
        "arm__s0/train": answered + lost,
        "arm__s0/evaluate": answered,
        "arm__s0/evaluate, cut off": lost,
    }
