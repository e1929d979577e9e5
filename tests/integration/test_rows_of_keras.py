"""Promises to those who know callbacks from Keras: rows `SY-..`."""

import asyncio

import pytest
from parity import data, make_task
from traces import FULL, In, graded_task, instructions, raising, recorded_fit, trace

from synalinks.callbacks import Callback, CallbackList, CSVLogger, History, StopRun
from synalinks.errors import SynalinksWarning
from synalinks.testing import RecordingCallback

pytestmark = pytest.mark.integration

row = pytest.mark.row


@row("SY-01")
@row("SY-05")
async def test_callbacks_go_into_all_three_methods():
    """The same callback gets the hooks of training, evaluation and prediction."""
    recorder = RecordingCallback()
    task = await make_task()
    x, y = data(0, 4)
    options = {"callbacks": CallbackList(recorder), "verbose": 0}

    await task.program.fit(x, y, validation_data=data(4, 6), **options)
    assert {"on_train_end", "on_test_end", "on_test_batch_end"} <= {*recorder.hooks()}
    for method, arguments, kind in (
        ("evaluate", (x, y), "test"),
        ("predict", (x,), "predict"),
    ):
        recorder.events.clear()
        await getattr(task.program, method)(*arguments, **options)
        kinds = ("begin", "batch_begin", "batch_end", "end")
        hooks = [f"on_{kind}_{one}" for one in kinds]
        assert recorder.hooks() == ["setup", *hooks, "teardown"]


@row("SY-04")
async def test_batch_logs_are_means_over_the_epoch_so_far():
    """The reward of batch 2 is the mean over batches 0 to 2; epochs start anew."""

    def answers(request):  # right for n0, n2, n4 only
        return {"answer": "even"}

    task = await make_task(answers)
    run = await recorded_fit(
        task=task, epochs=2, batch_size=1, shuffle=False, steps_per_epoch=3
    )

    rewards = [one["reward"] for one in run.recorder.logs_of("on_train_batch_end")]
    assert rewards == pytest.approx([1, 1 / 2, 2 / 3] * 2)
    batches = [event for event in run.events if event.startswith("train_batch_end")]
    assert batches == [f"train_batch_end {index}" for index in (0, 1, 2)] * 2


@row("SY-06")
async def test_prediction_hooks_get_the_outputs():
    """`on_predict_batch_end` gets one output per sample of its batch."""
    task = await make_task()
    recorder = RecordingCallback()

    result = await task.program.predict(
        data(0, 5)[0], batch_size=2, callbacks=recorder, verbose=0
    )

    outputs = [logs["outputs"] for logs in recorder.logs_of("on_predict_batch_end")]
    assert [len(one) for one in outputs] == [2, 2, 1]
    assert [one for part in outputs for one in part] == list(result)


@row("SY-07")
async def test_short_names_of_batch_hooks():
    """A callback that has only `on_batch_end` gets the training batches."""
    seen = []

    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(batch)

    await recorded_fit(Old(), epochs=1)

    assert seen == [0, 1]


@row("SY-08")
@pytest.mark.filterwarnings("ignore:.*is no number")
async def test_logs_hold_numbers_only(tmp_path, capsys):
    """A printer that formats every value with `:.3f` never meets anything else."""
    import numpy as np

    class TerseLogger(Callback):
        callback_order = 100

        def on_epoch_end(self, epoch, logs=None):
            text = " ".join(f"{k}={v:.3f}" for k, v in (logs or {}).items())
            print(f"[{epoch}] {text}")  # noqa: T201

        def on_train_batch_end(self, batch, logs=None):
            assert all(f"{value:.3f}" for value in logs.values())

    def add(callback, epoch, logs):
        logs["number"] = np.float64(0.25)
        logs["prompt"] = "a text"

    run = await recorded_fit(
        TerseLogger(), CSVLogger(tmp_path / "log.csv"), In("on_epoch_end", add)
    )

    assert run.error is None
    assert "number=0.250" in capsys.readouterr().out
    assert type(run.history.history["number"][0]) is float
    assert "prompt" not in run.history.history


