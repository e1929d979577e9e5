"""Resident memory over many predictions: it must not grow with their number.

A program of one generator predicts against a server in a process of its own. The memory
of the first 2,000 predictions is what the program needs; what comes on top later, while
nothing is kept by the caller, is lost.

    python benchmarks/memory.py [predictions]
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path
from typing import Any

from _bars import Bar, finish, say, table

import synalinks
from synalinks.testing import ChatServerProcess

N_PREDICTIONS = 20_000
N_FIRST = 2_000
N_IN_FLIGHT = 128
LIMIT_MB = 20.0


class Review(synalinks.DataModel):
    """What is asked about."""

    review: str


class Label(synalinks.DataModel):
    """What is answered."""

    label: str


def resident_mb() -> float:
    """Return the resident memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measure(url: str, n_predictions: int) -> list[list[Any]]:
    """Return rows of predictions made and memory used."""
    model = synalinks.LanguageModel(
        "openai/gpt-4o-mini",
        api_base=url,
        api_key="benchmark",
        transport="direct",
        max_concurrency=N_IN_FLIGHT,
    )
    inputs = synalinks.Input(data_model=Review)
    outputs = await synalinks.Generator(data_model=Label, language_model=model)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    rows: list[list[Any]] = []
    for start in range(0, n_predictions, N_FIRST):
        # Every text is another one: nothing may be kept per text.
        texts = [
            f"Review {index} " + "x" * 1000 for index in range(start, start + N_FIRST)
        ]
        await program.predict([Review(review=text) for text in texts], verbose=0)
        del texts
        gc.collect()
        rows.append([start + N_FIRST, resident_mb()])
        say(f"{rows[-1][0]:6d} predictions: {rows[-1][1]:.1f} MB")
    return rows


def main() -> None:
    """Predict, and print the table."""
    n_predictions = int(sys.argv[1]) if len(sys.argv) > 1 else N_PREDICTIONS
    with ChatServerProcess({"label": "good"}) as server:
        rows = asyncio.run(measure(server.url, n_predictions))
    first = rows[0][1]
    table(["predictions", "MB", "growth"], [[*row, row[1] - first] for row in rows])
    grown = max(row[1] for row in rows) - first
    finish([Bar(f"growth after the first {N_FIRST} predictions, MB", grown, LIMIT_MB)])


if __name__ == "__main__":
    main()
