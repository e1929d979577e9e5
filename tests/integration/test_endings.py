"""Every cell of the table of endings: what a run does when it ends, by how it ends."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from parity import make_task
from traces import In, raising, recorded_fit

from synalinks.callbacks import BackupAndRestore, StopRun

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Ending:
    """One row of the table; all but `all done` end in the first batch of two."""

    callback: Callable[[], Any]
    """What ends the run."""
    batch_closed: bool
    """Whether `on_train_batch_end` follows for the batch under way."""
    update_applied: bool | None
    """What the row of that batch says; None where there is no row any more."""
    validation: bool
    """Whether the epoch is validated."""
    on_epoch_end: bool
    """Whether the epoch is closed."""
    epoch_complete: bool
    """What `trainer.epoch_complete` is in the end."""
    good_end: bool
    """Whether `before_train_end` and `on_train_end` follow."""
    on_run_error: bool
    """Whether `on_run_error` follows."""
    stop_reason: str | None
    """What is in `history.stop_reason`."""
    caller_gets: type[BaseException] | None
    """What `fit` raises; None where it returns its history."""


ERROR = ZeroDivisionError("mine")


def ask(**options):
    return lambda callback, *args: callback.trainer.request_stop("enough", **options)


def set_flag(callback, *args):
    callback.program.stop_training = True


def set_should_stop(callback, *args):
    callback.trainer.should_stop = True


IN_ORDER = {"good_end": True, "on_run_error": False, "caller_gets": None}
STOPPED = {
    **IN_ORDER,
    "batch_closed": True,
    "on_epoch_end": True,
    "epoch_complete": False,
}
ABANDONED = {
    "batch_closed": False,
    "update_applied": None,
    "validation": False,
    "on_epoch_end": False,
    "epoch_complete": False,
    "good_end": False,
    "on_run_error": True,
    "stop_reason": None,
}

ENDINGS = {
    "all epochs done": Ending(
        callback=lambda: In("on_epoch_end", lambda *_: None),
        update_applied=True,
        validation=True,
        stop_reason=None,
        **{**STOPPED, "epoch_complete": True},
    ),
    "stop_training": Ending(
        callback=lambda: In("before_update", set_flag),
        update_applied=True,
        validation=True,
        stop_reason="`stop_training` was set",
        **STOPPED,
    ),
    "should_stop": Ending(
        callback=lambda: In("before_update", set_should_stop),
        update_applied=True,
        validation=True,
        stop_reason="`should_stop` was set",
        **STOPPED,
    ),
    "request_stop": Ending(
        callback=lambda: In("before_update", ask()),
        update_applied=True,
        validation=True,
        stop_reason="enough",
        **STOPPED,
    ),
    "request_stop(validate=False)": Ending(
        callback=lambda: In("before_update", ask(validate=False)),
        update_applied=True,
        validation=False,
        stop_reason="enough",
        **STOPPED,
    ),
    "StopRun before the update": Ending(
        callback=lambda: In("before_update", raising(StopRun("done"))),
        update_applied=False,
        validation=False,
        stop_reason="done",
        **STOPPED,
    ),
    "StopRun after the update": Ending(
        callback=lambda: In("on_train_batch_end", raising(StopRun("done"))),
        update_applied=True,
        validation=False,
        stop_reason="done",
        **STOPPED,
    ),
    "StopRun in on_epoch_end": Ending(
        callback=lambda: In("on_epoch_end", raising(StopRun("done"))),
        update_applied=True,
        validation=True,
        stop_reason="done",
        **{**STOPPED, "epoch_complete": True},
    ),
    "an exception": Ending(
        callback=lambda: In("before_update", raising(ERROR)),
        caller_gets=ZeroDivisionError,
        **ABANDONED,
    ),
    "a cancelled task": Ending(
        callback=lambda: In("before_update", cancelling),
        caller_gets=asyncio.CancelledError,
        **ABANDONED,
    ),
    "Ctrl-C in a hook": Ending(
        callback=lambda: In("before_update", raising(KeyboardInterrupt())),
        caller_gets=KeyboardInterrupt,
        **ABANDONED,
    ),
    "SystemExit": Ending(
        callback=lambda: In("before_update", raising(SystemExit(3))),
        caller_gets=SystemExit,
        **ABANDONED,
    ),
}


async def cancelling(callback, *args):
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


@pytest.fixture(params=ENDINGS)
def ending(request):
    """One way to end."""
    return ENDINGS[request.param]


async def ended(ending):
    return await recorded_fit(ending.callback(), epochs=1)


def has(run, hook):
    return any(event.split()[0] == hook for event in run.events)


async def test_the_batch_under_way(ending):
    """It is closed, unless the run is abandoned."""
    run = await ended(ending)

    assert ("train_batch_end 0" in run.events) == ending.batch_closed


async def test_what_the_batch_says_of_its_update(ending):
    """`update_applied` is true only for an update that was applied."""
    run = await ended(ending)

    rows = run.recorder.logs_of("on_train_batch_end")
    applied = bool(rows[-1]["update_applied"]) if rows else None
    assert applied == ending.update_applied


async def test_validation(ending):
    """A flag leaves the validation, what forbids calls does not."""
    run = await ended(ending)

    assert has(run, "test_batch_end") == ending.validation
    logs = run.recorder.logs_of("on_epoch_end")
    assert any("val_reward" in one for one in logs) == ending.validation


async def test_the_epoch_end(ending):
    """The epoch is closed, and tells whether it was complete."""
    seen = []
    watcher = In("on_epoch_end", lambda cb, *_: seen.append(cb.trainer.epoch_complete))

    run = await recorded_fit(ending.callback(), watcher, epochs=1)

    assert has(run, "epoch_end") == ending.on_epoch_end
    assert seen == ([ending.epoch_complete] if ending.on_epoch_end else [])


async def test_the_good_end(ending):
    """`before_train_end` and `on_train_end` come together or not at all."""
    run = await ended(ending)

    assert has(run, "before_train_end") == ending.good_end
    assert has(run, "train_end") == ending.good_end


async def test_the_error_hook(ending):
    """`on_run_error` comes instead of the good end, never with it."""
    run = await ended(ending)

    assert has(run, "run_error") == ending.on_run_error
    assert has(run, "run_error") != has(run, "train_end")


async def test_teardown(ending):
    """It comes last, once, whatever happened."""
    run = await ended(ending)

    assert run.events[-1] == "teardown"
    assert run.events.count("teardown") == 1


async def test_the_reason(ending):
    """`history.stop_reason` says why, and nothing where the run was not stopped."""
    run = await ended(ending)

    assert run.task.program.history.stop_reason == ending.stop_reason


async def test_what_the_caller_gets(ending):
    """The history, or the very error that ended the run."""
    run = await ended(ending)

    assert (run.error is None) == (run.history is not None)
    if ending.caller_gets:
        assert isinstance(run.error, ending.caller_gets)
        assert ending.caller_gets is not ZeroDivisionError or run.error is ERROR


async def test_the_program_after_an_abandoned_batch():
    """Nothing of a half step is left in the program's learnable fields."""
    task = await make_task()
    variable = task.program.trainable_variables[0]
    before = {key: variable.get(key) for key in variable.learnable_fields}

    await recorded_fit(ENDINGS["an exception"].callback(), task=task, epochs=1)

    assert {key: variable.get(key) for key in variable.learnable_fields} == before
    assert task.program.optimizer.iterations == 0


async def test_the_backup(ending, tmp_path):
    """It is removed after a good end, and kept for the next process after any other."""
    backup = BackupAndRestore(tmp_path / "backup")

    await recorded_fit(ending.callback(), backup, epochs=1)

    assert (tmp_path / "backup").exists() == (ending.caller_gets is not None)


async def test_the_backup_of_a_run_that_may_go_on(tmp_path):
    """A stop that says so keeps it."""
    stop = In("on_train_batch_end", raising(StopRun("later", resumable=True)))

    await recorded_fit(stop, BackupAndRestore(tmp_path / "backup"), epochs=1)

    assert (tmp_path / "backup").exists()
