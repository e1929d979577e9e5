"""Schedules as arguments of optimizers."""

import pytest
from parity import data, make_task
from scripted_scores import Idle, fit_scripted, make_scripted

import synalinks
from synalinks import optimizers
from synalinks.callbacks import (
    Constant,
    Cosine,
    HyperparameterMonitor,
    HyperparameterScheduler,
    Linear,
    Step,
)
from synalinks.errors import ConfigurationError
from synalinks.optimizers import RandomFewShot
from synalinks.testing import RecordingCallback


@pytest.mark.row("DT-24")
async def test_a_number_follows_its_schedule():
    """Each step works with the value of its index, rounded where it is a count."""
    seen = []

    class Watched(RandomFewShot):
        async def propose(self, step):
            seen.append((self.nb_max_examples, self.sampling_temperature))
            return await super().propose(step)

    optimizer = Watched(
        nb_max_examples=Linear(1, 4, 3),
        sampling_temperature=lambda step: 1 / (step + 1),
    )
    task = await make_task(optimizer=optimizer)
    recorder = RecordingCallback()
    await task.program.fit(
        *data(0, 8),
        validation_data=data(8, 12),
        batch_size=2,
        verbose=0,
        callbacks=[
            HyperparameterMonitor("batch", keys=["nb_max_examples"]),
            recorder,
        ],
    )

    assert seen == [(1, 1.0), (2, 1 / 2), (3, pytest.approx(1 / 3)), (4, 1 / 4)]
    rows = recorder.logs_of("on_train_batch_end")
    assert [row["opt_nb_max_examples"] for row in rows] == [1, 2, 3, 4]
    assert len(task.program.trainable_variables[0].get("examples")) > 1


async def test_numbers_of_other_optimizers_follow_too():
    """An optimizer of the user's needs nothing but its arguments."""
    task = await make_scripted([0.5] * 3, optimizer=Idle(temperature=Linear(1, 0, 2)))

    history = await fit_scripted(task, [HyperparameterMonitor()], n_epochs=3)

    assert history.history["opt_temperature"] == [1.0, 0.5, 0.0]


async def test_a_second_fit_goes_on_where_the_first_ended():
    """Steps are counted over the life of the optimizer."""
    task = await make_scripted([0.5] * 2, optimizer=Idle(temperature=Linear(4, 0, 4)))
    await fit_scripted(task, n_epochs=1)
    await fit_scripted(task, n_epochs=1)

    assert task.program.optimizer.temperature == 2.0


@pytest.mark.parametrize(
    "schedule", [Constant(2), Linear(1, 4, 3), Cosine(1, 4, 3), Step(8, 0.5, 2)]
)
def test_schedules_are_saved_with_the_optimizer(schedule):
    """The optimizer that is loaded follows the same schedule."""
    optimizer = RandomFewShot(nb_max_examples=schedule)

    loaded = optimizers.deserialize(optimizers.serialize(optimizer))

    assert loaded.schedules == {"nb_max_examples": schedule}
    assert loaded.nb_max_examples == optimizer.nb_max_examples == round(schedule(0))


def test_two_that_belong_together_change_together():
    """The fewest and the most examples may both grow past the other's first value."""
    optimizer = RandomFewShot(
        nb_min_examples=Linear(1, 6, 2), nb_max_examples=Linear(2, 8, 2)
    )
    optimizer.load_state_dict({**optimizer.state_dict(), "iterations": 2})

    assert (optimizer.nb_min_examples, optimizer.nb_max_examples) == (6, 8)


async def test_values_out_of_range_are_found_before_anything_is_paid_for():
    """The first value when the optimizer is made, the last one when `fit` begins."""
    with pytest.raises(ConfigurationError, match="`nb_min_examples` is a number at"):
        RandomFewShot(nb_min_examples=Constant(0))

    task = await make_task(optimizer=RandomFewShot(nb_max_examples=Linear(3, 0, 4)))
    with pytest.raises(ConfigurationError, match="`nb_max_examples` is a number at"):
        await task.program.fit(*data(0, 8), batch_size=1, verbose=0)
    assert task.n_calls == 0


async def later(step):
    """Be no schedule: what it returns is no number yet."""


@pytest.mark.parametrize(
    ("schedule", "given"),
    [
        (later, "a coroutine; it is no `async def`"),
        (synalinks.Identity(name="module"), "a coroutine; it is no `async def`"),
        (lambda step: None, "None"),
        (lambda step: "1", "'1'"),
        (lambda step: float("inf"), "inf"),
    ],
)
async def test_a_schedule_gives_numbers(schedule, given):
    """Anything else is told when the optimizer is made, or before the first call."""
    for name in ("nb_max_examples", "sampling_temperature"):
        with pytest.raises(ConfigurationError, match=f"`{name}` .* step 0: {given}"):
            RandomFewShot(**{name: schedule})
    task = await make_scripted([0.5], optimizer=Idle())
    with pytest.raises(ConfigurationError, match=f"step 0: {given}"):
        await fit_scripted(
            task, [HyperparameterScheduler("temperature", schedule)], n_epochs=1
        )
    assert task.n_calls == 0


async def test_nothing_else_may_change_a_scheduled_number():
    """A scheduler callback beside a schedule is a contradiction, found at once."""
    task = await make_scripted([0.5], optimizer=Idle(temperature=Constant(1.0)))

    with pytest.raises(ConfigurationError, match="made with a schedule for `temp"):
        await fit_scripted(
            task, [HyperparameterScheduler("temperature", Constant(1))], n_epochs=1
        )
    assert task.n_calls == 0
