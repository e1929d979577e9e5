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

import _bars
import _root  # noqa: F401 - finds `tests`

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
    n_samples, epochs = 200, 2
    n_batches = epochs * n_samples // 4
    times: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(5):
        for name, taken in times.items():
            synalinks.clear_session()
            model = synalinks.LanguageModel(
                "openai/worker", transport=ScriptedTransport(killed_run.answer)
            )
            backup = BackupAndRestore(folder / f"loop{number}", 1)
            callbacks = [backup] if name == "with" else []
            busy, _ = asyncio.run(fit(model, callbacks, n_samples, epochs))
            taken.append(1000 * busy / n_batches)
    # What disturbs a measurement only ever adds to it.
    rows = [(name, min(taken)) for name, taken in times.items()]
    _bars.table(["loop's thread", "ms per batch"], rows)
    return _bars.Bar("ms of the event loop per batch", rows[1][1] - rows[0][1], 2)


def wall_time(folder: Path) -> _bars.Bar:
    """Return what journal and snapshots take of a run at 50 ms latency, in percent."""
    times: dict[str, list[float]] = {"without": [], "with": []}
    with ChatServerProcess(
        function="tests.fault.killed_run:answer", latency_s=0.05
    ) as server:
        for number in range(3):
            for name, taken in times.items():
                synalinks.clear_session()
                model = killed_run.model("worker", server.url)
                backup = BackupAndRestore(folder / f"wall{number}", 1)
                callbacks = [backup] if name == "with" else []
                _, wall_s = asyncio.run(fit(model, callbacks, 80, 2))
                taken.append(wall_s)
    rows = [(name, min(taken)) for name, taken in times.items()]
    _bars.table(["at 50 ms", "seconds"], rows)
    return _bars.Bar(
        "percent of a run at 50 ms", 100 * (rows[1][1] / rows[0][1] - 1), 5
    )


def opening_time(folder: Path) -> _bars.Bar:
    """Return how long a journal of 50,000 calls takes to open."""

    async def fill() -> None:
        journal = Journal(folder / "many")
        await asyncio.to_thread(journal.open)
        answer = {"value": {"answer": "x" * 900}, "usage": {"calls": 1}}
        outline = {"model": "openai/x", "messages": [["user", ["0f0f0f0f"] * 20]]}

        async def keep(number: int) -> None:
            position = journal.position(f"{number:032d}")
            journal.note_sent(position, outline)
            await journal.append(position, answer)

        with context.bound(context.scope, "fit/candidate 0123456789abcdef"):
            calls = [lambda n=number: keep(n) for number in range(N_CALLS)]
            await gather_ordered(calls, limit=1000)
        await asyncio.to_thread(journal.close)

    asyncio.run(fill())
    started = time.perf_counter()
    journal = Journal(folder / "many")
    journal.open()
    seconds = time.perf_counter() - started
    assert len(journal) == N_CALLS
    size = sum(path.stat().st_size for path in (folder / "many").iterdir())
    _bars.say(f"{N_CALLS:,} calls, {size / 1e6:.0f} MB: open in {seconds:.2f} s")
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
