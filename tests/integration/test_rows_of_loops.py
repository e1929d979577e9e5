"""Promises about what the loop tells and takes: rows `EV-..`."""

import asyncio
import inspect
import json
import time

import pytest
from parity import data, make_task
from traces import (
    In,
    Scripted,
    graded,
    graded_task,
    instructions,
    raising,
    recorded_fit,
    trace,
)

import synalinks
from synalinks.callbacks import (
    Callback,
    CSVLogger,
    ProgbarLogger,
    ProgramCheckpoint,
)
from synalinks.contracts import read_manifest
from synalinks.errors import SynalinksWarning
from synalinks.testing import RecordingCallback

pytestmark = pytest.mark.integration

row = pytest.mark.row

LOGS = ("logs",)
SIGNATURES = {
    **dict.fromkeys(("setup", "teardown"), ("stage",)),
    **dict.fromkeys(
        (
            *("on_train_begin", "on_train_end", "on_test_begin", "on_test_end"),
            *("on_predict_begin", "on_predict_end", "before_train_end"),
        ),
        LOGS,
    ),
    **dict.fromkeys(("on_epoch_begin", "on_epoch_end"), ("epoch", "logs")),
    **dict.fromkeys(
        (
            *("on_train_batch_begin", "on_train_batch_end", "on_batch_begin"),
            *("on_batch_end", "on_test_batch_begin", "on_test_batch_end"),
            *("on_predict_batch_begin", "on_predict_batch_end"),
        ),
        ("batch", "logs"),
    ),
    **dict.fromkeys(
        ("on_step_begin", "on_propose_begin", "on_propose_end", "before_update"),
        ("step", "logs"),
    ),
    "on_checkpoint": ("row", "logs"),
    "on_eval": ("step", "name", "metrics"),
    "on_run_error": ("error", "logs"),
    "on_experiment_begin": ("ctx",),
    "on_group_begin": ("ctx", "group_name"),
    "on_run_begin": ("ctx",),
    "on_benchmark_eval": ("ctx", "result", "predictions", "step"),
    "on_run_end": ("ctx", "run_result", "arm"),
    "on_experiment_end": ("ctx", "result"),
}
BY_NAME_ONLY = {"step"}  # where it is no first argument


@row("EV-01")
def test_hooks_have_the_documented_arguments():
    """Every hook takes what the table says, by position, and does nothing by itself."""
    from synalinks.callbacks import HOOKS

    found = {
        hook: tuple(inspect.signature(getattr(Callback, hook)).parameters)[1:]
        for hook in HOOKS
    }

    assert found == SIGNATURES
    for hook, arguments in SIGNATURES.items():
        first, *others = arguments
        named = {one: one for one in others if one in BY_NAME_ONLY}
        positional = [first, *(one for one in others if one not in named)]
        assert getattr(Callback(), hook)(*positional, **named) is None


@row("EV-02")
async def test_spawned_tasks_have_ended_when_fit_returns():
    """What the last batch spawned is awaited; its error becomes a warning."""
    done = []

    async def work():
        await asyncio.sleep(0.02)
        done.append("work")
        raise OSError("upload")

    def spawn(callback, *args):
        if callback.trainer.batch_index == 1:
            callback.trainer.spawn(work())

    watcher = In("on_train_end", lambda *_: done.append("train_end"))
    with pytest.warns(SynalinksWarning, match="spawned task failed: OSError: upload"):
        await recorded_fit(
            In("on_train_batch_end", spawn, every=True), watcher, epochs=1
        )

    assert done == ["work", "train_end"]


@row("EV-02")
async def test_spawned_tasks_are_awaited_after_an_error():
    """Also when the run fails, nothing is left behind."""
    done = []

    async def work():
        await asyncio.sleep(0.02)
        done.append("work")

    run = await recorded_fit(
        In("on_epoch_begin", lambda cb, *_: cb.trainer.spawn(work())),
        In("on_epoch_end", raising(ValueError("x"))),
    )

    assert isinstance(run.error, ValueError)
    assert done == ["work"]


@row("EV-03")
async def test_a_run_tells_what_it_is():
    """`trainer.config` is JSON of the program, its compilation and the arguments."""
    seen = []
    run = await recorded_fit(
        In("on_train_begin", lambda cb, *_: seen.append(cb.trainer.config))
    )

    config = json.loads(json.dumps(seen[0]))
    assert run.error is None
    assert config == seen[0]
    assert config["program"]["name"] == "parity"
    assert config["params"]["epochs"] == 2
    assert "optimizer" in config["compile"]


