"""Processor time that one language-model call costs the caller.

32 calls are in flight against a server in a process of its own; only the time of the
calling process counts. Each way runs once per round, rounds interleave the ways, and
the median of the rounds is shown: compare the ratios, not the milliseconds.

    python benchmarks/call_overhead.py [calls per round]
"""

# Slow packages are imported by those ways that need them.
# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

N_IN_FLIGHT = 32
N_ROUNDS = 3
MODEL = "gpt-4o-mini"
KEY = "benchmark"
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
SERVER = f"""
import sys, threading
from synalinks.testing import ChatServer
with ChatServer({ANSWER!r}) as server:
    sys.stdout.write(server.url + "\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""
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
        f"openai/{MODEL}", api_base=url, api_key=KEY, temperature=0.0
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
    found: dict[str, Callable[..., Awaitable[float]]] = {
        "raw aiohttp": raw_aiohttp,
        "raw litellm.acompletion": raw_litellm,
        "LanguageModel, direct": lambda url, run: ours(url, run, "direct"),
        "LanguageModel, litellm": lambda url, run: ours(url, run, "litellm"),
    }
    try:
        from synalinks import Program  # noqa: F401
    except (ImportError, AttributeError):
        return found
    return {**found, "Program of one Generator, direct": program}


async def measure(n_calls: int, call: Callable[[], Awaitable[Any]]) -> float:
    """Return milliseconds of processor time per call.

    Raises:
        RuntimeError: The call gives another answer than the server was told.
    """
    from synalinks._internal.aio import gather_ordered

    answer = await call()
    if answer != ANSWER:
        msg = f"expected {ANSWER}, received {answer}"
        raise RuntimeError(msg)
    await gather_ordered([call] * N_IN_FLIGHT, limit=N_IN_FLIGHT)  # connections open
    started = process_time()
    await gather_ordered([call] * n_calls, limit=N_IN_FLIGHT)
    return (process_time() - started) / n_calls * 1000


def main() -> None:
    """Run all rounds and print the table."""
    n_calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    server = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        url = server.stdout.readline().strip()
        rows: dict[str, list[float]] = {name: [] for name in ways()}
        for _ in range(N_ROUNDS):
            for name, way in ways().items():
                rows[name].append(
                    asyncio.run(way(url, lambda call: measure(n_calls, call)))
                )
    finally:
        server.stdin.close()
        server.wait()
    show(rows, n_calls)


def show(rows: dict[str, list[float]], n_calls: int) -> None:
    """Print the table."""
    medians = {name: statistics.median(values) for name, values in rows.items()}
    lines = [
        f"{n_calls} calls, {N_IN_FLIGHT} in flight, median of {N_ROUNDS} rounds",
        f"{'':34}{'CPU ms/call':>12}{'/ aiohttp':>11}{'/ litellm':>11}",
    ]
    for name, median in medians.items():
        to_aiohttp = median / medians["raw aiohttp"]
        to_litellm = median / medians["raw litellm.acompletion"]
        lines.append(f"{name:34}{median:12.3f}{to_aiohttp:11.2f}{to_litellm:11.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
