"""Training."""

import asyncio
import json

import numpy as np
import pytest
from parity import data, make_task, parity_answer
from scripted_scores import Idle

import synalinks
from synalinks.callbacks import Callback
from synalinks.contracts import Candidate
from synalinks.errors import (
    AllSamplesFailedError,
    AuthenticationError,
    BadRequestError,
    SynalinksWarning,
)
from synalinks.optimizers import Optimizer
from synalinks.testing import RecordingCallback


def positions(recorder):
    """Return hooks with the indices they got, in order."""
    return [
        (hook.removeprefix("on_"), *[one for one in args if isinstance(one, int)])
        for hook, args in recorder.events
    ]


async def test_fit_improves_the_program_and_returns_its_history():
    """Examples from good predictions raise the validation reward."""
    task = await make_task()

    history = await task.program.fit(
        *data(0, 24), validation_data=data(24, 40), epochs=3, batch_size=4, verbose=0
    )

    assert history.epoch == [0, 1, 2]
    assert set(history.history) == {"reward", "failed", "val_reward", "val_failed"}
    assert history.history["val_reward"][-1] > 0.7
    assert history.history["val_reward"] == sorted(history.history["val_reward"])
    assert task.program.history is history
    assert task.program.trainable_variables[0].get("examples")


async def test_hooks_fire_in_the_order_of_keras():
    """Two epochs of two batches with validation give one full sequence."""
    task = await make_task()
    recorder = RecordingCallback()

    await task.program.fit(
        *data(0, 4),
        validation_data=data(4, 8),
        epochs=2,
        batch_size=2,
        validation_batch_size=4,
        callbacks=recorder,
        verbose=0,
    )

    validation = [
        ("test_begin",),
        ("test_batch_begin", 0),
        ("test_batch_end", 0),
        ("test_end",),
    ]

    def batch(index, step):
        return [
            ("train_batch_begin", index),
            ("step_begin", step),
            ("propose_begin", step),
            ("propose_end", step),
            ("before_update", step),
            ("train_batch_end", index),
        ]

    assert positions(recorder) == [
        ("setup",),
        ("train_begin",),
        ("epoch_begin", 0),
        *batch(0, 0),
        *batch(1, 1),
        *validation,
        ("eval", 2),
        ("epoch_end", 0),
        ("epoch_begin", 1),
        *batch(0, 2),
        *batch(1, 3),
        *validation,
        ("eval", 4),
        ("epoch_end", 1),
        ("before_train_end",),
        ("train_end",),
        ("teardown",),
    ]
    names = {"reward", "failed", "val_reward", "val_failed"}
    assert set(recorder.logs_of("on_train_end")[0]) == names


async def test_reward_in_the_logs_is_the_training_reward():
    """A model that is right on training data only logs 1.0 and 0.0."""

    def answers(request):
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        return {"answer": ("odd" if number % 2 else "even") if number < 10 else "?"}

    task = await make_task(answers)

    history = await task.program.fit(
        *data(0, 10), validation_data=data(10, 14), verbose=0
    )

    assert history.history["reward"] == [1.0]
    assert history.history["val_reward"] == [0.0]


async def test_rewards_join_predictions_by_sample_whatever_ends_first():
    """Finishing order moves no credit: examples are always right answers."""

    async def slow_for_small(request):
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        for _ in range(30 - number):
            await asyncio.sleep(0)
        return {"answer": "odd" if number % 3 == 0 else "even"}

    task = await make_task(slow_for_small)
    await task.program.fit(
        *data(0, 24), validation_data=data(24, 30), batch_size=24, verbose=0
    )

    variable = task.program.trainable_variables[0]
    predictions = variable.get("predictions")
    assert len(predictions) == 24
    for prediction in predictions:
        number = int(prediction["inputs"]["query"][1:])
        right = "odd" if number % 2 else "even"
        assert prediction["reward"] == float(prediction["outputs"]["answer"] == right)
    for example in variable.get("examples"):
        number = int(example["inputs"]["query"][1:])
        assert example["outputs"]["answer"] == ("odd" if number % 2 else "even")


async def run_fit(seed, **options):
    synalinks.clear_session()
    synalinks.set_seed(seed)
    task = await make_task()
    await task.program.fit(
        *data(0, 12),
        validation_data=data(12, 20),
        **{"epochs": 2, "batch_size": 3, "verbose": 0, **options},
    )
    return task


async def test_the_seed_decides_everything():
    """Equal seeds give the same calls and variables; others another order."""
    first, again, other = [await run_fit(seed) for seed in (1, 1, 2)]

    assert first.inputs() == again.inputs()
    assert first.prompts() == again.prompts()
    assert first.program.get_state_tree() == again.program.get_state_tree()
    assert first.inputs() != other.inputs()


async def test_shuffle_gives_each_epoch_an_order_and_can_be_switched_off():
    """Without shuffling the data come in their order."""
    shuffled = await run_fit(1, epochs=1)
    ordered = await run_fit(1, epochs=1, shuffle=False)

    first_batch = set(ordered.inputs()[:3])
    assert first_batch == {"n0", "n1", "n2"}
    assert set(shuffled.inputs()[:3]) != first_batch


