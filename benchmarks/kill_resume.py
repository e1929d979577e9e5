"""Runs that are killed again and again: what is left of it, and what being safe costs.

    python benchmarks/kill_resume.py [--kills 200] [--seed 0]

First, runs of two optimizers with a judge are killed with SIGKILL at random instants,
until 200 kills are reached. Each is gone on with until it ends, and compared with a run
that nobody has killed: program, history, optimizer, usage and files, to the last byte,
and what MLflow has on a store of its own. The log of the
server, a process of its own, tells what was asked twice.

Then the time of the event loop per batch, and of a whole run at 50 ms latency, are
measured with and without a journal and a snapshot after every batch; and how long it
takes to open a journal of 50,000 calls.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import _bars
import _root  # noqa: F401 - finds `tests`
from _processors import one_processor

import synalinks
from synalinks._internal import context
from synalinks._internal.aio import gather_ordered
from synalinks._internal.journal import Journal
from synalinks.callbacks import BackupAndRestore
from synalinks.testing import ChatServerProcess, ScriptedTransport
from tests.fault import killed_run, killing

# Optimizer, and when it is saved.
KINDS = (("few_shot", "epoch"), ("few_shot", 1), ("advised", "epoch"), ("advised", 1))
KILLS_PER_RUN = 10
N_CALLS = 50_000


def kill_runs(n_kills: int, seed: int, folder: Path) -> list[_bars.Bar]:
    """Kill runs until there are enough kills; return what was found."""
    starter = killing.Starter()
    counted = dict.fromkeys(("runs", "kills", "cut", "again", "problems"), 0)
    rows = []
    with killing.server() as server:
        wholes = {}
        while counted["kills"] < n_kills:
            kind = KINDS[counted["runs"] % len(KINDS)]
            arguments = dict(zip(("optimizer", "save_freq"), kind, strict=True))
            arguments["is_tracked"] = True
            name = f"run{counted['runs']}"
            if kind not in wholes:
                wholes[kind] = killing.run_to_the_end(
                    starter, server, folder / f"whole-{name}", [], **arguments
                )
            kills = killing.kills(seed, name, KILLS_PER_RUN, max_requests=20)
            killed = killing.run_to_the_end(
                starter, server, folder / name, kills, **arguments
            )
            found = killing.problems(killed, wholes[kind])
            n_again = (killed.asked - wholes[kind].asked).total()
            counted["runs"] += 1
            counted["kills"] += killed.n_kills
            counted["cut"] += killed.n_cut
            counted["again"] += n_again
            counted["problems"] += len(found)
            rows.append(
                (*kind, killed.n_kills, killed.n_requests, n_again, found or "")
            )
    starter.stop()
    _bars.table(["optimizer", "saved", "kills", "requests", "again", "differs"], rows)
    _bars.say(
        f"\n{counted['kills']} kills of {counted['runs']} runs: {counted['again']} "
        f"requests were made again, {counted['cut']} calls were in flight at a kill."
    )
    return [
        _bars.Bar("runs that end otherwise, or pay twice", counted["problems"], 0),
        _bars.Bar("fewer kills than wanted", n_kills - counted["kills"], 0),
    ]


# -- what it costs ---------------------------------------------------------------------


async def fit(model, callbacks, n_samples: int, epochs: int) -> tuple[float, float]:
    """Train a toy; return the seconds of the loop's thread, and on the wall."""
    inputs = synalinks.Input(data_model=killed_run.Question)
    outputs = await synalinks.Generator(
        data_model=killed_run.Answer, language_model=model, name="writer"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="toy")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(),
        reward=synalinks.rewards.ExactMatch(),
    )
    x, y = killed_run.data(0, n_samples)
    busy, started = time.thread_time(), time.perf_counter()
    await program.fit(
        x, y, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks,
        validation_data=killed_run.data(1000, 8),
    )  # fmt: skip
    return time.thread_time() - busy, time.perf_counter() - started


