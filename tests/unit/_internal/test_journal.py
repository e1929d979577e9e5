"""A run that is repeated meets the same answers at the same places."""

import asyncio

import pytest

from synalinks._internal import context
from synalinks._internal.journal import Intent, Journal, Position
from synalinks.errors import WriteError
from tests.full_disk import fill_disk


def opened(folder):
    journal = Journal(folder)
    assert journal.open() == []
    return journal


async def ask(journal, scope, digest, answer):
    """Return what the journal has, else the answer, kept."""
    with context.bound(context.scope, scope):
        position = journal.position(digest)
    kept = journal.lookup(position)
    if kept is None:
        await journal.append(position, answer)
    return answer if kept is None else kept


def test_replay(tmp_path):
    """Equal draws in one scope stay apart, and come back in their order."""
    calls = [("s/0", "d"), ("s/0", "d"), ("s/1", "d"), ("s/0", "e"), ("s/0", "d")]

    async def run(journal, answers):
        return [
            await ask(journal, scope, digest, answer)
            for (scope, digest), answer in zip(calls, answers, strict=True)
        ]

    first, second = opened(tmp_path), Journal(tmp_path)
    assert asyncio.run(run(first, "abcde")) == list("abcde")
    first.close()
    second.open()
    assert asyncio.run(run(second, "vwxyz")) == list("abcde")
    assert (first.n_appended, first.n_replayed) == (5, 0)
    assert (second.n_appended, second.n_replayed) == (0, 5)
    second.close()


def test_positions():
    """A position says where, what, and the how manyeth."""
    journal = Journal("nowhere")

    with context.bound(context.scope, "fit#0/epoch 1"):
        positions = [journal.position("d") for _ in range(2)]

    assert positions[1] == Position.at("fit#0/epoch 1", "d", 1)
    assert positions[0].key == "fit#0/epoch 1/d/0"


async def test_an_answer_that_cannot_be_kept_stops_the_next_call(tmp_path, monkeypatch):
    """Nothing more is paid for while answers cannot be made durable."""
    journal = await asyncio.to_thread(opened, tmp_path)
    journal.check()

    fill_disk(monkeypatch)
    with pytest.raises(WriteError, match="No space left"):
        await ask(journal, "s", "d", 1)

    with pytest.raises(WriteError, match="still in memory"):
        journal.check()


def test_notes(tmp_path):
    """Other things can be noted without waiting."""
    journal = opened(tmp_path)

    journal.note("stop", {"why": "enough"})
    journal.close()

    assert len(opened(tmp_path)) == 1


def test_the_key_of_a_request_is_that_of_its_run_place_and_content():
    """Another process has the same one; whatever else is asked has another."""
    here, there = Position.at("fit/a", "d", 0), Position.at("fit/b", "d", 0)

    key = Intent("run", here).key_of(b"x")

    assert key == Intent("run", here).key_of(b"x")
    assert key not in {
        Intent("another", here).key_of(b"x"),
        Intent("run", there).key_of(b"x"),
        Intent("run", Position.at("fit/a", "d", 1)).key_of(b"x"),
        Intent("run", here).key_of(b"y"),
    }


def test_a_refused_request_is_followed_by_another():
    """A provider would answer it with the same refusal."""
    intent = Intent("run \ud800", Position.at("fit", "d", 0))

    keys = []
    for _ in range(3):
        keys.append(intent.key_of(b"x"))
        intent.note_refused()

    assert len(set(keys)) == 3
    assert not intent.is_sent
