"""Evaluation, prediction and single batches."""

import asyncio

import numpy as np
import pytest
from parity import Answer, data, make_task

import synalinks
from synalinks.callbacks import Callback
from synalinks.data_models import JsonDataModel
from synalinks.errors import ConfigurationError, SynalinksWarning


async def test_evaluate_gives_reward_and_metrics():
    """Each metric has its value, under its name."""
    task = await make_task(metrics=["accuracy"])
    x, y = data(0, 8)

    logs = await task.program.evaluate(x, y, verbose=0)

    assert logs == {"reward": 0.5, "accuracy": 0.5, "failed": 0.0}
    values = await task.program.evaluate(x, y, verbose=0, return_dict=False)
    assert values == [0.5, 0.5]
    assert task.program.metrics_names == ["reward", "accuracy"]


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
async def test_batch_size_does_not_change_the_score(batch_size):
    """Evaluation is the same whatever is run at once."""
    task = await make_task(metrics=["accuracy"])

    logs = await task.program.evaluate(*data(0, 9), batch_size=batch_size, verbose=0)

    assert logs["reward"] == pytest.approx(5 / 9)
    assert logs["accuracy"] == pytest.approx(5 / 9)


@pytest.mark.parametrize("stage", ["evaluate", "fit", "test_on_batch"])
async def test_a_rollout_is_scored_once(stage):
    """Whoever runs a sample scores it, and nobody does so again: judges cost money."""
    scored = []

    async def judge(y_true, y_pred):
        scored.append(y_pred.get_json())
        return 1.0

    task = await make_task(reward=judge)
    if stage == "fit":
        await task.program.fit(
            *data(0, 8), validation_data=data(8, 12), epochs=2, batch_size=4, verbose=0
        )
    elif stage == "evaluate":
        await task.program.evaluate(*data(0, 8), batch_size=3, verbose=0)
    else:
        await task.program.test_on_batch(*data(0, 8))

    assert len(scored) == task.n_calls >= 8


async def test_predict_gives_an_object_array_in_order():
    """One data model per sample."""
    task = await make_task()

    outputs = await task.program.predict(data(0, 5)[0], batch_size=2, verbose=0)

    assert isinstance(outputs, np.ndarray)
    assert outputs.dtype == object
    assert outputs.shape == (5,)
    assert all(isinstance(one, JsonDataModel) for one in outputs)
    assert [one["answer"] for one in outputs] == [
        "even", "unknown", "even", "unknown", "even",
    ]  # fmt: skip


async def test_predict_gives_none_for_failed_samples():
    """A sample without a valid answer is None, the others are there."""

    def answers(request):
        question = next(m for m in request.messages if m["role"] == "user")
        bad = "n1" in question["content"]
        return "no JSON" if bad else {"answer": "even"}

    task = await make_task(answers)

    with pytest.warns(SynalinksWarning, match="1 samples failed"):
        outputs = await task.program.predict(data(0, 3)[0], verbose=0)

    assert [one is None for one in outputs] == [False, True, False]


async def test_predict_leaves_the_history_of_fit_alone():
    """Predicting after training keeps what `fit` recorded."""
    task = await make_task()
    history = await task.program.fit(*data(0, 4), validation_split=0.5, verbose=0)

    await task.program.predict(data(0, 2)[0], verbose=0)

    assert task.program.history is history


async def test_batch_methods_work_outside_fit():
    """One batch can be trained on, tested and predicted by hand."""
    task = await make_task()
    x, y = data(0, 8)
    val_x, val_y = data(8, 16)

    for step in range(4):
        logs = await task.program.train_on_batch(
            step, x, y, val_x=val_x, val_y=val_y, return_dict=True
        )
    assert set(logs) == {"reward", "failed"}
    assert task.program.trainable_variables[0].get("examples")
    task.program.reset_metrics()
    assert await task.program.test_on_batch(x, y) == [pytest.approx(1.0, abs=0.5)]
    assert len(await task.program.predict_on_batch(x)) == 8


async def test_given_predictions_are_scored_without_a_call():
    """`y_pred` replaces running the program."""
    task = await make_task()
    x, y = data(0, 2)

    logs = await task.program.test_on_batch(x, y, return_dict=True, y_pred=y)

    assert logs == {"reward": 1.0, "failed": 0.0}
    assert task.n_calls == 0


