"""The limit on the time that a run takes."""

import pytest
from parity import data, make_task

from synalinks.callbacks import Callback, Timeout
from synalinks.errors import ConfigurationError, SynalinksWarning


class Clock(Callback):
    """Ten seconds pass in each batch."""

    now = 0.0

    def __call__(self):
        return self.now

    def on_train_batch_begin(self, batch, logs=None):
        self.now += 10

    def on_test_batch_begin(self, batch, logs=None):
        self.now += 10

    def on_predict_batch_begin(self, batch, logs=None):
        self.now += 10


async def fit(callbacks, **options):
    task = await make_task()
    options = {"epochs": 2, "batch_size": 2, "verbose": 0, **options}
    history = await task.program.fit(
        *data(0, 8), validation_data=data(8, 10), callbacks=callbacks, **options
    )
    return history, task.program


async def test_the_batch_that_crosses_the_limit_is_the_last():
    """Training stops after that batch, in good order, and can be resumed."""
    clock, stops = Clock(), []

    class Seen(Callback):
        def on_train_end(self, logs=None):
            stops.append((self.trainer.stop, self.trainer.batch_index))

    timeout = Timeout(25, clock=clock)
    history, _ = await fit([clock, timeout, Seen()])

    ((stop, batch),) = stops
    assert history.stop_reason == "the time is over: 30 of 25 seconds"
    assert (stop.resumable, stop.validate, batch) == (True, False, 2)
    assert "val_reward" not in history.history
    assert timeout.elapsed_s == 30


async def test_validation_counts():
    """The limit holds inside a validation too, which is then of no use."""
    clock = Clock()

    history, _ = await fit([clock, Timeout(45, clock=clock)], validation_batch_size=1)

    assert history.stop_reason == "the time is over: 50 of 45 seconds"
    assert "val_reward" not in history.history


@pytest.mark.parametrize("method", ["evaluate", "predict"])
async def test_the_limit_holds_outside_of_fit(method):
    """`evaluate` and `predict` end after the batch that crosses the limit."""
    clock, task = Clock(), await make_task()
    given = data(0, 8)[: 1 if method == "predict" else 2]

    with pytest.warns(SynalinksWarning, match="ended after 3 of 4 batches"):
        await getattr(task.program, method)(
            *given,
            batch_size=2,
            verbose=0,
            callbacks=[clock, Timeout(25, clock=clock)],
        )


async def test_a_resumed_run_has_the_time_that_is_left():
    """The time before the resume is part of the limit."""
    clock = Clock()
    first = Timeout(1000, clock=clock)
    await fit([clock, first], epochs=1)
    second = Timeout(75, clock=clock)

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            second.load_state_dict(first.state_dict())

    history, _ = await fit([clock, second, Resume()])

    assert first.state_dict() == {"elapsed_s": 50}
    assert history.stop_reason == "the time is over: 80 of 75 seconds"


@pytest.mark.parametrize("seconds", [0, -1, "1h", float("inf"), None, True])
def test_no_number_of_seconds_is_refused(seconds):
    """The limit is a finite number above 0."""
    with pytest.raises(ConfigurationError, match="`seconds` is a "):
        Timeout(seconds)
