"""Wall clock of 1,000 samples against servers that are slow, uneven or limited.

Each server is a process of its own. Where a server is never in the way, the floor is
arithmetic; with stragglers it is a sliding window of nothing but aiohttp over the same
prompts in the same round. Rounds interleave the ways; medians are shown. Processors
are kept awake meanwhile, as those of a real machine are.

    python benchmarks/concurrency.py [rounds] [samples]
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _bars import Bar, finish, median, say, table
from _processors import awake

import synalinks
from synalinks.testing import ChatServerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

N_ROUNDS = 3
N_SAMPLES = 1000
N_IN_FLIGHT = 128
N_ADMITTED = 32
REQUESTS_PER_S = 200
BURST = 20
LATENCY_S = 0.2
STRAGGLER_S = 2.0
STRAGGLER_EVERY = 20  # 5 %
ANSWER = {"label": "good"}
KEY = "benchmark"

Result = tuple[float, int]  # seconds, samples lost


class Review(synalinks.DataModel):
    """What is asked about."""

    review: str


class Label(synalinks.DataModel):
    """What is answered."""

    label: str


def data(n_samples: int) -> tuple[list[Any], list[Any]]:
    """Return inputs and targets; every twentieth input is one for stragglers."""
    texts = [
        f"Number {index}, {'slow' if index % STRAGGLER_EVERY == 7 else 'quick'}."
        for index in range(n_samples)
    ]
    return (
        [Review(review=text) for text in texts],
        [Label(label=ANSWER["label"]) for _ in texts],
    )


async def program(url: str, max_concurrency: int | None) -> Any:
    """Return a program of one generator, with all that is slow the first time done."""
    model = synalinks.LanguageModel(
        "openai/gpt-4o-mini",
        api_base=url,
        api_key=KEY,
        transport="direct",
        max_concurrency=max_concurrency,
    )
    inputs = synalinks.Input(data_model=Review)
    outputs = await synalinks.Generator(
        data_model=Label, language_model=model, instructions="Say good or bad."
    )(inputs)
    made = synalinks.Program(inputs=inputs, outputs=outputs)
    made.compile(reward="exact_match")
    await made(Review(review="A first one, quick."))
    return made


async def evaluate(url: str, n: int, max_concurrency: int | None) -> Result:
    """Return the seconds of `evaluate`, and how many samples were lost."""
    made = await program(url, max_concurrency)
    x, y = data(n)
    started = perf_counter()
    results = await made.evaluate(x, y, verbose=0)
    seconds = perf_counter() - started
    # Every answer is right: what is missing from 1.0 is missing from the samples.
    return seconds, round(n * (1 - results["reward"])) + results.get("errors", 0)


async def predict(url: str, n: int, max_concurrency: int | None) -> Result:
    """Return the seconds of `predict`, and how many samples were lost."""
    made = await program(url, max_concurrency)
    x, _ = data(n)
    started = perf_counter()
    outputs = await made.predict(x, verbose=0)
    seconds = perf_counter() - started
    n_right = sum(one is not None and one.get_json() == ANSWER for one in outputs)
    return seconds, n - n_right


async def raw_aiohttp(url: str, n: int, max_concurrency: int | None) -> Result:
    """Return the seconds of a sliding window of nothing but aiohttp."""
    import aiohttp  # noqa: PLC0415 - only this way needs it here

    x, _ = data(n)
    bodies = iter(
        [
            {"model": "m", "messages": [{"role": "user", "content": one.review}]}
            for one in x
        ]
    )
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0)
    ) as session:

        async def work() -> None:
            for body in bodies:
                async with session.post(f"{url}/chat/completions", json=body) as answer:
                    json.loads(await answer.read())

        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(max_concurrency or N_IN_FLIGHT):
                group.create_task(work())
        return perf_counter() - started, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server, and how it is asked."""

    title: str
    options: dict[str, Any]
    floor_s: float | None
    """Seconds that cannot be beaten; None for those of raw aiohttp."""
    max_concurrency: int | None
    limit: float
    """Greatest ratio to the floor."""