@row("EV-04")
async def test_the_final_checkpoint_is_there_when_training_ends(tmp_path):
    """In `on_train_end` the last row of the manifest names a file that loads."""
    seen = []

    async def look(callback, *args):
        seen.append(await asyncio.to_thread(_last_checkpoint, tmp_path))

    def restore(callback, logs):
        (variable,) = callback.program.trainable_variables
        variable.update({"instructions": "as it was once"})

    run = await recorded_fit(
        In("before_train_end", restore, callback_order=5, mutates=True),
        In("on_train_end", look),
        ProgramCheckpoint(tmp_path / "some.json", save_last=True),
    )

    final = "as it was once", run.task.program.name
    assert run.error is None
    assert seen == [final]


def _last_checkpoint(folder):
    *_, last = (folder / "checkpoints.jsonl").read_text().splitlines()
    program = synalinks.Program.load(folder / json.loads(last)["program_path"])
    return instructions(program), program.name


@row("DT-48")
async def test_checkpoints_are_written_beside_the_loop(tmp_path):
    """While a slow disk writes, the event loop is free; then the file is there."""
    task = await make_task()
    save, ticks = task.program.save, []

    def slow_save(path):
        time.sleep(0.1)
        ticks.append(len(beats))
        save(path)

    beats = []

    async def beat():
        while True:
            beats.append(1)
            await asyncio.sleep(0.005)

    task.program.save = slow_save
    pulse = asyncio.ensure_future(beat())
    before = []
    run = await recorded_fit(
        In("on_epoch_end", lambda *_: before.append(len(beats)), every=True),
        ProgramCheckpoint(tmp_path / "best.json"),
        task=task,
        epochs=1,
    )
    pulse.cancel()

    assert run.error is None
    assert ticks[0] - before[0] >= 3
    assert (tmp_path / "best.json").is_file()


@row("EV-05")
async def test_the_logs_of_a_batch_are_its_row(tmp_path):
    """In the hook `trainer.rows[-1] is logs`; what is added at order 0 is kept."""
    seen = []

    def enrich(callback, batch, logs):
        trainer = callback.trainer
        seen.append((trainer.rows[-1] is logs, trainer.step, trainer.log_store[-1]))
        logs["extra"] = float(batch)

    run = await recorded_fit(
        CSVLogger(tmp_path / "log.csv"),
        In("on_train_batch_end", enrich, every=True),
        epochs=1,
    )

    assert [one[:2] for one in seen] == [(True, 0), (True, 1)]
    assert [one["extra"] for _, _, one in seen] == [0.0, 1.0]
    assert run.history.history["extra"] == [0.5]  # the mean over the epoch
    text = await asyncio.to_thread((tmp_path / "log.csv").read_text)
    assert "extra" in text


@row("EV-15")
async def test_the_state_of_a_run(tmp_path):
    """What a loop state has elsewhere is there by its names."""
    seen = {}

    def look(callback, *args):
        trainer = callback.trainer
        names = ("step", "num_steps", "stop_requested", "epoch", "ctx", "output_dir")
        seen.update({name: getattr(trainer, name) for name in names})
        seen["rows"] = trainer.log_store
        seen["models"] = [one.model for one in trainer.language_models]
        seen["saver"] = trainer.checkpoint_mgr
        trainer.request_stop("enough")

    async def save(callback, *args):
        await seen["saver"].save_checkpoint(tmp_path / "mine.json")

    run = await recorded_fit(
        ProgramCheckpoint(tmp_path / "best.json"),
        In("on_train_batch_end", look),
        In("on_epoch_end", save),
    )

    rows, saver = seen.pop("rows"), seen.pop("saver")
    assert seen == {
        "step": 0,
        "num_steps": 2,
        "stop_requested": False,
        "epoch": 0,
        "ctx": None,
        "output_dir": tmp_path,
        "models": ["openai/test"],
    }
    assert "reward" in rows[0]
    assert run.events.count("train_batch_end 0") == 1
    names = [one.name for one in run.history.artifacts.checkpoints]
    assert names == ["mine.json", "best.json"]
    assert {one.run_id for one in saver.artifacts.checkpoints} == {saver.run_id}


