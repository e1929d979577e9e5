"""Processor time that one language-model call costs the caller.

32 and 256 calls are in flight against a server in a process of its own; only the time
of the calling process counts. Each round runs every way once, in an order that turns
from round to round. A ratio is taken within a round, where both ways met the same
machine, and the median over the rounds is what counts: compare ratios, not
milliseconds. At the end: what an answer costs that was given before.

    python benchmarks/call_overhead.py [calls per way and round] [rounds]
"""

# Slow packages are imported by those ways that need them.
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
from time import process_time
from typing import TYPE_CHECKING, Any

from _bars import Bar, finish, median, say, table

from synalinks.testing import ChatServerProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

IN_FLIGHT = (32, 256)
N_ROUNDS = 9
N_CALLS = 500
MODEL = "gpt-4o-mini"
KEY = "benchmark"
AIOHTTP = "raw aiohttp"
RAW_LITELLM = "raw litellm.acompletion"
DIRECT = "LanguageModel, direct"
LITELLM = "LanguageModel, litellm"
SCHEMA = {
    "type": "object",
    "title": "Answer",
    "properties": {
        "thinking": {"type": "string"},
        "label": {"type": "string", "enum": ["good", "bad"]},
    },
    "required": ["thinking", "label"],
    "additionalProperties": False,
}
ANSWER = {"thinking": "It says so.", "label": "good"}
MESSAGES = [
    {"role": "system", "content": "Say whether the review is good or bad. " * 20},
    {"role": "user", "content": '{"review": "I liked it very much."}'},
]
BODY = {
    "messages": MESSAGES,
    "temperature": 0.0,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "Answer", "schema": SCHEMA, "strict": True},
    },
}


async def raw_aiohttp(url: str, run: Callable[..., Awaitable[float]]) -> float:
    """Return the time when the same bytes are sent with nothing but aiohttp."""
    import aiohttp

    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0)
    ) as session:

        async def call() -> Any:
            data = json.dumps({"model": MODEL, **BODY}).encode()
            async with session.post(
                f"{url}/chat/completions", data=data, headers=headers
            ) as answer:
                payload = json.loads(await answer.read())
            return json.loads(payload["choices"][0]["message"]["content"])

        return await run(call)


async def raw_litellm(url: str, run: Callable[..., Awaitable[float]]) -> float:
    """Return the time of `litellm.acompletion` and parsing the answer."""
    import litellm

    async def call() -> Any:
        answer: Any = await litellm.acompletion(
            model=f"openai/{MODEL}", api_base=url, api_key=KEY, **BODY
        )
        return json.loads(answer.choices[0].message.content)

    return await run(call)


async def ours(url: str, run: Callable[..., Awaitable[float]], transport: Any) -> float:
    """Return the time of a `LanguageModel`: validation, limits, ledger included."""
    from synalinks.language_models import LanguageModel

    model = LanguageModel(
        f"openai/{MODEL}",
        api_base=url,
        api_key=KEY,
        temperature=0.0,
        transport=transport,
        max_concurrency=max(IN_FLIGHT),
    )

    async def call() -> Any:
        return (await model.complete(MESSAGES, schema=SCHEMA)).value

    return await run(call)


async def program(url: str, run: Callable[..., Awaitable[float]]) -> float:
    """Return the time of a `Program` of one `Generator`: prompts, records as well."""
    import synalinks

    class Review(synalinks.DataModel):
        review: str

    model = synalinks.LanguageModel(
        f"openai/{MODEL}",
        api_base=url,
        api_key=KEY,
        temperature=0.0,
        max_concurrency=max(IN_FLIGHT),
    )
    inputs = synalinks.Input(data_model=Review)
    outputs = await synalinks.Generator(
        schema=SCHEMA,
        language_model=model,
        instructions=MESSAGES[0]["content"],
    )(inputs)
    made = synalinks.Program(inputs=inputs, outputs=outputs)
    review = Review(review="I liked it very much.")

    async def call() -> Any:
        answer: Any = await made(review)
        return answer.get_json()

    return await run(call)