def servers(n: int) -> list[Server]:
    """Return the servers for so many samples."""
    at_once = f"{N_IN_FLIGHT} in flight"
    return [
        Server(
            title=f"every answer takes {LATENCY_S} s, {at_once}",
            options={},
            floor_s=math.ceil(n / N_IN_FLIGHT) * LATENCY_S,
            max_concurrency=N_IN_FLIGHT,
            limit=1.10,
        ),
        Server(
            title=f"5 % of the answers take {STRAGGLER_S} s, {at_once}",
            options={"faults": ["late~slow"]},
            floor_s=None,
            max_concurrency=N_IN_FLIGHT,
            limit=1.10,
        ),
        Server(
            title=f"{N_ADMITTED} are admitted at once, default concurrency",
            options={"max_in_flight": N_ADMITTED},
            floor_s=n / N_ADMITTED * LATENCY_S,
            max_concurrency=None,
            limit=1.3,
        ),
        Server(
            title=f"{REQUESTS_PER_S} requests/s are let in, default concurrency",
            options={"requests_per_s": REQUESTS_PER_S, "burst": BURST},
            floor_s=(n - BURST) / REQUESTS_PER_S + LATENCY_S,
            max_concurrency=None,
            limit=1.1,
        ),
    ]


async def attempt(way: Any, url: str, n: int, max_concurrency: int | None) -> Result:
    """Return what a way took; an error loses all samples."""
    try:
        return await way(url, n, max_concurrency)
    except synalinks.errors.SynalinksError as error:
        say(f"{type(error).__name__}: {error}")
        return math.inf, n


def measure(server: Server, n_rounds: int, n: int) -> list[Bar]:
    """Run all ways in turn against one server, print the table and return its bars."""
    ways: dict[str, Any] = {"evaluate": evaluate, "predict": predict}
    if server.max_concurrency is not None:
        ways = {"raw aiohttp": raw_aiohttp, **ways}
    results: dict[str, list[Result]] = {name: [] for name in ways}
    logs: dict[str, Any] = {}
    with ChatServerProcess(ANSWER, latency_s=LATENCY_S, **server.options) as process:
        for _ in range(n_rounds):
            for name, way in ways.items():
                process.clear_log()
                taken = attempt(way, process.url, n, server.max_concurrency)
                results[name].append(asyncio.run(taken))
                logs[name] = process.summary()
    medians = {name: median([one for one, _ in results[name]]) for name in ways}
    n_lost = {name: max(lost for _, lost in results[name]) for name in ways}
    floor_s = server.floor_s or medians["raw aiohttp"]
    say(f"\n{server.title}; floor {floor_s:.2f} s")
    table(
        ["", "seconds", "/ floor", "all", "lost", "requests", "429", "at once"],
        [
            [
                name,
                medians[name],
                medians[name] / floor_s,
                " ".join(f"{seconds:.2f}" for seconds, _ in results[name]),
                n_lost[name],
                logs[name]["n_requests"],
                logs[name]["statuses"].get("429", 0),
                logs[name]["max_in_flight"],
            ]
            for name in ways
        ],
    )
    bars: list[Bar] = []
    for name in ("evaluate", "predict"):
        what = f"{server.title}: {name}"
        bars.append(Bar(f"{what}, wall / floor", medians[name] / floor_s, server.limit))
        bars.append(Bar(f"{what}, samples lost", n_lost[name], 0))
    return bars


def main(arguments: Sequence[str]) -> None:
    """Run all rounds of all servers."""
    n_rounds = int(arguments[0]) if arguments else N_ROUNDS
    n = int(arguments[1]) if len(arguments) > 1 else N_SAMPLES
    say(f"{n} samples, {LATENCY_S} s latency, median of {n_rounds} rounds")
    with awake():
        bars = [bar for server in servers(n) for bar in measure(server, n_rounds, n)]
    finish(bars)


if __name__ == "__main__":
    main(sys.argv[1:])
