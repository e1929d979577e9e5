"""`EarlyStopping` in real runs."""

import json

import pytest
from scripted_scores import (
    Prompts,
    fit_scripted,
    make_scripted,
    prompt_of,
    write_prompt,
)

from synalinks.callbacks import Callback, EarlyStopping, StopRun
from synalinks.errors import ConfigurationError, MonitorError, SynalinksWarning

NO_VALIDATION = {"validation_split": 0, "validation_data": None}


class Enricher(Callback):
    """Puts scripted values into the logs of epochs."""

    provides = ("mine",)

    def __init__(self, values):
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        if self.values[epoch] is not None:
            logs["mine"] = self.values[epoch]


async def stopped_epochs(scores, **options):
    """Return how many epochs ran, and the callback."""
    task = await make_scripted(scores)
    stopping = EarlyStopping(**options)
    history = await fit_scripted(task, [stopping], n_epochs=len(scores))
    return len(history.epoch), stopping, history, task


async def test_it_stops_after_patience_checks_without_improvement():
    """Equal values are none; the reason tells what happened."""
    n_epochs, stopping, history, _ = await stopped_epochs(
        [0.5, 0.5, 0.5, 0.9], patience=2
    )

    assert n_epochs == 3
    assert (stopping.wait, stopping.stopped_epoch, stopping.best) == (2, 2, 0.5)
    assert history.stop_reason == (
        "EarlyStopping: `val_reward` = 0.5: no improvement on 0.5 of epoch 1 "
        "in 2 checks"
    )


@pytest.mark.parametrize(
    ("scores", "best"),
    [([0.5, 0.9, 0.4, 0.3], 1), ([0.5, 0.6, 0.7, 0.8], 3)],
    ids=["patience runs out", "patience never runs out"],
)
async def test_the_best_variables_are_restored_whenever_training_ends(scores, best):
    """The program that is left scored best, and later callbacks see it."""
    seen = []

    class Later(Callback):
        def on_train_end(self, logs=None):
            seen.append(prompt_of(self.program))

    task = await make_scripted(scores)
    stopping = EarlyStopping(patience=2, restore_best_variables=True)
    await fit_scripted(task, [Later(), stopping], n_epochs=len(scores))

    assert prompt_of(task.program) == f"prompt {best}"
    assert seen == [f"prompt {best}"]
    assert stopping.best_epoch == best