def loop_time(folder: Path) -> _bars.Bar:
    """Return what journal and snapshots take of the event loop, per batch."""
    n_samples, epochs = 200, 4
    n_batches = epochs * n_samples // 4

    def ms_per_batch(callbacks) -> float:
        synalinks.clear_session()
        model = synalinks.LanguageModel(
            "openai/worker", transport=ScriptedTransport(killed_run.answer)
        )
        busy, _ = asyncio.run(fit(model, callbacks, n_samples, epochs))
        return 1000 * busy / n_batches

    with one_processor():
        pairs = paired(ms_per_batch, folder / "loop", n_pairs=7)
    added = median(safe - bare for bare, safe in pairs)
    show_pairs("loop's thread, ms per batch", pairs)
    return _bars.Bar("ms of the event loop per batch", added, 2)


def wall_time(folder: Path) -> _bars.Bar:
    """Return what journal and snapshots take of a run at 50 ms latency, in percent."""

    def seconds(callbacks) -> float:
        synalinks.clear_session()
        model = killed_run.model("worker", server.url)
        return asyncio.run(fit(model, callbacks, 80, 2))[1]

    with ChatServerProcess(
        function="tests.fault.killed_run:answer", latency_s=0.05
    ) as server:
        pairs = paired(seconds, folder / "wall", n_pairs=11)
    show_pairs("at 50 ms, seconds", pairs)
    ratio = median(safe / bare for bare, safe in pairs)
    return _bars.Bar("percent of a run at 50 ms", 100 * (ratio - 1), 5)


def paired(measure, folder: Path, *, n_pairs: int) -> list[tuple[float, float]]:
    """Return what was measured without and with a backup, one right after the other.

    Both of a pair meet the same machine; a first pair, which imports, is not counted.
    """
    return [
        (measure([]), measure([BackupAndRestore(folder / str(number), 1)]))
        for number in range(n_pairs + 1)
    ][1:]


def show_pairs(title: str, pairs: list[tuple[float, float]]) -> None:
    """Show the medians of pairs."""
    without, safe = (median(values) for values in zip(*pairs, strict=True))
    _bars.table([title, ""], [("without", without), ("with", safe)])


def opening_time(folder: Path) -> _bars.Bar:
    """Return how long a journal of 50,000 calls takes to open."""

    async def fill() -> None:
        journal = Journal(folder / "many")
        await asyncio.to_thread(journal.open)
        answer = {"value": {"answer": "x" * 900}, "usage": {"calls": 1}}
        outline = {"model": "openai/x", "messages": [["user", ["0f0f0f0f"] * 20]]}

        async def keep(number: int) -> None:
            position = journal.position(f"{number:032d}")
            journal.note_sent(position, lambda: outline)
            await journal.append(position, answer)

        with context.bound(context.scope, "fit/candidate 0123456789abcdef"):
            calls = [lambda n=number: keep(n) for number in range(N_CALLS)]
            await gather_ordered(calls, limit=1000)
        await asyncio.to_thread(journal.close)

    asyncio.run(fill())
    started, begun = time.perf_counter(), time.process_time()
    journal = Journal(folder / "many")
    journal.open()
    seconds, busy = time.perf_counter() - started, time.process_time() - begun
    assert len(journal) == N_CALLS
    size = sum(path.stat().st_size for path in (folder / "many").iterdir())
    _bars.say(
        f"{N_CALLS:,} calls, {size / 1e6:.0f} MB: open in {seconds:.2f} s, "
        f"{busy:.2f} s of the processor"
    )
    return _bars.Bar("seconds to open 50,000 calls", seconds, 3)


def main() -> None:
    """Measure, and say what was promised."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        bars = (
            [*kill_runs(options.kills, options.seed, folder)] if options.kills else []
        )
        bars += [opening_time(folder), loop_time(folder), wall_time(folder)]
    _bars.finish(bars)


if __name__ == "__main__":
    main()
