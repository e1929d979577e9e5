"""Callbacks in the shapes of other libraries run through small adapters."""

import asyncio

import pytest
from adapters import FromDreamTrainer, FromEvSys, FromNetKet
from parity import data, make_task
from traces import FULL, graded_task, instructions, raising, recorded_fit

from synalinks.callbacks import StopRun

pytestmark = pytest.mark.integration


# -- NetKet ----------------------------------------------------------------------------


class NetKetRecorder:
    """Notes all hooks that NetKet has."""

    callback_order = -10

    def __init__(self, seen):
        self.seen = seen

    def on_run_start(self, step, driver):
        self.seen.append(f"run_start {step}")

    def on_step_start(self, step, log_data, driver):
        self.seen.append(f"step_start {step} {driver._step_attempt}")

    def on_compute_update_start(self, step, log_data, driver):
        self.seen.append(f"compute_start {step}")

    def on_compute_update_end(self, step, log_data, driver):
        self.seen.append(f"compute_end {step}")

    def before_parameter_update(self, step, log_data, driver):
        self.seen.append(f"before_update {step} {driver.step_count}")

    def on_step_end(self, step, log_data, driver):
        self.seen.append(f"step_end {step}")

    def on_run_end(self, step, driver):
        self.seen.append(f"run_end {step}")

    def on_run_error(self, step, error, driver):
        self.seen.append(f"run_error {type(error).__name__}")


class RejectBadSteps:
    """Rejects proposals that change the prompt too much, and counts its attempts."""

    def on_compute_update_end(self, step, log_data, driver):
        log_data["attempts_seen"] = driver._step_attempt + 1
        return driver._dp.edit_distance > 400


async def test_hooks_of_netket():
    """A rejected step starts again; its rows keep what was logged before."""
    seen = []
    task = await graded_task("9 " + "and so on " * 50, 9)

    run = await recorded_fit(
        FromNetKet(RejectBadSteps()),
        FromNetKet(NetKetRecorder(seen)),
        task=task,
        epochs=1,
        steps_per_epoch=1,
    )

    assert seen == [
        "run_start 0",
        *["step_start 0 0", "compute_start 0", "compute_end 0"],
        *["step_start 0 1", "compute_start 0", "compute_end 0"],
        *["before_update 0 0", "step_end 0", "run_end 1"],
    ]
    assert run.recorder.logs_of("on_train_batch_end")[0]["attempts_seen"] == 2
    assert instructions(task.program) == "level 9"


async def test_samples_and_stops_of_netket():
    """Samples are put in before the update is computed; `StopRun` runs `on_run_end`."""
    x, y = data(40, 43)
    seen = []

    class Injector:
        def on_compute_update_start(self, step, log_data, driver):
            driver.set_samples(x, y)

        def on_step_end(self, step, log_data, driver):
            raise StopRun("converged")

    task = await make_task()
    run = await recorded_fit(
        FromNetKet(Injector()), FromNetKet(NetKetRecorder(seen)), task=task
    )

    assert task.inputs()[:3] == ["n40", "n41", "n42"]
    assert run.history.stop_reason == "converged"
    assert seen[-2:] == ["step_end 0", "run_end 1"]


async def test_errors_of_netket():
    """`on_run_error` comes instead of `on_run_end`, and the error is raised."""
    seen = []

    class Failing:
        before_parameter_update = staticmethod(raising(ValueError("x")))

    run = await recorded_fit(FromNetKet(Failing()), FromNetKet(NetKetRecorder(seen)))

    assert isinstance(run.error, ValueError)
    assert seen[-1] == "run_error ValueError"
    assert not any(one.startswith("run_end") for one in seen)


async def test_legacy_callables_of_netket():
    """A function of `(step, log_data, driver)` needs no adapter."""
    run = await recorded_fit(lambda step, log_data, driver: step < 1)

    rows = run.recorder.logs_of("on_train_batch_end")
    assert [one["update_applied"] for one in rows] == [1.0, 0.0]


# -- Dream Trainer ---------------------------------------------------------------------


