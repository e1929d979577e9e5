"""Watching and changing the numbers of the optimizer."""

import json

import pytest
from parity import data, make_task
from scripted_scores import Idle, fit_scripted, make_scripted

from synalinks.callbacks import (
    BudgetStopping,
    Callback,
    CallbackGroup,
    Constant,
    Cosine,
    HyperparameterMonitor,
    HyperparameterScheduler,
    Linear,
    ReduceOnPlateau,
    Step,
)
from synalinks.errors import ConfigurationError
from synalinks.testing import RecordingCallback

TOO_SMALL = "`population_size` is a number at least 1, received: 0"


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Constant(0.5), [0.5, 0.5, 0.5, 0.5]),
        (Linear(1.0, 0.0, 2), [1.0, 0.5, 0.0, 0.0]),
        (Cosine(1.0, 0.0, 2), [1.0, 0.5, 0.0, 0.0]),
        (Step(8.0, 0.5, 2), [8.0, 8.0, 4.0, 4.0]),
    ],
)
def test_schedules(schedule, expected):
    """The value at each step."""
    assert [schedule(step) for step in range(4)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant("1"), "`value` is a finite number, received: '1'"),
        (lambda: Linear(1.0, 0.0, 0), "`n_steps` is an integer of at least 1"),
        (lambda: Cosine(1.0, float("nan"), 3), "`end` is a finite number"),
        (lambda: Step(1.0, 0.5, 0), "`every_n_steps` is an integer of at least 1"),
        (lambda: HyperparameterScheduler("temperature", 3), "`schedule` is a function"),
        (lambda: HyperparameterMonitor("step"), "`logging_interval` is one of"),
        (lambda: ReduceOnPlateau("temperature", factor=1.5), "`factor` is above 0"),
        (lambda: ReduceOnPlateau("temperature", patience=-1), "`patience` is an int"),
    ],
)
def test_arguments_are_checked_at_once(make, message):
    """What cannot work is refused before any run."""
    with pytest.raises(ConfigurationError, match=message):
        make()


async def test_logged_values_are_those_of_the_schedule_at_each_step():
    """Batches have the value they were worked on with, epochs the mean."""
    task = await make_scripted([0.5, 0.5])
    recorder = RecordingCallback()
    history = await fit_scripted(
        task,
        [
            HyperparameterMonitor("batch", keys=["temperature"]),
            HyperparameterScheduler("temperature", Linear(1.0, 0.2, 4)),
            recorder,
        ],
        n_epochs=2,
        batch_size=1,
    )

    rows = recorder.logs_of("on_train_batch_end")
    assert [row["opt_temperature"] for row in rows] == pytest.approx(
        [1.0, 0.8, 0.6, 0.4]
    )
    assert history.history["opt_temperature"] == pytest.approx([0.9, 0.5])
    assert "opt_n_ideas" not in history.history


@pytest.mark.row("DT-23")
async def test_what_a_budget_has_left_is_logged():
    """Also of one in a group, and as it was when the batch began."""
    task = await make_scripted([0.5, 0.5])
    recorder = RecordingCallback()
    await fit_scripted(
        task,
        [
            CallbackGroup(BudgetStopping(max_calls=100, max_tokens=10**6)),
            HyperparameterMonitor("batch", keys=["remaining_calls"]),
            recorder,
        ],
        n_epochs=2,
        batch_size=1,
        validation_data=data(0, 4),
    )

    rows = recorder.logs_of("on_train_batch_end")
    assert [row["opt_remaining_calls"] for row in rows] == [100, 99, 94, 93]
    assert not any("remaining_tokens" in key for row in rows for key in row)


async def test_epochs_have_the_value_of_their_last_batch():
    """All numbers are logged, under the prefix."""
    task = await make_scripted([0.5, 0.5])
    history = await fit_scripted(
        task,
        [
            HyperparameterMonitor(prefix="hp/"),
            HyperparameterScheduler("n_ideas", lambda step: 8 / (step + 1)),
        ],
        n_epochs=2,
        batch_size=1,
    )

    assert history.history["hp/n_ideas"] == [4, 2]  # a count is rounded
    assert {name for name in history.history if name.startswith("hp/")} == {
        f"hp/{name}" for name in task.program.optimizer.hyperparameters()
    }


