"""`Monitor`: a run in MLflow for each training and evaluation."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from synalinks.callbacks._monitor_best import BestProgram
from synalinks.callbacks._monitor_experiment import ExperimentRuns
from synalinks.callbacks._run_entries import (
    descriptions,
    metrics,
    metrics_of_records,
    now_ms,
    numbers_of_epoch,
    origin_tags,
    prefixed,
)
from synalinks.callbacks._run_facts import Spending
from synalinks.contracts import TrackedRun
from synalinks.errors import ConfigurationError, show, warn
from synalinks.tracking import outbox_for, resolve_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import ErrorPolicy, Logs

_STAGES = ("train", "evaluate")
_FINISHED, _FAILED, _KILLED = "FINISHED", "FAILED", "KILLED"
# The run in which a program was last trained; its evaluations are shown under it.
_trainings: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


class Monitor(ExperimentRuns):
    """Writes each `fit` and `evaluate` to a run of MLflow.

    A run has the arguments and settings as parameters; reward, metrics, cost, tokens,
    calls and seconds of each epoch; the data sets; the program, as a model that
    `mlflow.pyfunc.load_model` loads, and its prompts, whenever the reward has improved;
    and it ends as FINISHED, FAILED or KILLED. A training that is resumed goes on in its
    run. An experiment has a run of its own, with those of its arms below it. Keys are
    never written.

    All of it is sent by a process of its own: training never waits for MLflow, and goes
    on without it. `await monitor.flush()` waits until it has everything.

    Args:
        experiment_name: Experiment of the run; the name of the program when None.
        run_name: Name of the run; `_train` or `_test` is added. The name of the program
            when None.
        tracking_uri: Address of an MLflow server or database; see
            `enable_observability`.
        log_batch_metrics: Whether to write the numbers of each batch, too.
        log_epoch_metrics: Whether to write the numbers of each epoch.
        log_program_plot: Whether to write a picture of the program.
        log_program_model: Whether to write the program and its prompts.
        tags: Tags of the run.
        run_id: MLflow's identity of a run to go on with; its steps follow those that
            are there.
        resume: Whether to go on with the latest run of the same name.
        log_assessments: Whether `evaluate` writes the reward of each sample to its
            trace, next to what was expected.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    callback_order: float = 10
    on_hook_error: ErrorPolicy = "warn"

    def __init__(  # noqa: PLR0917 - names and order are part of the public API
        self,
        experiment_name: str | None = None,
        run_name: str | None = None,
        tracking_uri: str | Path | None = None,
        log_batch_metrics: bool = False,
        log_epoch_metrics: bool = True,
        log_program_plot: bool = True,
        log_program_model: bool = True,
        tags: Mapping[str, Any] | None = None,
        run_id: str | None = None,
        resume: bool = False,
        log_assessments: bool = True,
    ) -> None:
        if run_id is not None and not re.fullmatch(r"[0-9a-f]{32}", run_id):
            msg = f"`run_id` is MLflow's, 32 hexadecimal digits: {show(run_id)}."
            raise ConfigurationError(msg)
        self.experiment_name = experiment_name
        self.run_name = run_name
        self.log_batch_metrics = log_batch_metrics
        self.log_epoch_metrics = log_epoch_metrics
        self.log_program_plot = log_program_plot
        self.log_program_model = log_program_model
        self.tags: dict[str, Any] = dict(tags or {})
        self.run_id = run_id
        self.resume = resume
        self.log_assessments = log_assessments
        self._outbox = outbox_for(resolve_uri(tracking_uri))
        self._forget()

    def _forget(self) -> None:
        self._key = self._child or secrets.token_hex(16)
        self._mode = "append" if self.resume or self.run_id else "new"
        self._is_open = False
        self._status = _FINISHED
        self._began_s = self._epoch_began_s = time.perf_counter()
        self._spending: Spending | None = None
        self._best = BestProgram()
        self._n_records = 0

    def __getstate__(self) -> JsonObject:
        """Return what is sent to another process, which sends to MLflow by itself."""
        return {**vars(self), "_outbox": self._outbox.uri}

    def __setstate__(self, state: JsonObject) -> None:
        """Take what another process has sent.

        Args:
            state: What `__getstate__` returned.
        """
        vars(self).update(state)
        self._outbox = outbox_for(state["_outbox"])

    # -- state -------------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what a resumed run needs to go on in the same run of MLflow."""
        return {
            "run": self._key,
            "spending": self._spending and self._spending.state_dict(),
            "best": self._best.state_dict(),
            "n_records": self._n_records,
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on in the run of a training that was interrupted.

        Args:
            state: What `state_dict` returned.
        """
        self._key, self._mode = state["run"], "continue"
        if state["spending"] is not None:
            self._spending = Spending(self.program, state["spending"])
        self._best.load_state_dict(state["best"])
        self._n_records = state["n_records"]
        self._note_run()

    async def flush(self, timeout: float = 60.0) -> bool:  # noqa: ASYNC109 - a word of users
        """Wait until MLflow has all that was logged.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether it has.
        """
        return await asyncio.to_thread(self._outbox.wait, timeout)

    # -- begin and end -----------------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Choose the run.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        self._forget()
        if stage in _STAGES:
            self._note_run()

    async def on_train_begin(self, logs: Logs | None = None) -> None:
        """Make sure of the run that the user named; no other is waited for.

        Args:
            logs: Empty.

        Raises:
            ConfigurationError: MLflow has no such run.
        """
        if self.run_id is not None:
            self._open()
            await asyncio.to_thread(
                self._outbox.wait, self._outbox.shutdown_timeout_s, "run"
            )
            warnings = self._outbox.take_warnings()
            if any(self.run_id in text for text in warnings):
                msg = f"`Monitor(run_id={self.run_id!r})`: {' '.join(warnings)}"
                raise ConfigurationError(msg)

    async def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Open the run, if it is not open yet: only now it is known whether it is new.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Empty.
        """
        # In the middle of an epoch that is gone on with, the state comes after this.
        if not self.trainer.resumed:
            await self._open_once()
        self._epoch_began_s = time.perf_counter()

    async def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Open the run, if it is not open yet: it is one that is gone on with.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: Empty.
        """
        await self._open_once()

    async def on_test_begin(self, logs: Logs | None = None) -> None:
        """Open the run of an evaluation.

        Args:
            logs: Empty.
        """
        if self.trainer.stage == "evaluate":
            await self._open_once()

    def on_run_error(self, error: BaseException, logs: Logs | None = None) -> None:
        """Note that the run has failed, or was cut off.

        Args:
            error: What ended it.
            logs: Those of the last epoch.
        """
        is_cut = not isinstance(error, Exception)
        self._status = _KILLED if is_cut else _FAILED
        if self._is_open:
            told = ": ".join(filter(None, (type(error).__name__, str(error))))
            self._put("tags", tags={"synalinks.error": told})

    def teardown(self, stage: str) -> None:
        """Close the run.

        Args:
            stage: `train`, `evaluate` or `predict`.
        """
        if stage in _STAGES:
            if self._is_open:
                reason = self.trainer.stop_reason
                if reason is not None:
                    self._put("tags", tags={"synalinks.stop_reason": reason})
                if self._child is None:  # else there may be benchmarks to come
                    self._put_end(self._status)
            self._tell()

    # -- numbers -----------------------------------------------------------------------

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write the numbers of a training batch, if asked for.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.
        """
        if self.log_batch_metrics:
            step = self.trainer.global_step
            self._put_all(metrics(prefixed("train_batch_", logs), step))

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Write the numbers of a batch of an evaluation, if asked for.

        Args:
            batch: Index of the batch, from 0.
            logs: `reward` and each metric so far.
        """
        if self.log_batch_metrics:
            n_batches = self.params.get("validation_steps") or 0
            step = self.trainer.epoch * n_batches + batch
            self._put_all(metrics(prefixed("val_batch_", logs), step))

    async def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the numbers of an epoch, and the program if it is the best so far.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Values by name.
        """
        await self._open_once()
        if self.log_epoch_metrics:
            seconds = time.perf_counter() - self._epoch_began_s
            numbers = numbers_of_epoch(logs, self._spending, seconds)
            self._put_all(metrics(numbers, epoch))
            records = self.trainer.records
            self._put_all(metrics_of_records(records[self._n_records :]))
            self._n_records = len(records)
        if self.log_program_model:
            self._put_all(self._best.entries(self.trainer, logs or {}, epoch))
        self._tell()

    async def on_train_end(self, logs: Logs | None = None) -> None:
        """Write how long the training took.

        Args:
            logs: Those of the last epoch.
        """
        await self._open_once()
        seconds = time.perf_counter() - self._began_s
        self._put_all(metrics({"fit_duration_s": seconds}, self.trainer.epoch))

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Write the numbers of an evaluation.

        Args:
            logs: `reward` and each metric.
        """
        if self.trainer.stage != "evaluate":
            return
        spent = self._spending.total() if self._spending else {}
        seconds = time.perf_counter() - self._began_s
        numbers = {
            **(logs or {}), **prefixed("eval_", spent), "eval_duration_s": seconds,
        }  # fmt: skip
        self._put_all(metrics(numbers, 0))

    # -- entries -----------------------------------------------------------------------

    def _note_run(self) -> None:
        self.trainer.tracked_run = TrackedRun(
            key=self._key,
            experiment=self.experiment_name or self.program.name,
            log_assessments=self.log_assessments,
        )

    async def _open_once(self) -> None:
        if not self._is_open:
            self._open()
            has_picture = self.log_program_plot
            async for entry in descriptions(self.trainer, has_picture=has_picture):
                self._put(**entry)
            if self.log_program_model and self.trainer.stage != "evaluate":
                self._put_all(self._best.first_entries(self.program))

    def _open(self) -> None:
        if self._is_open:
            return
        self._is_open = True
        is_training = self.trainer.stage != "evaluate"
        name = self.run_name or self.program.name
        if is_training:
            _trainings[self.program] = self._key
        self._spending = self._spending or Spending(self.program)
        if self._child is not None:
            return  # it is open since the run of the experiment began
        self._put(
            "run",
            experiment=self.experiment_name or self.program.name,
            name=f"{name}_{'train' if is_training else 'test'}",
            mode=self._mode,
            run_id=self.run_id,
            begun_ms=now_ms(),
            parent=None if is_training else _trainings.get(self.program),
            tags={
                **origin_tags(),
                **({} if is_training else {"mlflow.runType": "genai_evaluate"}),
                **self.tags,
            },
        )

    def _put_all(self, entries: Iterable[JsonObject]) -> None:
        for entry in entries:
            self._put(**entry)

    def _put(self, op: str, **content: Any) -> None:
        self._outbox.put({"op": op, "run": self._key, **content})

    def _tell(self) -> None:
        for text in self._outbox.take_warnings():
            warn(text)