class DreamMonitor:
    """Logs, stops and keeps state, as the guide of Dream Trainer does."""

    priority = 100

    def __init__(self, threshold):
        self.threshold, self.best, self.events = threshold, 0.0, []

    def on_train_start(self, trainer):
        self.events.append("train_start")

    def on_train_epoch_start(self, trainer, epoch):
        self.events.append(f"epoch_start {epoch}")

    def on_train_batch_start(self, trainer, batch, batch_idx):
        self.events.append(f"batch_start {batch_idx} {len(batch.samples)}")

    def on_train_batch_end(self, trainer, outputs, batch, batch_idx):
        self.events.append(f"batch_end {batch_idx} {len(outputs['samples'])}")
        trainer.log("batch_reward", outputs["reward"])

    def on_validation_start(self, trainer):
        self.events.append(f"validation_start {trainer.stage}")

    def on_validation_epoch_end(self, trainer, epoch):
        self.events.append(f"validation_epoch_end {epoch}")

    def on_train_epoch_end(self, trainer, epoch):
        self.best = max(self.best, trainer.get_metric("val_reward"))
        if self.best > self.threshold:
            trainer.should_stop = True

    def on_train_end(self, trainer):
        self.events.append(f"train_end {trainer.current_epoch} {trainer.current_step}")


async def test_hooks_of_dream_trainer():
    """The trainer comes first; what it logs is in the history, and its flag stops."""
    theirs = DreamMonitor(threshold=0.9)

    run = await recorded_fit(
        FromDreamTrainer(theirs), task=await graded_task(9), epochs=5
    )

    assert theirs.events == [
        *["train_start", "epoch_start 0", "batch_start 0 2", "batch_end 0 2"],
        *["batch_start 1 2", "batch_end 1 2", "validation_start validate"],
        *["validation_epoch_end 0", "train_end 0 2"],
    ]
    assert theirs.best == 1.0
    assert "batch_reward" in run.history.history
    assert run.history.epoch == [0]


# -- EvSys -----------------------------------------------------------------------------


class Dashboard:
    """Pushes steps and evaluations, stops on a value, and closes at the end."""

    def __init__(self):
        self.rows, self.evals, self.artifacts = [], [], None

    def on_train_start(self, state):
        self.config = state.config

    def on_step_end(self, state, step_idx, batch, metrics):
        assert state.log_store[-1] is metrics
        self.rows.append((step_idx, len(batch.samples), metrics["reward"]))

    def on_eval(self, state, step_idx, eval_name, metrics):
        self.evals.append((step_idx, eval_name, metrics["reward"]))
        if metrics["reward"] >= 1.0:
            state.request_stop("good enough")

    def on_train_end(self, state, artifacts):
        self.artifacts = artifacts


async def test_hooks_of_evsys():
    """State, step and metrics are those of the loop; a requested stop ends it."""
    theirs = Dashboard()

    run = await recorded_fit(FromEvSys(theirs), task=await graded_task(9), epochs=4)

    assert [one[:2] for one in theirs.rows] == [(0, 2), (1, 2)]
    assert theirs.evals == [(2, "val", 1.0)]
    assert theirs.artifacts == {"executed_steps": 2}
    assert theirs.config["program"]["name"] == "parity"
    assert run.history.stop_reason == "good enough"


# -- Keras -----------------------------------------------------------------------------


class KerasStyle:
    """What `keras.callbacks.Callback` is, without the package."""

    def __init__(self):
        self.params, self._model, self.seen = None, None, []

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self._model = model

    @property
    def model(self):
        return self._model

    def on_train_begin(self, logs=None):
        self.best_weights = self.wait = None

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(f"epoch {epoch} of {self.params['epochs']}")

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(f"batch {batch} of {self.params['steps']}: {sorted(logs)}")

    def on_epoch_end(self, epoch, logs=None):
        if logs.get("val_reward") >= 1.0:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.seen.append("end")


async def test_keras_callbacks_run_as_they_are():
    """No adapter: parameters, model, logs and the stop flag are those of Keras."""
    theirs = KerasStyle()

    run = await recorded_fit(theirs, task=await graded_task(9), epochs=4)

    keys = [
        "attempts",
        "calls",
        "cost",
        "failed",
        "reward",
        "tokens",
        "update_applied",
    ]
    assert theirs.seen == [
        "epoch 0 of 4",
        f"batch 0 of 2: {keys}",
        f"batch 1 of 2: {keys}",
        "end",
    ]
    assert theirs.model is run.task.program
    assert "stop_training" in run.history.stop_reason


async def test_all_shapes_live_in_one_list():
    """Together they change nothing of the run."""
    seen = []
    run = await asyncio.wait_for(
        recorded_fit(
            FromNetKet(NetKetRecorder(seen)),
            FromDreamTrainer(DreamMonitor(threshold=2.0)),
            FromEvSys(Dashboard()),
            KerasStyle(),
            lambda step, logs: None,
            task=await graded_task(),
        ),
        30,
    )

    assert run.error is None
    assert run.events == FULL
