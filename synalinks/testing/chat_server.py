"""A test server as a process of its own.

    python -m synalinks.testing.chat_server --answer '{"answer": "Paris"}' --latency 0.2

The first line that it prints is its address, to be given as `api_base`. It stops with
the process that started it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

from synalinks._internal import console
from synalinks._internal.collecting import collecting_less_often
from synalinks.testing import ChatServer, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOOK_S = 0.1


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process that started this one is gone.

    Args:
        arguments: Arguments of the command line; None for those of this process.
    """
    options = vars(_parser().parse_args(arguments))
    parent = options.pop("parent") or os.getppid()
    answer = _answer(options.pop("answer"), options.pop("function"))
    faults = [Fault.parse(text) for text in options.pop("fault")]
    with (
        collecting_less_often(),
        ChatServer(answer, faults=faults, **options) as server,
    ):
        console.write(f"{server.url}\n")
        while os.getppid() == parent:
            time.sleep(_LOOK_S)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m synalinks.testing.chat_server",
        description="Serve chat completions and embeddings as OpenAI does, for tests.",
    )
    add = parser.add_argument
    add("--answer", default="ok", help="text or JSON object to answer")
    add("--function", metavar="MODULE:NAME", help="function that answers instead")
    add("--port", type=int, default=0, help="where to listen; 0 for any free port")
    add("--latency", dest="latency_s", type=float, default=0.0, help="seconds")
    add("--jitter", dest="jitter_s", type=float, default=0.0, help="seconds at most")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:RATE][@NUMBERS][~PATTERN]",
        help="such as 503:0.05, hang@3,7-9 or html~banana; may be given several times",
    )
    add("--max-in-flight", type=int, help="requests served at once; 429 beyond")
    add("--requests-per-s", type=float, help="requests let in per second; 429 beyond")
    add("--burst", type=int, help="requests let in at once after a pause")
    add("--seed", type=int, default=0, help="seed of jitter and of faults with a rate")
    add("--parent", type=int, help="process to stop with; the one that started this")
    return parser


def _answer(text: str, function: str | None) -> Any:
    if function is not None:
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text  # pyright: ignore[reportUnknownVariableType]


if __name__ == "__main__":
    main()
