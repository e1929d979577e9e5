"""What observability costs: the same evaluation with it and without, in turns.

1,000 samples at 50 ms, 64 at once. MLflow is at the address given, or in a database in
a temporary folder. A task that asks to be woken every millisecond tells how long the
event loop was held up.

    python benchmarks/observability.py [tracking_uri]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from typing import Any

from _bars import Bar, finish, median, say, table

import synalinks
from synalinks.testing import ScriptedTransport

N_SAMPLES = 1_000
LATENCY_S = 0.05
N_CONCURRENT = 64
N_ROUNDS = 2
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


async def measure(program: Any, x: list[Any], y: list[Any]) -> tuple[float, float]:
    """Return seconds of an evaluation, and the loop's longest pause in milliseconds."""
    pauses = [0.0]
    watching = asyncio.create_task(probe(pauses))
    began_s = time.perf_counter()
    await program.evaluate(x, y, verbose=0)
    seconds = time.perf_counter() - began_s
    watching.cancel()
    return seconds, 1e3 * max(pauses)


async def main(uri: str) -> list[Bar]:
    """Measure in turns, and return what is promised."""
    x = [Query(query=f"question {number}") for number in range(N_SAMPLES)]
    y = [Answer(answer="yes")] * N_SAMPLES
    program = await make_program()
    await measure(program, x, y)  # what is slow the first time
    off: list[tuple[float, float]] = []
    on: list[tuple[float, float]] = []
    for number in range(N_ROUNDS):
        if number:  # what is sent late must not disturb the next round
            began_s = time.perf_counter()
            await synalinks.flush_observability(600)
            say(f"MLflow has all of it {time.perf_counter() - began_s:.1f} s later")
        off.append(await measure(program, x, y))
        synalinks.enable_observability(uri)
        on.append(await measure(program, x, y))
        synalinks.disable_observability()
    rows = [("off", *one) for one in off] + [("on", *one) for one in on]
    table(("", "seconds", "longest pause, ms"), rows)
    ratio = median([one for one, _ in on]) / median([one for one, _ in off])
    return [
        Bar("wall time on / off", ratio, 1.10),
        Bar("longest pause, ms", max(pause for _, pause in on), 50),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        given = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/mlflow.db"
        found = asyncio.run(main(given))
    finish(found)