async def test_no_cell_is_paid_for_twice():
    """One request per distinct prompt and input over a whole run."""
    task = await run_fit(3, epochs=4)

    cells = list(zip(task.prompts(), task.inputs(), strict=True))
    assert len(cells) == len(set(cells))


async def test_no_sample_is_judged_twice():
    """A reward may call a model: once per sample and program, in all three methods."""
    judged = []

    async def judge(y_true, y_pred):
        judged.append(y_true)
        return 1.0

    class Idle(synalinks.optimizers.Optimizer):
        async def propose(self, step):
            return []

    task = await make_task(reward=judge, optimizer=Idle())
    x, y = data(0, 8)
    await task.program.evaluate(x, y, verbose=0)
    assert len(judged) == 8

    judged.clear()
    await task.program.fit(
        x,
        y,
        validation_data=data(10, 14),
        evaluators=synalinks.Evaluator("hard", *data(20, 25)),
        batch_size=4,
        epochs=2,
        verbose=0,
    )
    assert len(judged) == 8 + 4 + 5


async def test_concurrency_changes_nothing():
    """Answers that come at other times lead to the same program."""
    plain = await run_fit(5)
    delays = iter(range(10**6))

    async def late(request):
        for _ in range(next(delays) * 7 % 11):
            await asyncio.sleep(0)
        return parity_answer(request)

    synalinks.clear_session()
    synalinks.set_seed(5)
    task = await make_task(late)
    await task.program.fit(
        *data(0, 12), validation_data=data(12, 20), epochs=2, batch_size=3, verbose=0
    )

    assert task.program.get_state_tree() == plain.program.get_state_tree()


async def test_numpy_arrays_lists_and_batches_are_the_same():
    """Arrays, lists and generators of batches train alike."""
    x, y = data(0, 6)
    x_array, y_array = np.array(x, dtype=object), np.array(y, dtype=object)

    def batches():
        for start in range(0, 6, 2):
            yield x_array[start : start + 2], y_array[start : start + 2]

    results = []
    for arguments in ((x, y), (x_array, y_array), (batches(),)):
        synalinks.clear_session()
        synalinks.set_seed(1)
        task = await make_task()
        await task.program.fit(
            *arguments, validation_data=data(6, 10), batch_size=2, verbose=0
        )
        results.append((task.inputs(), task.program.get_state_tree()))

    assert results[0] == results[1] == results[2]


async def test_a_second_fit_goes_on_from_the_first():
    """What was learned is where the next fit begins."""
    task = await make_task()
    options = {"validation_data": data(24, 40), "batch_size": 4, "verbose": 0}
    first = await task.program.fit(*data(0, 24), epochs=2, **options)
    second = await task.program.fit(*data(0, 24), epochs=2, **options)

    assert second.history["val_reward"][0] >= first.history["val_reward"][-1]
    assert task.program.optimizer.epochs == 4


async def test_another_reward_measures_anew():
    """What one function scored says nothing of another, whatever their names."""

    async def first(y_true, y_pred):
        return 0.25

    async def second(y_true, y_pred):
        return 0.75

    second.__name__ = first.__name__
    task = await make_task(optimizer=Idle(), reward=first)
    options = {"validation_data": data(24, 40), "batch_size": 4, "verbose": 0}
    await task.program.fit(*data(0, 24), **options)
    n_calls = task.n_calls

    task.program.compile(optimizer=task.program.optimizer, reward=first)
    again = await task.program.fit(*data(0, 24), **options)
    assert again.history["val_reward"] == [0.25]
    assert task.n_calls == n_calls

    task.program.compile(optimizer=task.program.optimizer, reward=second)
    history = await task.program.fit(*data(0, 24), **options)
    assert history.history["val_reward"] == [0.75]


async def test_validation_follows_its_frequency():
    """Epochs without validation have no value."""
    task = await make_task()

    history = await task.program.fit(
        *data(0, 4), validation_data=data(4, 8), epochs=3, validation_freq=2, verbose=0
    )

    assert history.history["val_reward"][0] is None
    assert history.history["val_reward"][1] is not None
    assert len(history.history["val_reward"]) == 2


async def test_without_validation_there_is_one_warning():
    """Candidates are then compared on the batch, and the user is told."""
    task = await make_task()

    with pytest.warns(SynalinksWarning, match="no validation samples") as warned:
        history = await task.program.fit(*data(0, 8), validation_split=0, verbose=0)

    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert set(history.history) == {"reward", "failed"}


async def test_without_an_optimizer_nothing_is_trained():
    """The history is empty, and no call is made."""
    task = await make_task(optimizer=None)

    with pytest.warns(SynalinksWarning, match="without an optimizer"):
        history = await task.program.fit(*data(0, 8), verbose=0)

    assert history.history == {}
    assert task.n_calls == 0


