"""Scores and rows of a benchmark, from what a program did on its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.metrics import OperationalMetric
from synalinks.training import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout
    from synalinks.experiments._benchmark import Benchmark
    from synalinks.metrics import Metric


def rows_of(benchmark: Benchmark, rollouts: Sequence[Rollout]) -> list[JsonObject]:
    """Return one row per sample, in the order of the benchmark.

    Args:
        benchmark: The benchmark.
        rollouts: Its samples, run and scored.
    """
    by_index = sorted(rollouts, key=_index_of)
    return [_row_of(benchmark, one) for one in by_index]


async def breakdowns_of(
    benchmark: Benchmark, program: Any, rollouts: Sequence[Rollout]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the scores of groups, by name of the breakdown and by group.

    Args:
        benchmark: The benchmark.
        program: The program that was scored, for its metrics.
        rollouts: All samples, run and scored.
    """
    # What models take cannot be told apart by group.
    metrics = [
        one
        for one in benchmark.metrics_of(program)
        if not isinstance(one, OperationalMetric)
    ]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name in benchmark.breakdowns:
        groups: dict[str, list[Rollout]] = {}
        for one in sorted(rollouts, key=_index_of):
            group = benchmark.group_of(name, one.inputs, one.target)
            groups.setdefault(group, []).append(one)
        found[name] = {
            group: {"n": float(len(members)), **await _scores(metrics, members)}
            for group, members in sorted(groups.items())
        }
    return found


async def _scores(
    metrics: Sequence[Metric], rollouts: Sequence[Rollout]
) -> dict[str, float]:
    scores = Scores(metrics, None)
    scores.add_rewards(rollouts)
    for one in rollouts:
        await scores.update_metrics(one.target, one.output)
    return scores.result()


def _index_of(rollout: Rollout) -> int:
    return int(rollout.sample_id.rpartition(":")[2])


def _row_of(benchmark: Benchmark, rollout: Rollout) -> JsonObject:
    failure = rollout.failure
    usage = rollout.usage
    groups = {
        name: benchmark.group_of(name, rollout.inputs, rollout.target)
        for name in benchmark.breakdowns
    }
    return {
        "task_id": f"{benchmark.name}:{_index_of(rollout)}",
        "input": _plain(rollout.inputs),
        "expected": _plain(rollout.target),
        "output": _plain(rollout.output),
        "reward": rollout.reward,
        "error": failure and f"{failure.error}: {failure.message}",
        "metadata": {"feedback": rollout.feedback, "groups": groups},
        "usage": {
            "calls": usage.calls, "tokens": usage.tokens, "cost_usd": usage.cost_usd,
        },
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if is_row(value):
        return [_plain(part) for part in value]
    if is_dict(value):
        return {key: _plain(part) for key, part in value.items()}
    return value.get_json() if hasattr(value, "get_json") else value