@pytest.mark.parametrize("raises", [True, False], ids=["StopRun", "request_stop"])
async def test_the_best_variables_are_restored_after_other_stops(raises):
    """A stop without validation, in the middle of an epoch, ends on the best."""

    class Stopper(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.trainer.epoch == 2:
                if raises:
                    raise StopRun("enough")
                self.trainer.request_stop("enough", validate=False)

    task = await make_scripted([0.9, 0.5, 0.7])
    stopping = EarlyStopping(patience=9, restore_best_variables=True)
    history = await fit_scripted(task, [stopping, Stopper()], n_epochs=3)

    assert history.stop_reason == "enough"
    assert prompt_of(task.program) == "prompt 0"


async def test_an_error_leaves_the_variables_as_they_are():
    """Nothing is restored in a run that failed; the best is still there to take."""

    class Broken(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.trainer.epoch == 1:
                raise ZeroDivisionError

    task = await make_scripted([0.9, 0.5])
    stopping = EarlyStopping(restore_best_variables=True)
    with pytest.raises(ZeroDivisionError):
        await fit_scripted(task, [stopping, Broken()], n_epochs=2)

    assert prompt_of(task.program) == "prompt 1"
    (value,) = stopping.best_variables.values()
    assert value["instructions"] == "prompt 0"


async def test_a_target_that_is_reached_is_restored():
    """The prompt that ended training is the one that is kept."""
    n_epochs, stopping, _, task = await stopped_epochs(
        [0.5, 1.0, 0.2], stop_at=1.0, patience=9, restore_best_variables=True
    )

    assert (n_epochs, stopping.best, stopping.best_epoch) == (2, 1.0, 1)
    assert prompt_of(task.program) == "prompt 1"


async def test_only_evaluations_of_the_value_count():
    """Epochs without validation do not use up patience."""
    task = await make_scripted([0.5] * 8)
    history = await fit_scripted(
        task, [EarlyStopping(patience=2)], n_epochs=8, validation_freq=2
    )

    assert len(history.epoch) == 6  # checks after epochs 2, 4 and 6


@pytest.mark.parametrize(
    ("options", "n_epochs"),
    [
        ({"start_from_epoch": 2}, 4),
        ({"start_from_step": 4}, 5),
        ({"min_reldelta": 0.5}, 2),
        ({"baseline": 0.95}, 2),
        ({"divergence": 0.8}, 1),
        ({}, 2),
    ],
)
async def test_what_else_can_be_chosen(options, n_epochs):
    """Each argument changes when it stops."""
    assert (await stopped_epochs([0.75] * 6, **options))[0] == n_epochs


async def test_low_is_better_for_what_costs():
    """The name of a value tells the side, and targets are on that side."""
    task = await make_scripted([0.5] * 5)
    values = Enricher([5.0, 3.0, 2.0, 2.5, 9.0])
    values.provides = ("total_cost",)
    values.on_epoch_end = lambda epoch, logs=None: logs.update(
        total_cost=values.values[epoch]
    )
    stopping = EarlyStopping("total_cost", stop_at=2.0, patience=2)
    history = await fit_scripted(task, [values, stopping], n_epochs=5)

    assert len(history.epoch) == 3
    assert stopping.best == 2.0


@pytest.mark.parametrize(("check_finite", "n_epochs"), [(True, 2), (False, 4)])
async def test_what_is_not_finite_is_never_the_best(check_finite, n_epochs):
    """NaN ends training, or is passed over."""
    task = await make_scripted([0.5] * 4)
    stopping = EarlyStopping("mine", mode="max", patience=3, check_finite=check_finite)
    values = Enricher([0.5, float("nan"), 0.4, 0.3])
    history = await fit_scripted(task, [values, stopping], n_epochs=4)

    assert len(history.epoch) == n_epochs
    assert stopping.best == 0.5


async def test_gains_within_the_noise_do_not_count():
    """With "1se", 20 samples that score 0.5 and 0.6 are as good."""
    assert (await stopped_epochs([0.5, 0.6, 0.65], min_delta="1se"))[0] == 2
    assert (await stopped_epochs([0.5, 0.8, 0.85], min_delta="1se"))[0] == 3
    assert (await stopped_epochs([0.5, 0.6, 0.65], min_delta=0.01))[0] == 3


async def test_variables_that_a_callback_wrote_after_validation_are_not_the_best():
    """What is restored is what was measured."""

    class Writer(Callback):
        provides = ()

        def on_epoch_end(self, epoch, logs=None):
            write_prompt(self.program, "unmeasured")

    task = await make_scripted([0.9, 0.5])
    stopping = EarlyStopping(patience=5, restore_best_variables=True)
    await fit_scripted(task, [Writer(), stopping], n_epochs=2)

    assert prompt_of(task.program) == "prompt 0"


async def test_two_and_two_epochs_are_four():
    """A state that went through JSON goes on where it was."""
    scores = [0.5, 0.9, 0.6, 0.7]

    def make():
        return EarlyStopping(patience=9, restore_best_variables=True)

    whole = make()
    await fit_scripted(await make_scripted(scores), [whole], n_epochs=4)

    first = make()
    task = await make_scripted(scores)
    await fit_scripted(task, [first], n_epochs=2)
    saved = json.loads(json.dumps(first.state_dict()))

    second = make()

    class Loader(Callback):
        callback_order = 99

        def on_train_begin(self, logs=None):
            second.load_state_dict(saved)

    await fit_scripted(task, [second, Loader()], n_epochs=4, initial_epoch=2)

    assert second.state_dict() == whole.state_dict()
    assert prompt_of(task.program) == "prompt 1"


async def test_one_instance_serves_two_fits():
    """Each fit starts anew."""
    stopping = EarlyStopping(patience=2)
    for _ in range(2):
        history = await fit_scripted(
            await make_scripted([0.5] * 5), [stopping], n_epochs=5
        )
        assert len(history.epoch) == 3


def test_it_works_in_a_loop_of_ones_own():
    """Without a run, the flag of the program is set."""

    class Program:
        stop_training = False

    stopping = EarlyStopping("val_reward", patience=1)
    program = Program()
    stopping.set_program(program)
    stopping.on_train_begin()
    for epoch, value in enumerate([0.5, 0.4]):
        stopping.on_epoch_end(epoch, {"val_reward": value})

    assert program.stop_training
    assert stopping.stopped_epoch == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patience": -1}, "`patience` is an integer of at least 0, received: -1"),
        ({"patience": True}, "`patience` is an integer of at least 0, received: True"),
        ({"mode": "best"}, r"`mode` is one of \('auto', 'min', 'max'\), received"),
        ({"min_delta": -0.1}, "`min_delta` is a finite number of at least 0"),
        ({"min_delta": "se"}, "`min_delta` is a number of at least 0 or a text"),
        ({"min_delta": "1se", "monitor": "val_f1"}, "has to be the reward of an eval"),
        ({"stop_at": float("nan")}, "`stop_at` is a finite number or None, received"),
        ({"monitor": ""}, "`monitor` is the name of a value, received: ''"),
    ],
)
def test_arguments_are_checked_at_once(options, message):
    """What cannot work is refused before any run."""
    with pytest.raises(ConfigurationError, match=message):
        EarlyStopping(**options)