@row("EV-20")
async def test_what_a_run_leaves(tmp_path):
    """After a stop fewer steps are executed than requested; the rest is complete."""
    seen = {}

    def look(callback, *args):
        artifacts = callback.trainer.artifacts
        seen["same"] = artifacts
        seen["at the end"] = (artifacts.usage.calls, artifacts.executed_steps)

    run = await recorded_fit(
        ProgramCheckpoint(tmp_path / "best.json"),
        In("before_update", lambda cb, *_: cb.trainer.request_stop("enough")),
        In("on_train_end", look),
        epochs=3,
    )

    artifacts = run.history.artifacts
    assert artifacts is seen["same"]
    assert (artifacts.requested_steps, artifacts.executed_steps) == (6, 1)
    assert artifacts.usage.calls == run.history.usage.calls == run.task.n_calls
    assert seen["at the end"] == (run.task.n_calls, 1)
    assert artifacts.usage_by_phase["inference"].calls == run.task.n_calls
    assert artifacts.seconds > 0
    assert artifacts.run_dir == tmp_path
    rows = await asyncio.to_thread(read_manifest, artifacts.manifest_path.parent)
    assert rows == artifacts.checkpoints
    assert run.history.best.val_reward == run.history.history["val_reward"][0]


@row("EV-20")
async def test_a_second_run_has_artifacts_of_its_own():
    """Usage and steps are those of the run, also where a model was used before."""
    first = await recorded_fit()
    second = await recorded_fit(task=first.task, epochs=1)

    assert first.history.artifacts.executed_steps == 4
    assert second.history.artifacts.executed_steps == 2
    assert first.history.usage.calls + second.history.usage.calls == first.task.n_calls
    assert first.history.artifacts.run_id != second.history.artifacts.run_id


async def test_rows_of_batches_tell_what_they_took():
    """`calls`, `tokens` and `cost` of each batch, known before its update."""
    seen = []

    def look(callback, step, logs):
        seen.append(logs["calls"])

    task = await graded_task()  # proposes nothing
    run = await recorded_fit(In("before_update", look, every=True), task=task)

    rows = run.recorder.logs_of("on_train_batch_end")
    assert [row["calls"] for row in rows] == seen == [2, 2, 0, 0]
    assert [row["tokens"] > 0 for row in rows] == [True, True, False, False]
    assert {row["cost"] for row in rows} == {0}


@row("EV-31")
@pytest.mark.parametrize("learns", [False, True])
async def test_a_batch_of_bad_answers(learns):
    """It is skipped and its row says so, unless the optimizer learns from failures."""

    def answers(request):
        # A model that is asked to mend its answer sees the question further up.
        question = request.messages[1]["content"]
        is_bad = '"n0"' in question or '"n1"' in question
        return "no JSON" if is_bad else graded(request)

    script = Scripted(["level 7", "level 9"])
    optimizer = script.make()
    type(optimizer).learns_from_failures = learns
    task = await make_task(answers, optimizer=optimizer)
    seen = []

    def look(callback, step, logs):
        seen.append(instructions(callback.program))

    with pytest.warns(SynalinksWarning, match="samples failed"):
        run = await recorded_fit(
            In("before_update", look, every=True), task=task, epochs=1, shuffle=False
        )

    assert run.error is None
    rows = run.recorder.logs_of("on_train_batch_end")
    assert [row.get("skipped_batch", 0) for row in rows] == [not learns, 0]
    assert rows[0]["failed"] == 2
    assert run.events.count("propose_end 0") == run.events.count("before_update 0") == 1
    assert len(script.seen) == 1 + learns
    assert seen[1] == "level 7" if learns else seen[1] == seen[0]


@row("EV-16")
async def test_a_requested_stop_finishes_the_batch():
    """In batch 2 of 5: it is complete, the third does not begin, the reason stays."""

    def stop(callback, batch, logs):
        if batch == 1:
            callback.trainer.request_stop("plateau", resumable=True)

    task = await make_task()
    recorder = RecordingCallback()
    history = await task.program.fit(
        *data(0, 10),
        validation_data=data(10, 12),
        batch_size=2,
        epochs=3,
        callbacks=[In("on_train_batch_begin", stop, every=True), recorder],
        verbose=0,
    )

    assert "train_batch_end 1" in trace(recorder)
    assert "train_batch_begin 2" not in trace(recorder)
    assert (history.stop_reason, history.epoch) == ("plateau", [0])


@row("EV-26")
async def test_observers_do_not_end_a_run():
    """A progress bar that breaks leaves the run as it is, with one warning."""

    class Broken(ProgbarLogger):
        def on_epoch_begin(self, epoch, logs=None):
            raise OSError("no terminal")

    with pytest.warns(SynalinksWarning, match="no terminal") as warned:
        run = await recorded_fit(Broken())

    assert len(warned) == 1
    assert run.error is None


@row("EV-33")
async def test_every_hook_may_be_printed(capsys):
    """`RecordingCallback(prints=True)` prints one line per hook."""
    recorder = RecordingCallback(prints=True)
    await recorded_fit(recorder, epochs=1)

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(recorder.events)
    assert lines[0].startswith("setup('train'")
