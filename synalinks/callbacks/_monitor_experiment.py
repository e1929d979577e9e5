"""`ExperimentRuns`: an experiment as a run of MLflow, and each of its runs below it."""

from __future__ import annotations

import copy
import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from synalinks.callbacks._callback import Callback
from synalinks.callbacks._run_entries import metrics, now_ms, prefixed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._history import History
    from synalinks.contracts import ArmResult, EvalResult, RunContext
    from synalinks.experiments import ExperimentResult

_ID, _RUN_ID = "experiment_id", "run_id"
_KEY_DIGITS = 32
_STATUS = {"failed": "FAILED", "cancelled": "KILLED"}


class ExperimentRuns(Callback):
    """The part of `Monitor` that knows experiments.

    The experiment is a parent run; each run of an arm is its child, with arm, group,
    replicate and seed as tags. Keys are kept in `ctx.ids`: an experiment that is gone
    on with goes on in its runs.
    """

    experiment_name: str | None
    # The key of the run that belongs to the run of an experiment; None outside of one.
    _child: str | None = None
    _key: str

    if TYPE_CHECKING:

        def _put(self, op: str, **content: Any) -> None: ...

        def _put_all(self, entries: Iterable[JsonObject]) -> None: ...

        def _forget(self) -> None: ...

        def _tell(self) -> None: ...

    def _put_end(self, status: str) -> None:
        self._put("end", status=status, ended_ms=now_ms())

    def for_run(self) -> Self:
        """Return a monitor with a run of its own, that sends the same way."""
        one = copy.copy(self)
        vars(one).pop("_trainer", None)
        return one

    def on_experiment_begin(self, ctx: RunContext) -> None:
        """Open the run of the experiment, or go on in it.

        Args:
            ctx: The context of the experiment.
        """
        name = str(ctx.config.get("name", "experiment"))
        self.experiment_name = self.experiment_name or name
        self._key = ctx.ids.setdefault(_ID, secrets.token_hex(_KEY_DIGITS // 2))
        self._put(
            "run",
            experiment=self.experiment_name,
            name=name,
            mode="new",
            begun_ms=now_ms(),
            run_id=None,
            parent=None,
            tags={"synalinks.kind": "experiment"},
        )
        self._put("params", params={key: str(one) for key, one in ctx.config.items()})

    def on_run_begin(self, ctx: RunContext) -> None:
        """Open a run below that of the experiment.

        Args:
            ctx: The context of the run.
        """
        parent = ctx.ids.get(_ID, "")
        text = f"{parent}/{ctx.run_key}"
        # The same in each process, so that nothing has to be kept to go on in it.
        key = hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]
        self._child = self._key = ctx.ids[_RUN_ID] = key
        tags: JsonObject = {
            "synalinks.kind": "arm",
            "synalinks.arm": ctx.run_config.get("arm"),
            "synalinks.stage": ctx.run_config.get("stage"),
            "synalinks.group": ctx.group_name,
            "synalinks.replicate": ctx.replicate,
            "synalinks.seed": ctx.seed,
        }
        self._put(
            "run",
            experiment=self.experiment_name,
            name=ctx.run_key,
            mode="new",
            begun_ms=now_ms(),
            run_id=None,
            parent=parent,
            tags={name: value for name, value in tags.items() if value is not None},
        )
        config = {f"arm.{key}": str(one) for key, one in ctx.run_config.items()}
        self._put("params", params=config)

    def on_benchmark_eval(
        self,
        ctx: RunContext,
        result: EvalResult,
        predictions: list[JsonObject],
        *,
        step: int | None = None,
    ) -> None:
        """Write the score of a benchmark: in training by step, after it as `final`.

        Args:
            ctx: The context of the run.
            result: The score.
            predictions: One row per sample; not written.
            step: Training steps completed; None after training.
        """
        prefix = result.name if step is not None else f"{result.name}_final"
        values = prefixed(f"{prefix}.", result.metrics)
        self._put_all(metrics(values, step or 0))

    def on_run_end(
        self, ctx: RunContext, run_result: History | None, arm: ArmResult
    ) -> None:
        """Close the run.

        Args:
            ctx: The context of the run.
            run_result: What `fit` returned.
            arm: How it ended.
        """
        if arm.error:
            self._put("tags", tags={"synalinks.error": arm.error})
        self._put_end(_STATUS.get(arm.status, "FINISHED"))
        self._tell()

    def on_experiment_end(self, ctx: RunContext, result: ExperimentResult) -> None:
        """Write the best arm, and close the run of the experiment.

        Args:
            ctx: The context of the experiment.
            result: What came of it.
        """
        if result.best_arm is not None:
            self._put_all(metrics({"best_score": result.best_score}, 0))
            self._put("tags", tags={"synalinks.best_arm": result.best_arm})
        self._put_end(_STATUS.get(result.status, "FINISHED"))
        self._tell()