@pytest.mark.parametrize(
    ("monitor", "options", "compiled", "message"),
    [
        ("val_accurracy", {}, ["accuracy"], "Did you mean `val_accuracy`"),
        ("val_reward", NO_VALIDATION, [], "There is no validation: give `validation"),
        ("mine", {}, [], "neither a metric nor the name tells"),
    ],
)
async def test_a_wrong_monitor_is_found_before_anything_is_paid_for(
    monitor, options, compiled, message
):
    """The message names what there is, and no call is made."""
    task = await make_scripted([0.5], metrics=compiled)
    callbacks = [EarlyStopping(monitor)]
    if monitor == "mine":
        callbacks.append(Enricher([0.5]))

    with pytest.raises(MonitorError, match=message) as raised:
        await fit_scripted(task, callbacks, n_epochs=1, **options)

    assert raised.value.monitor == monitor
    assert task.n_calls == 0


async def test_a_callback_of_the_user_may_still_bring_the_value():
    """Then it is an error at the end of the first epoch, if it is not there."""

    class Open(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["brought"] = 1.0

    task = await make_scripted([0.5, 0.5])
    await fit_scripted(task, [Open(), EarlyStopping("brought", mode="max")], n_epochs=1)
    with pytest.raises(MonitorError, match=r"no such value\. Did you mean `brought`"):
        await fit_scripted(
            task, [Open(), EarlyStopping("brougth", mode="max")], n_epochs=2
        )


async def test_without_strict_a_wrong_monitor_is_one_warning():
    """Training goes on without the callback."""
    task = await make_scripted([0.5, 0.5, 0.5])
    stopping = EarlyStopping("val_typo", mode="max", strict=False)

    with pytest.warns(SynalinksWarning, match="no such value") as warned:
        history = await fit_scripted(task, [stopping], n_epochs=3)

    assert len(warned) == 1
    assert len(history.epoch) == 3


async def test_a_mode_that_contradicts_the_metric_is_a_warning():
    """The warning names the value and its direction."""
    task = await make_scripted([0.5, 0.6], metrics=["accuracy"])

    with pytest.warns(SynalinksWarning, match="says that higher is better") as warned:
        await fit_scripted(
            task, [EarlyStopping("val_accuracy", mode="min")], n_epochs=2
        )

    assert "monitor='val_accuracy', mode='min'" in str(warned[0].message)


async def test_failures_that_did_not_happen_are_none():
    """`failed` is in the logs only where samples failed, and is 0 otherwise."""
    task = await make_scripted([0.5, 0.5])
    stopping = EarlyStopping("val_failed", patience=9)
    await fit_scripted(task, [stopping], n_epochs=2)

    assert (stopping.best, stopping.wait) == (0.0, 1)


def test_the_state_is_kept_by_the_value():
    """Two of them in a run have states of their own."""
    assert EarlyStopping("val_f1").state_key == "EarlyStopping(val_f1)"
    assert Prompts().state_key == "Prompts"