async def test_what_the_optimizer_remembers_is_logged_on_request():
    """Exactly the numbers of its memory come with `log_momentum`."""

    class Remembering(Idle):
        def __init__(self, history_length=3, temperature=1.0):
            super().__init__(temperature=temperature)
            self.history_length = history_length

    keys = []
    for log_momentum in (False, True):
        task = await make_scripted([0.5], optimizer=Remembering())
        monitor = HyperparameterMonitor(log_momentum=log_momentum)
        history = await fit_scripted(task, [monitor], n_epochs=1)
        keys.append({name for name in history.history if name.startswith("opt_")})

    assert keys == [{"opt_temperature"}, {"opt_temperature", "opt_history_length"}]


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (
            HyperparameterMonitor(keys=["temprature"]),
            "no number 'temprature'. Did you mean `temperature`",
        ),
        (
            HyperparameterScheduler("momentum", Constant(1)),
            "has no hyperparameter 'momentum'. Available: n_ideas",
        ),
        (HyperparameterScheduler("population_size", Constant(0)), TOO_SMALL),
        (
            HyperparameterScheduler("temperature", lambda step: "hot"),
            "`temperature` .* gave for step 0: 'hot'",
        ),
        (ReduceOnPlateau("population_size"), TOO_SMALL),
        (ReduceOnPlateau("temprature"), "Did you mean `temperature`"),
    ],
)
async def test_mistakes_are_found_before_anything_is_paid_for(callback, message):
    """The message names what there is, and no call is made."""
    task = await make_scripted([0.5])

    with pytest.raises(ConfigurationError, match=message):
        await fit_scripted(task, [callback], n_epochs=1)

    assert task.n_calls == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"patience": 1}, [1.0, 0.5, 0.25, 0.125]),
        ({"patience": 2}, [1.0, 1.0, 0.5, 0.5]),
        ({"patience": 1, "cooldown": 1}, [1.0, 0.5, 0.5, 0.25]),
        ({"patience": 1, "min_value": 0.3}, [1.0, 0.5, 0.3, 0.3]),
        ({"patience": 1, "monitor": "reward"}, [1.0, 0.5, 0.25, 0.125]),
    ],
)
async def test_it_is_reduced_on_a_plateau(options, expected, capsys):
    """After so many flat epochs, and not below the limit."""
    task = await make_scripted([0.5] * 4)
    seen = []

    class Reader(Callback):
        callback_order = 9
        provides = ()

        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.trainer.optimizer.temperature)

    plateau = ReduceOnPlateau("temperature", factor=0.5, verbose=1, **options)
    await fit_scripted(task, [plateau, Reader()], n_epochs=4)

    assert seen == pytest.approx(expected)
    assert "`temperature` 1 -> 0.5" in capsys.readouterr().out


async def test_improvement_leaves_it_alone():
    """As long as the value gets better."""
    task = await make_scripted([0.5, 0.6, 0.7])
    await fit_scripted(task, [ReduceOnPlateau("temperature")], n_epochs=3)

    assert task.program.optimizer.temperature == 1.0


async def test_two_and_two_epochs_are_four():
    """A resumed plateau has its counts, and the optimizer the reduced value."""
    scores = [0.5, 0.5, 0.5, 0.5]
    whole = await make_scripted(scores)
    await fit_scripted(whole, [ReduceOnPlateau("temperature", patience=2)], n_epochs=4)
    first, states = ReduceOnPlateau("temperature", patience=2), []

    class Saver(Callback):
        callback_order = 99

        def on_epoch_end(self, epoch, logs=None):
            states.append(json.loads(json.dumps(first.state_dict())))

    await fit_scripted(await make_scripted(scores), [first, Saver()], n_epochs=2)
    second = ReduceOnPlateau("temperature", patience=2)

    class Loader(Callback):
        callback_order = 99

        def on_train_begin(self, logs=None):
            second.load_state_dict(states[-1])

    task = await make_scripted(scores)
    await fit_scripted(task, [second, Loader()], n_epochs=4, initial_epoch=2)

    assert task.program.optimizer.temperature == whole.program.optimizer.temperature


async def test_the_optimizer_works_with_the_value():
    """A real optimizer draws as many examples as it is told."""
    task = await make_task()
    scheduler = HyperparameterScheduler("nb_max_examples", Constant(1))
    await task.program.fit(
        *data(0, 12),
        validation_data=data(12, 20),
        batch_size=4,
        epochs=2,
        callbacks=scheduler,
        verbose=0,
    )

    assert len(task.program.trainable_variables[0].get("examples")) == 1


def test_a_temperature_of_one_is_no_count():
    """Only arguments that are integers by declaration are rounded."""
    from synalinks.optimizers import RandomFewShot

    optimizer = RandomFewShot(sampling_temperature=1)
    optimizer.set_hyperparameter("sampling_temperature", 0.4)
    optimizer.set_hyperparameter("population_size", 3.6)

    assert optimizer.sampling_temperature == 0.4
    assert optimizer.population_size == 4
    assert optimizer.hyperparameters() == {
        "nb_min_examples": 1,
        "nb_max_examples": 3,
        "sampling_temperature": 0.4,
        "population_size": 4,
        "reward_uncertainty": 0.25,
    }
    with pytest.raises(ConfigurationError, match="`nb_max_examples` is a number at"):
        optimizer.set_hyperparameter("nb_max_examples", 0)
    with pytest.raises(ConfigurationError, match="is a finite number"):
        optimizer.set_hyperparameter("sampling_temperature", float("nan"))