def ways() -> dict[str, Callable[..., Awaitable[float]]]:
    """Return what is compared, by name."""
    return {
        AIOHTTP: raw_aiohttp,
        RAW_LITELLM: raw_litellm,
        DIRECT: lambda url, run: ours(url, run, "direct"),
        LITELLM: lambda url, run: ours(url, run, "litellm"),
        "Program of one Generator, direct": program,
    }


async def measure(
    n_calls: int, n_in_flight: int, call: Callable[[], Awaitable[Any]]
) -> float:
    """Return milliseconds of processor time per call.

    Raises:
        RuntimeError: The call gives another answer than the server was told.
    """
    from synalinks._internal.aio import gather_ordered

    answer = await call()
    if answer != ANSWER:
        msg = f"expected {ANSWER}, received {answer}"
        raise RuntimeError(msg)
    await gather_ordered([call] * n_in_flight, limit=n_in_flight)  # connections open
    gc.collect()  # each way pays for its own garbage
    started = process_time()
    await gather_ordered([call] * n_calls, limit=n_in_flight)
    return (process_time() - started) / n_calls * 1000


def compare(url: str, n_calls: int, n_rounds: int, n_in_flight: int) -> list[Bar]:
    """Run all rounds, print the table and return the bars."""
    rows: dict[str, list[float]] = {name: [] for name in ways()}
    order = list(ways().items())
    for index in range(n_rounds):
        turned = index % len(order)
        for name, way in order[turned:] + order[:turned]:
            run = way(url, lambda call: measure(n_calls, n_in_flight, call))
            rows[name].append(asyncio.run(run))
    say(f"\n{n_in_flight} in flight")
    table(
        ["", "CPU ms/call", "/ aiohttp", "/ litellm", "all"],
        [
            [
                name,
                median(row),
                ratio(row, rows[AIOHTTP]),
                ratio(row, rows[RAW_LITELLM]),
                " ".join(f"{value:.2f}" for value in row),
            ]
            for name, row in rows.items()
        ],
    )
    what = f"{n_in_flight} in flight"
    to_aiohttp = ratio(rows[DIRECT], rows[AIOHTTP])
    to_litellm = ratio(rows[LITELLM], rows[RAW_LITELLM])
    return [
        Bar(f"{what}: direct, CPU ms/call", median(rows[DIRECT]), 1.0),
        Bar(f"{what}: direct / raw aiohttp", to_aiohttp, 6.0),
        Bar(f"{what}: litellm / raw litellm", to_litellm, 1.15),
    ]


def ratio(row: Sequence[float], floor: Sequence[float]) -> float:
    """Return the median of the ratios of the rounds."""
    return median([one / least for one, least in zip(row, floor, strict=True)])


async def hit(**where: Any) -> float:
    """Return milliseconds of processor time per answer that is in a cache."""
    from synalinks.language_models import LanguageModel
    from synalinks.testing import ScriptedTransport

    model = LanguageModel(
        f"openai/{MODEL}", transport=ScriptedTransport([ANSWER]), **where
    )

    async def call() -> Any:
        return (await model.complete(MESSAGES, schema=SCHEMA)).value

    return await measure(N_CALLS, 1, call)


def recall() -> list[Bar]:
    """Measure answers from memory and from disk, print and return the bars."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"memory": {"caching": True}, "disk": {"cache_dir": folder}}
        rows = {
            name: median([asyncio.run(hit(**where)) for _ in range(N_ROUNDS)])
            for name, where in places.items()
        }
    say("\nanswers that were given before")
    table(["", "CPU ms/call"], [[name, one] for name, one in rows.items()])
    return [Bar(f"hit in {name}, CPU ms/call", one, 0.1) for name, one in rows.items()]


def main() -> None:
    """Run everything and print the verdict."""
    n_calls = int(sys.argv[1]) if len(sys.argv) > 1 else N_CALLS
    n_rounds = int(sys.argv[2]) if len(sys.argv) > 2 else N_ROUNDS
    say(f"{n_calls} calls, median of {n_rounds} rounds")
    with ChatServerProcess(ANSWER) as server:
        bars = [
            bar
            for n_in_flight in IN_FLIGHT
            for bar in compare(server.url, n_calls, n_rounds, n_in_flight)
        ]
    finish([*bars, *recall()])


if __name__ == "__main__":
    main()
