"""What `Monitor` tells MLflow of a run, as entries."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.callbacks._run_facts import params_of, samples_digest
from synalinks.graph import diagram_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._run_facts import Spending
    from synalinks.contracts import TrainerState

_OF_FIT = ("cost", "tokens", "calls")


async def descriptions(
    state: TrainerState, *, has_picture: bool
) -> AsyncIterator[JsonObject]:
    """Yield what is known of a run before it begins.

    Args:
        state: The state of the run.
        has_picture: Whether to draw the program.
    """
    program = state.program
    yield {"op": "params", "params": params_of(state)}
    if has_picture:
        diagram = diagram_of(
            program, show_schemas=True, show_module_names=True, show_trainable=True
        )
        yield {"op": "picture", "path": "program.png", "diagram": asdict(diagram)}
    for role, samples in state.samples.items():
        yield {
            "op": "dataset",
            "name": f"{program.name}_{role}",
            "context": role,
            "digest": await asyncio.to_thread(samples_digest, samples),
            "n_samples": len(samples),
        }


def numbers_of_epoch(
    logs: Mapping[str, Any] | None, spending: Spending | None, seconds: float
) -> JsonObject:
    """Return the values of an epoch by name.

    Args:
        logs: Those of the epoch.
        spending: What the models of the run take; what they took since this was called
            before is that of the epoch.
        seconds: How long it took.
    """
    numbers: JsonObject = dict(logs or {})
    if spending is not None:
        numbers |= prefixed("epoch_", spending.since_mark())
        total = spending.total()
        numbers |= {f"fit_{name}": total[name] for name in _OF_FIT if name in total}
        numbers |= prefixed("total_", spending.ever())
    return {**numbers, "epoch_duration_s": seconds}


def metrics(numbers: Mapping[str, Any], step: int) -> Iterator[JsonObject]:
    """Yield an entry with the values that are numbers, if there are any.

    Args:
        numbers: Values by name.
        step: Where on the axis of MLflow they belong.
    """
    time_ms = now_ms()
    rows = [
        [name, float(value), time_ms, step]
        for name, value in numbers.items()
        if isinstance(value, (int, float))
    ]
    if rows:
        yield {"op": "metrics", "rows": rows}


def metrics_of_records(records: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """Yield entries with the numbers in what was logged as JSON.

    Args:
        records: Each has `key`, `value` and `step`.
    """
    for record in records:
        yield from metrics(
            dict(_leaves(record["key"], record["value"])), record["step"]
        )


def _leaves(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield the numbers in nested dicts, under names such as `judge/tone`."""
    if is_dict(value):
        for key, part in value.items():
            yield from _leaves(f"{name}/{key}", part)
    elif isinstance(value, (int, float)):
        yield name, value


def prefixed(prefix: str, values: Mapping[str, Any] | None) -> JsonObject:
    """Return values under longer names.

    Args:
        prefix: What comes before each name.
        values: Values by name.
    """
    return {f"{prefix}{name}": value for name, value in (values or {}).items()}


def origin_tags() -> dict[str, str]:
    """Return who has started a run, and by what, in MLflow's words."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        user = "unknown"
    return {
        "mlflow.user": user,
        "mlflow.source.name": sys.argv[0] or "interactive",
        "mlflow.source.type": "LOCAL",
    }


def now_ms() -> int:
    """Return the time as MLflow counts it: milliseconds since 1970."""
    return time.time_ns() // 1_000_000
