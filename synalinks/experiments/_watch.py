"""`Watch`: sees the samples of benchmarks, and tells of each score once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import finished
from synalinks._internal.files import write_atomic
from synalinks._internal.journal import Position
from synalinks._internal.json import dumps
from synalinks.callbacks import Callback
from synalinks.contracts import EvalResult, Usage
from synalinks.experiments._experiment_folder import predictions_path
from synalinks.experiments._scoring import breakdowns_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from synalinks._internal.journal import Journal
    from synalinks._internal.json import JsonObject
    from synalinks.callbacks import CallbackList, Logs
    from synalinks.contracts import Rollout, RunContext
    from synalinks.experiments._benchmark import Benchmark


class Watch(Callback):
    """Calls `on_benchmark_eval` for each score of a benchmark in one run.

    Args:
        benchmarks: The benchmarks.
        ctx: The context of the run.
        callbacks: Who is told.
        journal: Keeps what was told; open.
        run_dir: Folder of the run.
    """

    callback_order = 10  # after callbacks that watch, and beside those that log

    def __init__(
        self,
        benchmarks: Sequence[Benchmark],
        ctx: RunContext,
        callbacks: CallbackList,
        *,
        journal: Journal,
        run_dir: Path,
    ) -> None:
        self._benchmarks = {one.name: one for one in benchmarks}
        self._ctx = ctx
        self._callbacks = callbacks
        self._journal = journal
        self._run_dir = run_dir
        self._after: Benchmark | None = None
        self._told: list[EvalResult] = []
        self._begin()

    def _begin(self) -> None:
        self._rollouts: list[Rollout] = []
        self._began_s = perf_counter()
        self._usage_before = Usage()

    def after_training(self, benchmark: Benchmark | None) -> None:
        """Note which benchmark the next `evaluate` is for.

        Args:
            benchmark: The benchmark; None after the last one.
        """
        self._after = benchmark

    def told(self, name: str, step: int | None) -> EvalResult | None:
        """Return a score that callbacks were told of, in any process.

        Args:
            name: Name of the benchmark.
            step: Training steps completed; None after training.
        """
        found = self._journal.get(_position(name, step).key)
        return None if found is None else EvalResult.from_json(found)

    def told_in_training(self) -> list[EvalResult]:
        """Return the scores in training, in order."""
        return list(self._told)

    # -- hooks -------------------------------------------------------------------------

    def _benchmark(self) -> Benchmark | None:
        return self._after or self._benchmarks.get(self.trainer.evaluator or "")

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Begin to collect.

        Args:
            logs: Empty.
        """
        self._begin()
        self._usage_before = self.trainer.usage

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Collect a batch.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        if self._benchmark() is not None:
            self._rollouts += self.trainer.outputs

    async def on_eval(self, step: int, name: str, metrics: Logs) -> None:
        """Tell of a score in training.

        Args:
            step: Training steps completed.
            name: Name of the evaluator.
            metrics: `reward` and each metric.
        """
        benchmark = self._benchmarks.get(name)
        if benchmark is not None:
            usage = self.trainer.usage - self._usage_before
            self._told.append(
                await self.tell(benchmark, self.program, metrics, usage, step=step)
            )

    def state_dict(self) -> dict[str, Any]:
        """Return which scores there were."""
        return {"told": [one.as_json() for one in self._told]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there.

        Args:
            state: What `state_dict` returned.
        """
        self._told = [EvalResult.from_json(one) for one in state["told"]]

    # -- telling -----------------------------------------------------------------------

    async def tell(
        self,
        benchmark: Benchmark,
        program: Any,
        metrics: Logs,
        usage: Usage,
        *,
        step: int | None = None,
    ) -> EvalResult:
        """Tell callbacks of a score, unless they were told in an earlier process.

        The rows are on disk before, and that they were told right after it: who is
        killed in between is told again.

        Args:
            benchmark: The benchmark.
            program: The program that was scored.
            metrics: `reward` and each metric.
            usage: What it took.
            step: Training steps completed; None after training.

        Returns:
            The score.
        """
        before = self.told(benchmark.name, step)
        if before is not None:
            return before
        result = EvalResult(
            name=benchmark.name,
            benchmark_id=benchmark.benchmark_id,
            metrics=dict(metrics),
            breakdowns=await breakdowns_of(benchmark, program, self._rollouts),
            tags=benchmark.tags,
            step=step,
            seconds=perf_counter() - self._began_s,
            usage=replace(usage, elapsed_s=0.0),
        )
        rows = rows_of(benchmark, self._rollouts)
        text = "".join(f"{dumps(row)}\n" for row in rows)
        path = predictions_path(self._run_dir, benchmark.name, step)
        await asyncio.to_thread(write_atomic, path, text)
        # Whoever interrupts the run does not come in between.
        await finished(asyncio.ensure_future(self._note(result, rows)))
        return result

    async def _note(self, result: EvalResult, rows: list[JsonObject]) -> None:
        await self._callbacks.dispatch(
            "on_benchmark_eval", self._ctx, result, rows, step=result.step
        )
        position = _position(result.name, result.step)
        await self._journal.append(position, result.as_json(), kind="event")


def _position(name: str, step: int | None) -> Position:
    return Position.at("told", f"{name}@{step}", 0)