async def test_overridden_steps_are_used_by_the_loops():
    """A subclass changes what a step does, as in Keras."""
    seen = []

    class Mine(synalinks.Program):
        async def train_on_batch(self, step, x, y=None, **options):
            seen.append(("train", step, len(x)))
            return await super().train_on_batch(step, x, y, **options)

        async def compute_reward(self, x, y, y_pred, training=True):
            seen.append(("reward", len(x)))
            return [0.25 for _ in y_pred]

        async def compute_metrics(self, x, y, y_pred):
            return {**await super().compute_metrics(x, y, y_pred), "mine": 7.0}

    task = await make_task()
    program = Mine(inputs=task.program.inputs, outputs=task.program.outputs)
    program.compile(optimizer="random_few_shot", reward="exact_match")

    history = await program.fit(
        *data(0, 4), validation_split=0.5, batch_size=2, verbose=0
    )

    assert ("train", 0, 2) in seen
    assert ("reward", 2) in seen
    assert history.history["reward"] == [0.25]
    assert history.history["mine"] == [7.0]
    assert history.history["val_mine"] == [7.0]


async def test_hooks_of_evaluate_and_predict():
    """Begin, batches and end, with the outputs of each batch."""
    events = []

    class Watcher(Callback):
        def on_test_begin(self, logs=None):
            events.append("test_begin")

        def on_test_batch_end(self, batch, logs=None):
            events.append(("test", batch, sorted(logs)))

        def on_test_end(self, logs=None):
            events.append(("test_end", sorted(logs)))

        def on_predict_batch_end(self, batch, logs=None):
            events.append(("predict", batch, len(logs["outputs"])))

        def on_predict_end(self, logs=None):
            events.append("predict_end")

        def teardown(self, stage):
            events.append(f"teardown {stage}")

    task = await make_task()
    x, y = data(0, 3)
    await task.program.evaluate(x, y, batch_size=2, callbacks=Watcher(), verbose=0)
    await task.program.predict(x, batch_size=2, callbacks=[Watcher()], verbose=0)

    assert events == [
        "test_begin",
        ("test", 0, ["failed", "reward"]),
        ("test", 1, ["failed", "reward"]),
        ("test_end", ["failed", "reward"]),
        "teardown evaluate",
        ("predict", 0, 2),
        ("predict", 1, 1),
        "predict_end",
        "teardown predict",
    ]


async def test_stop_flags_end_the_loops():
    """Callbacks can end evaluation and prediction after a batch."""

    class Stopper(Callback):
        def on_test_batch_end(self, batch, logs=None):
            self.program.stop_evaluating = True

        def on_predict_batch_end(self, batch, logs=None):
            self.program.stop_predicting = True

    task = await make_task()
    x, y = data(0, 6)
    await task.program.evaluate(x, y, batch_size=2, callbacks=Stopper(), verbose=0)
    outputs = await task.program.predict(
        x, batch_size=2, callbacks=Stopper(), verbose=0
    )

    assert len(outputs) == 2
    assert len(asyncio.all_tasks()) == 1


async def test_metrics_given_are_not_shared():
    """One metric instance serves two programs without mixing their counts."""
    metric = synalinks.metrics.Accuracy()
    first = await make_task(metrics=[metric])
    second = await make_task(lambda r: {"answer": "wrong"}, metrics=[metric])

    assert (await first.program.evaluate(*data(0, 2), verbose=0))["accuracy"] == 0.5
    assert (await second.program.evaluate(*data(0, 2), verbose=0))["accuracy"] == 0.0
    assert metric.result() == 0.0


async def test_one_program_runs_in_several_event_loops():
    """A program trained in one loop predicts in the next."""
    import threading

    task = await make_task()
    await task.program.fit(*data(0, 4), validation_split=0.5, verbose=0)
    found = []

    def run() -> None:
        x = data(0, 2)[0]
        found.append(asyncio.run(task.program.predict(x, verbose=0)))

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        await asyncio.sleep(0.01)

    assert found[0][0].get_json() == Answer(answer="even").get_json()


@pytest.mark.parametrize("method", ["evaluate", "predict", "fit"])
async def test_a_second_run_at_the_same_time_is_refused(method):
    """Two runs would take each other's samples: the later one is told, for free."""
    task = await make_task()
    x_and_y = data(0, 8)
    first = asyncio.create_task(task.program.evaluate(*x_and_y, verbose=0))
    while not task.transport.requests:
        await asyncio.sleep(0)

    with pytest.raises(ConfigurationError, match="is in a run already"):
        await getattr(task.program, method)(
            *(x_and_y if method != "predict" else x_and_y[:1]), verbose=0
        )

    assert (await first)["reward"] == 0.5
    assert task.n_calls == 8