@row("SY-09")
async def test_one_callback_serves_concurrent_runs():
    """In each hook `self.program` is the program of the run that calls it."""
    pairs = []

    class Shared(Callback):
        async def on_train_batch_end(self, batch, logs=None):
            program = self.program
            await asyncio.sleep(0)
            pairs.append((program.name, self.program.name, self.model is program))

    async def one(name):
        task = await make_task()
        task.program.name = name
        await recorded_fit(shared, task=task)

    shared = Shared()
    tasks = [asyncio.ensure_future(one(name)) for name in ("first", "second")]
    await asyncio.wait(tasks)

    assert {name for name, _, _ in pairs} == {"first", "second"}
    assert all(before == after and same for before, after, same in pairs)


@row("SY-11")
async def test_the_history_is_always_there():
    """One value per epoch for each metric, and why the run ended."""
    task = await make_task(metrics=["accuracy"])
    run = await recorded_fit(task=task)

    assert isinstance(run.history, History)
    assert run.task.program.history is run.history
    assert {name: len(one) for name, one in run.history.history.items()} == {
        "reward": 2,
        "accuracy": 2,
        "failed": 2,
        "val_reward": 2,
        "val_accuracy": 2,
        "val_failed": 2,
    }
    assert run.history.stop_reason is None
    assert "RecordingCallback" in run.history.callback_seconds


@row("SY-39")
async def test_callbacks_read_the_prompts_of_modules():
    """The guide's logger of instructions sees the prompt of each epoch."""
    seen = []

    class InstructionLogger(Callback):
        def on_epoch_end(self, epoch, logs=None):
            module = self.program.get_module("gen")
            seen.append(module.trainable_variables[0].get("instructions"))

    await recorded_fit(
        InstructionLogger(), task=await graded_task(5, 9), steps_per_epoch=1
    )

    assert seen == ["level 5", "level 9"]


@row("SY-40")
async def test_variables_set_by_a_callback_count_at_once():
    """Later callbacks and the next batch see them, and the score is marked stale."""
    seen = []

    class Writer(Callback):
        mutates = True

        def on_epoch_end(self, epoch, logs=None):
            self.program.trainable_variables[0].update({"instructions": "level 7"})

    watcher = In("on_epoch_end", lambda cb, *_: seen.append(instructions(cb.program)))
    task = await graded_task()
    run = await recorded_fit(Writer(), watcher, task=task, epochs=1)
    assert seen == ["level 7"]
    assert run.recorder.logs_of("on_train_end")[0]["val_stale"] == 1.0

    await recorded_fit(task=task, epochs=1)
    assert "level 7" in task.prompts()[-1]


@row("SY-41")
async def test_slow_hooks_are_reported_once(monkeypatch):
    """A hook that holds the loop is named in one warning, its time in the history."""
    from synalinks.callbacks import _dispatcher

    monkeypatch.setattr(_dispatcher, "_SLOW_S", 0.005)

    class Slow(Callback):
        def on_train_batch_end(self, batch, logs=None):
            deadline = asyncio.get_running_loop().time() + 0.02
            while asyncio.get_running_loop().time() < deadline:
                pass

    with pytest.warns(SynalinksWarning, match="held up the event loop") as warned:
        run = await recorded_fit(Slow())

    named = [one for one in warned if "`Slow.on_train_batch_end`" in str(one.message)]
    assert len(named) == 1
    assert run.history.callback_seconds["Slow"] >= 0.08


@row("SY-42")
async def test_validation_comes_before_the_end_of_the_epoch():
    """`on_epoch_end` has `val_` values when validation was due, and else none."""
    run = await recorded_fit(validation_freq=2)

    first, second = run.recorder.logs_of("on_epoch_end")
    assert "val_reward" not in first
    assert "val_reward" in second
    assert run.events.index("test_end") < run.events.index("epoch_end 1")


@row("SY-47")
async def test_names_of_the_history_are_known():
    """They are `reward`, the metrics' names, `failed`, and the same with `val_`."""
    task = await make_task(metrics=["accuracy"])
    expected = task.program.metric_keys(validation=True)

    run = await recorded_fit(task=task)

    assert set(run.history.history) == set(expected)
    assert task.program.metric_keys() == ["reward", "accuracy", "failed"]