async def test_stop_training_ends_after_the_batch_and_still_validates():
    """The flag that Keras callbacks set is honoured."""

    class Stopper(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    task = await make_task()
    recorder = RecordingCallback()

    history = await task.program.fit(
        *data(0, 8),
        validation_data=data(8, 12),
        epochs=3,
        callbacks=[Stopper(), recorder],
        verbose=0,
    )

    assert history.epoch == [0]
    assert ("train_batch_end", 0) in positions(recorder)
    assert ("train_batch_begin", 1) not in positions(recorder)
    assert "val_reward" in history.history


async def test_async_hooks_are_awaited():
    """A coroutine hook runs to its end before the next callback."""
    seen = []

    class Slow(Callback):
        async def on_epoch_end(self, epoch, logs=None):
            await asyncio.sleep(0)
            logs["extra"] = 1.0
            seen.append("slow")

    class Next(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append("next")

    task = await make_task()
    history = await task.program.fit(
        *data(0, 2), validation_split=0.5, callbacks=[Slow(), Next()], verbose=0
    )

    assert seen == ["slow", "next"]
    assert history.history["extra"] == [1.0]


async def test_variables_set_by_a_callback_are_what_training_goes_on_from():
    """A prompt that a callback writes is used, scored and kept."""

    class Writer(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            variable = self.program.trainable_variables[0]
            variable.update({"instructions": "Be right."})

    task = await make_task()
    await task.program.fit(
        *data(0, 4), validation_data=data(4, 8), callbacks=Writer(), verbose=0
    )

    assert "Be right." in task.prompts()[-1]
    assert task.program.trainable_variables[0].get("instructions") == "Be right."


async def test_a_refused_key_ends_the_run_at_once():
    """A dead system is an error, not a reward of 0.0."""
    task = await make_task(lambda request: AuthenticationError("key refused"))
    recorder = RecordingCallback()

    with pytest.raises(AuthenticationError, match="key refused") as raised:
        await task.program.fit(
            *data(0, 20), batch_size=4, callbacks=recorder, verbose=0
        )

    assert task.n_calls <= 4
    assert "while running `parity` on train:" in raised.value.__notes__[0]
    assert positions(recorder)[-2:] == [("run_error",), ("teardown",)]
    assert ("train_end",) not in positions(recorder)


async def test_bad_answers_are_counted_and_score_nothing():
    """A sample without a valid answer is a failure in the logs, with reward 0.0."""

    def answers(request):
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        if number % 4 == 0:
            return "no JSON"
        return {"answer": "odd" if number % 2 else "even"}

    task = await make_task(answers)
    with pytest.warns(SynalinksWarning, match="2 samples failed") as warned:
        logs = await task.program.evaluate(*data(0, 8), verbose=0)

    assert warned[0].filename == __file__
    assert logs == {"reward": 0.75, "failed": 2.0}


async def test_a_dead_provider_is_an_error():
    """When no sample of a batch reaches the provider, the causes are named."""
    from synalinks.errors import ConnectionLostError

    task = await make_task(lambda request: ConnectionLostError("refused"))

    with pytest.raises(AllSamplesFailedError, match="ConnectionLostError 4 times"):
        await task.program.evaluate(*data(0, 4), verbose=0)


class Hasty(Optimizer):
    """Takes another program in the second epoch, however it scores."""

    async def propose(self, step):
        """Return one candidate."""
        values = {
            path: {**value, "instructions": "Be bold."}
            for path, value in self.incumbent.values.items()
        }
        return [Candidate(values=values, parents=(self.incumbent.digest,))]

    async def judge(self, step):
        """Measure nothing, and choose it."""
        for trials in ():
            yield trials
        if step.index:
            self.choose(self.proposals[0])


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
@pytest.mark.parametrize("is_bold", [False, True])
async def test_the_best_program_is_so_on_samples_that_both_were_scored_on(is_bold):
    """A mean over fewer samples is no better for what the provider turned away."""

    def answer(request):
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        is_worse = ("Be bold." in str(request.messages)) != is_bold
        if is_worse and number in {5, 6}:
            msg = "Not now."
            raise BadRequestError(msg)
        is_wrong = number in {5, 6, 7} or (is_worse and number == 4)
        return {"answer": "odd" if number % 2 != is_wrong else "even"}

    task = await make_task(answer)
    task.program.compile(optimizer=Hasty(), reward="exact_match")

    history = await task.program.fit(
        *data(20, 22), validation_data=data(0, 8), epochs=2, batch_size=2, verbose=0
    )

    worse, better = 4 / 6, 5 / 8
    scored = [worse, better] if is_bold else [better, worse]
    assert history.history["val_reward"] == pytest.approx(scored)
    left = task.program.trainable_variables[0].get("instructions")
    assert (left == "Be bold.") == is_bold


async def test_user_errors_come_back_as_they_are():
    """An error in a reward is raised with its own type."""

    async def broken(y_true, y_pred):
        raise ZeroDivisionError("mine")

    task = await make_task(reward=broken)

    with pytest.raises(ZeroDivisionError, match="mine"):
        await task.program.fit(*data(0, 4), validation_split=0.5, verbose=0)
