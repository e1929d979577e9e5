"""Ending training that is good enough."""

import pytest
from parity import data, make_task

from synalinks.callbacks import Callback, TargetStopping
from synalinks.errors import ConfigurationError, MonitorError


class Script(Callback):
    """Writes given values into the logs, one per batch or epoch."""

    provides = ("score", "cost")

    def __init__(self, values, name="score", every="batch"):
        self.values, self.name, self.every = list(values), name, every

    def on_train_batch_end(self, batch, logs=None):
        if self.every == "batch" and self.values:
            logs[self.name] = self.values.pop(0)

    def on_epoch_end(self, epoch, logs=None):
        if self.every == "epoch" and self.values:
            logs[self.name] = self.values.pop(0)


async def fit(*callbacks, **options):
    task = await make_task()
    options = {"epochs": 8, "batch_size": 1, "verbose": 0, **options}
    history = await task.program.fit(
        *data(0, 8), validation_data=data(8, 10), callbacks=list(callbacks), **options
    )
    return history, task


async def stopped_after(values, monitor="score", **options):
    """Return how many values were seen; 8 if it was never stopped."""
    script = Script(values, monitor)
    stopping = TargetStopping(monitor, **options)
    history, _ = await fit(script, stopping, epochs=1)
    return (len(values) - len(script.values)) if history.stop_reason else None


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ([0.1, 0.9, 0.1, 0.5, 0.8, 0.8, 0.9, 0.9], {"window": 1}, 2),
        ([0.1, 0.9, 0.1, 0.5, 0.8, 0.8, 0.9, 0.9], {"window": 3}, 7),
        ([0.9, 0.1, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1], {"patience": 2}, 4),
        ([0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.1, 0.1], {"patience": 3}, 6),
        ([0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], {"patience": 1}, 1),
        ([NAN, float("inf"), 0.8, 0.1, 0.1, 0.1, 0.1, 0.1], {}, 3),
        ([0.1] * 8, {}, None),
    ],
    ids=["at once", "spike", "patience", "broken", "patience 1", "not finite", "never"],
)
async def test_the_smoothed_value_has_to_stay_at_the_target(values, options, expected):
    """A window ignores spikes; patience asks for so many times in a row."""
    options = {"target": 0.8, "mode": "max", **options}

    assert await stopped_after(values, **options) == expected


async def test_low_values_are_better_for_costs():
    """With `mode="auto"` the name or the metric tells which side is better."""
    values = [9.0, 7.0, 3.0, 3.0, 9.0, 9.0, 9.0, 9.0]

    assert await stopped_after(values, monitor="cost", target=5) == 3


async def test_epochs_are_looked_at_and_the_stop_still_validates():
    """With `every="epoch"` a value of the validation ends training."""
    history, _ = await fit(TargetStopping("val_reward", 0.5, every="epoch"))

    assert len(history.epoch) == 1
    assert history.stop_reason.startswith("`val_reward` has reached 0.5: ")

    history, _ = await fit(
        Script([0.9]), TargetStopping("score", 0.5, mode="max"), epochs=1
    )
    assert "val_reward" in history.history


async def test_two_and_two_epochs_are_four():
    """The window and the count go on in a resumed run."""
    values = [0.1, 0.9, 0.9, 0.9]

    def new():
        return TargetStopping(
            "score", 0.8, window=2, patience=2, every="epoch", mode="max"
        )

    whole, _ = await fit(Script(values, every="epoch"), new())
    first, second = new(), new()
    await fit(Script(values[:2], every="epoch"), first, epochs=2)

    class Resume(Callback):
        callback_order = 30
        provides = ()

        def on_train_begin(self, logs=None):
            second.load_state_dict(first.state_dict())

    rest, _ = await fit(
        Script(values[2:], every="epoch"), second, Resume(), initial_epoch=2
    )

    assert whole.epoch[-1] == rest.epoch[-1] == 3
    assert first.state_dict() == {"values": [0.1, 0.9], "wait": 0}
    assert first.state_key == "TargetStopping(monitor=score)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("reward", "high"), "`target` is a finite number"),
        (("reward", 1.0, 0), "`window` is an integer of at least 1, received: 0"),
        (("reward", 1.0, 1, -1), "`patience` is an integer of at least 0"),
        (("reward", 1.0, 1, 0, "10ba"), "`every` is 'batch' or 'epoch'"),
        (("", 1.0), "`monitor` is the name of a value"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """What cannot work is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match=message):
        TargetStopping(*arguments)


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (TargetStopping("rewrd", 1.0), "Did you mean `reward`"),
        (TargetStopping("val_reward", 1.0), "Give `every='epoch'`"),
    ],
    ids=["typo", "validation"],
)
async def test_what_the_run_does_not_have_is_found_before_any_call(callback, message):
    """A wrong name costs nothing."""
    task = await make_task()

    with pytest.raises((MonitorError, ConfigurationError), match=message):
        await task.program.fit(*data(0, 8), callbacks=callback, verbose=0)

    assert task.n_calls == 0