@row("SY-48")
async def test_a_split_feeds_the_validation():
    """The tail of the data is held out, and its values are in the logs."""
    task = await make_task()
    history = await task.program.fit(
        *data(0, 8), validation_split=0.25, epochs=1, shuffle=False, verbose=0
    )

    assert "val_reward" in history.history
    assert {"n6", "n7"} <= set(task.inputs())


@row("SY-49")
async def test_flags_pay_for_validation_and_stop_requests_may_not():
    """After the flag there are calls for validation; with `validate=False` none."""

    async def calls_after(stop):
        # Wrong answers make no examples, so that no proposals are raced.
        task = await make_task(lambda request: {"answer": "wrong"})
        counts = []

        def function(callback, *args):
            counts.append(task.n_calls)
            stop(callback)

        await recorded_fit(In("on_train_batch_end", function), task=task)
        return task.n_calls - counts[0]

    def flag(callback):
        callback.program.stop_training = True

    def request(callback):
        callback.trainer.request_stop("enough", validate=False)

    assert await calls_after(flag) == 4
    assert await calls_after(request) == 0
    assert await calls_after(lambda cb: raising(StopRun())(cb)) == 0


@row("SY-51")
async def test_promotion_comes_before_validation():
    """What `on_epoch_end` sees is what was validated: variables do not change after."""
    seen = []

    def note(name):
        return lambda cb, *_: seen.append((name, instructions(cb.program)))

    hooks = ("on_test_begin", "on_test_end", "on_epoch_end")
    await recorded_fit(
        *[In(hook, note(hook), every=True) for hook in hooks],
        task=await graded_task(5, 9),
        steps_per_epoch=1,
    )

    assert seen == [(hook, text) for text in ("level 5", "level 9") for hook in hooks]


@row("SY-52")
async def test_async_hooks_are_awaited_before_anything_else():
    """An `async` hook has ended before the next callback and the next epoch."""
    seen = []

    class Slow(Callback):
        async def on_epoch_end(self, epoch, logs=None):
            await asyncio.sleep(0.01)
            seen.append(f"slow {epoch}")

    class Next(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(f"next {epoch}")

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(f"begin {epoch}")

    await recorded_fit(Slow(), Next())

    assert seen == ["begin 0", "slow 0", "next 0", "begin 1", "slow 1", "next 1"]


@row("SY-53")
async def test_a_list_serves_loops_of_ones_own():
    """Hooks of a `CallbackList` are called by name, with logs of any kind."""
    recorder, task = RecordingCallback(), await make_task()
    callbacks = CallbackList([recorder, History()])
    callbacks.bind(task.program, {"epochs": 1})
    x, y = data(0, 2)

    await callbacks.on_train_begin({})
    await callbacks.on_epoch_begin(0, {})
    logs = await task.program.train_on_batch(0, x, y, return_dict=True)
    await callbacks.on_epoch_end(0, logs)
    await callbacks.on_train_end(logs)

    assert trace(recorder) == [
        "train_begin",
        "epoch_begin 0",
        "epoch_end 0",
        "train_end",
    ]
    assert callbacks[1].history == {name: [logs[name]] for name in ("reward", "failed")}
    assert recorder.program is task.program
    with pytest.raises(AttributeError, match="on_epoch_ends"):
        await callbacks.on_epoch_ends(0, {})


@row("SY-54")
async def test_a_second_fit_is_a_run_of_its_own():
    """Flags and reasons of the run before do not reach it: it has all its epochs."""
    task = await make_task()
    first = await recorded_fit(
        In("on_epoch_begin", lambda cb, *_: cb.trainer.request_stop("enough")),
        task=task,
    )
    second = await recorded_fit(task=task)

    assert (first.history.epoch, first.history.stop_reason) == ([0], "enough")
    assert (second.history.epoch, second.history.stop_reason) == ([0, 1], None)
    assert [one.split()[0] for one in second.events] == [one.split()[0] for one in FULL]
