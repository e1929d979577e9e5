"""What observability costs: the same evaluation with it and without, in turns.

1,000 samples at 50 ms, 64 at once, in five pairs of evaluations. MLflow is at the given
address, or in a database in a temporary folder. A task that asks to be woken every
millisecond tells how long the event loop was held up.

    python benchmarks/observability.py [tracking_uri]
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import tempfile
import time
from typing import Any, NamedTuple

from _bars import Bar, finish, median, say, table

import synalinks
from synalinks.testing import ScriptedTransport

N_SAMPLES = 1_000
LATENCY_S = 0.05
N_CONCURRENT = 64
N_ROUNDS = 5
PROBE_S = 0.001


class Query(synalinks.DataModel):
    """A question."""

    query: str


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str


async def answer(_request: Any) -> dict[str, str]:
    """Answer after a while."""
    await asyncio.sleep(LATENCY_S)
    return {"answer": "yes"}


async def make_program() -> synalinks.Program:
    """Return a program of one generator."""
    model = synalinks.LanguageModel(
        "openai/scripted",
        transport=ScriptedTransport(answer),
        max_concurrency=N_CONCURRENT,
    )
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(data_model=Answer, language_model=model)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="observed")
    program.compile(reward="exact_match")
    return program


async def probe(pauses: list[float]) -> None:
    """Note how much later than asked for the event loop comes back."""
    while True:
        began_s = time.perf_counter()
        await asyncio.sleep(PROBE_S)
        pauses.append(time.perf_counter() - began_s - PROBE_S)


class Taken(NamedTuple):
    """What an evaluation took."""

    seconds: float
    pause_ms: float
    """The longest pause of the event loop."""
    cpu_s: float
    """Of the event loop's thread."""


async def measure(program: Any, x: list[Any], y: list[Any]) -> Taken:
    """Evaluate, and return what it took."""
    gc.collect()  # what the others have left
    pauses = [0.0]
    watching = asyncio.create_task(probe(pauses))
    began_s, cpu_s = time.perf_counter(), time.thread_time()
    await program.evaluate(x, y, verbose=0)
    seconds, cpu_s = time.perf_counter() - began_s, time.thread_time() - cpu_s
    watching.cancel()
    return Taken(seconds, 1e3 * max(pauses), cpu_s)


async def measure_with_it(program: Any, x: list[Any], y: list[Any], uri: str) -> Taken:
    """Evaluate with observability on; what is left to send is sent afterwards."""
    synalinks.enable_observability(uri, "benchmark", shutdown_timeout=0.0)
    found = await measure(program, x, y)
    synalinks.disable_observability()
    began_s = time.perf_counter()
    if not await synalinks.flush_observability(1_200):
        raise TimeoutError
    say(f"MLflow has all of it {time.perf_counter() - began_s:.1f} s later")
    return found


async def main(uri: str) -> list[Bar]:
    """Measure in turns, and return what is promised."""
    x = [Query(query=f"question {number}") for number in range(N_SAMPLES)]
    y = [Answer(answer="yes")] * N_SAMPLES
    program = await make_program()
    # What is slow the first time: imports, and the other process starts.
    await measure(program, x, y)
    await measure_with_it(program, x[:N_CONCURRENT], y[:N_CONCURRENT], uri)
    off: list[Taken] = []
    on: list[Taken] = []
    for number in range(N_ROUNDS):
        # Pairs in turns, the other way round each time: the machine changes, too.
        for is_on in (number % 2 == 0, number % 2 == 1):
            if is_on:
                on.append(await measure_with_it(program, x, y, uri))
            else:
                off.append(await measure(program, x, y))
    rows = [("off", *one) for one in off] + [("on", *one) for one in on]
    table(("", "seconds", "longest pause, ms", "CPU of the loop, s"), rows)
    ratios = [a.seconds / b.seconds for a, b in zip(on, off, strict=True)]
    pause_off = median([one.pause_ms for one in off])
    say(f"longest pause with it off, median: {pause_off:.1f} ms")
    return [
        Bar("wall time on / off, median of pairs", median(ratios), 1.10),
        Bar("longest pause, ms, median", median([one.pause_ms for one in on]), 50),
    ]


if __name__ == "__main__":
    # MLflow keeps files of runs in the working folder, if its store is a database.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        given = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/mlflow.db"
        found = asyncio.run(main(given))
    finish(found)
