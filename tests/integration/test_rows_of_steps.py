"""Promises about the hooks inside a training step, one test per row `NK-..`."""

import asyncio

import numpy as np
import pytest
from parity import data, make_task
from traces import (
    HOOKS_OF_FIT,
    In,
    graded_task,
    instructions,
    raising,
    recorded_fit,
)

import synalinks
from synalinks.callbacks import Callback, CallbackList, CSVLogger, History, StopRun
from synalinks.contracts import present_candidate, trainable_by_path
from synalinks.errors import ConfigurationError, SynalinksWarning, UnknownHookError
from synalinks.testing import RecordingCallback

pytestmark = pytest.mark.integration

row = pytest.mark.row


def digest(program):
    """Return the identity of a program's learnable fields."""
    return present_candidate(trainable_by_path(program)).digest


def noting(hook, look):
    """Return a callback that notes what it sees in a hook, and what it has noted."""
    seen = []
    return In(hook, lambda cb, *args: seen.append(look(cb, *args)), every=True), seen


@row("NK-01")
async def test_a_subclass_needs_no_super():
    """A callback whose `__init__` calls no `super()` lives through a whole fit."""

    class Mine(Callback):
        def __init__(self):
            self.n = 0

        def on_epoch_end(self, epoch, logs=None):
            self.n += self.params["epochs"]

    mine = Mine()
    run = await recorded_fit(mine)

    assert (run.error, mine.n) == (None, 4)


@row("NK-02")
async def test_training_begins_at_the_step_it_has_come_to():
    """The second fit of a program begins at the step where the first one ended."""
    watcher, seen = noting("on_train_begin", lambda cb, *_: cb.trainer.global_step)
    run = await recorded_fit(watcher, epochs=1)
    await recorded_fit(watcher, task=run.task, epochs=1)

    assert seen == [0, 2]


def rejecting(n):
    """Return a callback that rejects the first n proposals."""
    left = [True] * n
    return In("on_propose_end", lambda *_: bool(left) and left.pop(), every=True)


@row("NK-03")
async def test_a_retry_begins_the_step_but_not_the_batch():
    """Two rejections: the step begins three times, its batch once."""
    run = await recorded_fit(rejecting(2), epochs=1, steps_per_epoch=1)

    assert run.events.count("step_begin 0") == 3
    assert run.events.count("train_batch_begin 0") == 1
    assert run.events.count("train_batch_end 0") == 1


@row("NK-04")
async def test_what_is_injected_before_the_reset_is_lost():
    """An override of `on_step_begin` is gone later, one of `on_propose_begin` used."""
    x, y = data(40, 42)

    def override(callback, *args):
        callback.trainer.override_batch(x, y)

    for hook, expected in (("on_step_begin", "n0"), ("on_propose_begin", "n40")):
        watcher, seen = noting(
            "on_propose_end", lambda cb, *_: cb.trainer.outputs[0].inputs.get("query")
        )
        run = await recorded_fit(
            In(hook, override), watcher, epochs=1, steps_per_epoch=1, shuffle=False
        )
        assert run.error is None
        assert seen == [expected]


@row("NK-05")
async def test_nothing_is_paid_before_the_proposal_begins():
    """`on_propose_begin` comes before any call of its attempt."""
    task = await make_task()
    paid = []
    begin = In("on_train_batch_begin", lambda *_: paid.append(task.n_calls), every=True)
    propose = In("on_propose_begin", lambda *_: paid.append(task.n_calls), every=True)
    end = In("on_propose_end", lambda *_: paid.append(task.n_calls), every=True)

    await recorded_fit(begin, propose, end, task=task, epochs=1, steps_per_epoch=1)

    assert paid[0] == paid[1] == 0
    assert paid[2] >= 2


@row("NK-06")
async def test_a_proposal_is_there_before_it_is_applied():
    """In `on_propose_end` the program is the old one and the proposal another."""
    task = await graded_task(9)
    before = digest(task.program)
    watcher, seen = noting(
        "on_propose_end",
        lambda cb, *_: (
            digest(cb.program),
            cb.trainer.proposal.candidate.digest,
            cb.trainer.proposal.is_change,
            next(iter(cb.trainer.proposal.variables.values()))["instructions"],
            len(cb.trainer.outputs),
        ),
    )

    await recorded_fit(watcher, task=task, epochs=1, steps_per_epoch=1)

    present, proposed, is_change, text, n_outputs = seen[0]
    assert present == before != proposed
    assert (is_change, text, n_outputs) == (True, "level 9", 2)
    assert digest(task.program) == proposed


@row("NK-07")
@pytest.mark.parametrize(
    ("vote", "n_attempts"),
    [(True, 2), (np.bool_(1), 2), (1, 2), (None, 1), (False, 1), (0, 1)],
    ids=repr,
)
async def test_votes_are_truth_values(vote, n_attempts):
    """Any true value rejects, NumPy's included; None and false ones accept."""
    run = await recorded_fit(
        In("on_propose_end", lambda *_: vote), epochs=1, steps_per_epoch=1
    )

    assert run.events.count("propose_end 0") == n_attempts


@row("NK-08")
async def test_all_are_asked_and_nothing_is_applied():
    """After one vote to reject the others are asked, and the step begins anew."""
    task = await graded_task(9, 9)
    before = digest(task.program)
    first = In("on_propose_end", lambda *_: True)
    second, asked = noting("on_propose_end", lambda cb, *_: cb.trainer.global_step)
    third, programs = noting("on_step_begin", lambda cb, *_: digest(cb.program))

    await recorded_fit(first, second, third, task=task, epochs=1, steps_per_epoch=1)

    assert asked == [0, 0]
    assert programs == [before, before]


@row("NK-09")
async def test_attempts_are_counted_from_zero_in_each_step():
    """`step_attempt` rises with each rejection, and `attempts` says how many."""
    watcher, seen = noting("on_propose_end", lambda cb, *_: cb.trainer.step_attempt)
    begin, at_begin = noting("on_step_begin", lambda cb, *_: cb.trainer.step_attempt)

    run = await recorded_fit(rejecting(2), watcher, begin, epochs=1)

    assert seen == at_begin == [0, 1, 2, 0]
    rows = run.recorder.logs_of("on_train_batch_end")
    assert [one["attempts"] for one in rows] == [3, 1]


@row("NK-10")
async def test_attempts_have_a_limit():
    """An always rejected step pays for its three proposals, and training goes on."""
    task = await graded_task(*[9] * 20)
    always = In("on_propose_end", lambda *_: True, every=True)

    with pytest.warns(SynalinksWarning, match="3 proposals were rejected") as warned:
        run = await recorded_fit(always, task=task, epochs=1, max_step_attempts=3)

    assert len(warned) == 1
    assert len(task.script.seen) == 6
    rows = run.recorder.logs_of("on_train_batch_end")
    assert [one["step_rejected"] for one in rows] == [1, 1]
    assert run.error is None


@row("NK-11")
async def test_attempts_share_one_row():
    """What a rejected attempt has written is there in the next one."""

    def count(callback, step, logs):
        logs["tries"] = logs.get("tries", 0) + 1
        return logs["tries"] < 3

    run = await recorded_fit(
        In("on_propose_end", count, every=True), epochs=1, steps_per_epoch=1
    )

    assert run.recorder.logs_of("on_train_batch_end")[0]["tries"] == 3


@row("NK-12")
async def test_rewards_are_in_the_logs_once_a_step_is_accepted():
    """`reward` is missing in `on_propose_end` and there in `before_update`."""
    run = await recorded_fit(epochs=1, steps_per_epoch=1)

    assert "reward" not in run.recorder.logs_of("on_propose_end")[0]
    assert {"reward", "attempts"} <= run.recorder.logs_of("before_update")[0].keys()


@row("NK-13")
async def test_before_the_update_all_is_as_it_was(tmp_path):
    """`before_update` sees the old program and count; what it logs is written."""
    task = await graded_task(9)
    before = digest(task.program)
    watcher, seen = noting(
        "before_update", lambda cb, *_: (digest(cb.program), cb.trainer.global_step)
    )
    enrich = In("before_update", lambda cb, step, logs: logs.update(extra=0.5))

    await recorded_fit(
        watcher,
        enrich,
        CSVLogger(tmp_path / "log.csv"),
        task=task,
        epochs=1,
        steps_per_epoch=1,
    )

    assert seen == [(before, 0)]
    header, values = await asyncio.to_thread(_lines, tmp_path / "log.csv")
    assert dict(zip(header, values, strict=True))["extra"] == "0.5"


def _lines(path):
    return [line.split(",") for line in path.read_text().splitlines()]


@row("NK-14")
async def test_the_update_comes_between_the_hooks_around_it():
    """The program changes after `before_update` and before `on_train_batch_end`."""
    task = await graded_task(9)
    before, old = noting("before_update", lambda cb, *_: instructions(cb.program))
    after, new = noting("on_train_batch_end", lambda cb, *_: instructions(cb.program))

    await recorded_fit(before, after, task=task, epochs=1, steps_per_epoch=1)

    assert old != ["level 9"] == new


@row("NK-15")
async def test_steps_done_and_steps_completed():
    """At the end of the first batch, step 0 was done and one is completed."""
    watcher, seen = noting(
        "on_train_batch_end", lambda cb, *_: (cb.trainer.step, cb.trainer.global_step)
    )
    begin, at_begin = noting("on_train_batch_begin", lambda cb, *_: cb.trainer.step)

    await recorded_fit(watcher, begin, epochs=1)

    assert seen == [(0, 1), (1, 2)]
    assert at_begin == [0, 1]


@row("NK-16")
async def test_training_ends_once():
    """A `StopRun` in `on_train_end` itself is ignored, and the hook not repeated."""
    run = await recorded_fit(In("on_train_end", raising(StopRun("late")), every=True))

    assert (run.error, run.events.count("train_end")) == (None, 1)


@row("NK-17")
async def test_stop_run_swallows_no_row():
    """The logger after the callback that stops still gets the row of the batch."""
    logger = RecordingCallback()
    logger.callback_order = 10
    stop = In("before_update", raising(StopRun("converged")), callback_order=0)

    run = await recorded_fit(logger, stop)

    assert len(logger.logs_of("before_update")) == 1
    assert "reward" in logger.logs_of("on_train_batch_end")[0]
    assert run.history.stop_reason == "converged"
    assert run.history.history["reward"]


@row("NK-18")
async def test_errors_have_a_hook_of_their_own():
    """`on_run_error` comes instead of `on_train_end`; its failures are notes."""
    error = RuntimeError("first")
    run = await recorded_fit(
        In("on_epoch_end", raising(error)),
        In("on_run_error", raising(ValueError("second"))),
    )

    assert run.error is error
    assert "ValueError('second')" in error.__notes__[-1]
    assert "train_end" not in run.events


@row("NK-20")
async def test_steps_are_counted_over_saved_programs(tmp_path):
    """A saved and loaded program goes on counting where it was."""
    task = (await recorded_fit(epochs=1)).task
    path = tmp_path / "program.json"
    await asyncio.to_thread(task.program.save, path)

    loaded = await asyncio.to_thread(synalinks.Program.load, path)

    assert loaded.optimizer.iterations == task.program.optimizer.iterations == 2


@row("NK-21")
async def test_added_values_reach_all_loggers(tmp_path):
    """A key added at order 0 is in the history and in the file."""

    def add(callback, epoch, logs):
        logs["extra"] = 2.0

    run = await recorded_fit(
        CSVLogger(tmp_path / "log.csv"), In("on_epoch_end", add, every=True)
    )

    header, *rows = await asyncio.to_thread(_lines, tmp_path / "log.csv")
    assert run.history.history["extra"] == [2.0, 2.0]
    assert [one[header.index("extra")] for one in rows] == ["2.0", "2.0"]


@row("NK-22")
async def test_orders_rule_every_hook():
    """10, 0, -10, 0 run as -10, the first 0, the second 0, 10; also if computed."""
    seen = []

    def member(name, order):
        callback = RecordingCallback()
        callback.callback_order = order
        callback.note = lambda hook, args: seen.append((hook, name))
        return callback

    entries = CallbackList(
        [member("d", 10), member("b", 0), member("a", -10), member("c", 0)]
    )
    for hook in HOOKS_OF_FIT:
        await entries.dispatch(hook, {})
    for hook in HOOKS_OF_FIT:
        assert "".join(name for one, name in seen if one == hook) == "abcd"

    entries[3].callback_order = -20
    entries.refresh()
    seen.clear()
    await entries.dispatch("on_epoch_end", {})
    assert "".join(name for _, name in seen) == "dabc"


@row("NK-23")
async def test_callbacks_may_be_given_in_any_form():
    """One, a list, nested lists, a `CallbackList` and None are all fine."""
    traces = []
    for wrap in (
        lambda cb: cb,
        lambda cb: [cb],
        lambda cb: [[cb], []],
        CallbackList,
        lambda cb: CallbackList([cb]),
    ):
        task, recorder = await make_task(), RecordingCallback()
        await task.program.fit(
            *data(0, 2), validation_split=0.5, callbacks=wrap(recorder), verbose=0
        )
        traces.append(recorder.hooks())
    task = await make_task()
    history = await task.program.fit(
        *data(0, 2), validation_split=0.5, callbacks=None, verbose=0
    )

    assert all(one == traces[0] for one in traces)
    assert history.epoch == [0]


@row("NK-24")
async def test_samples_may_be_injected_for_one_attempt():
    """The model sees the injected rows; with predictions, nothing; then its own."""
    x, y = data(40, 43)
    task = await make_task()
    inject = In("on_propose_begin", lambda cb, *_: cb.trainer.override_batch(x, y))
    await recorded_fit(inject, task=task, epochs=1, shuffle=False)
    # Candidates are compared on validation samples: n4 to n7.
    seen = [one for one in task.inputs() if one not in {"n4", "n5", "n6", "n7"}]
    assert seen == ["n40", "n41", "n42", "n2", "n3"]

    task = await make_task()
    given = In(
        "on_propose_begin", lambda cb, *_: cb.trainer.override_batch(x, y, y_pred=y)
    )
    run = await recorded_fit(given, task=task, epochs=1, steps_per_epoch=1)
    assert not {"n0", "n1", "n40", "n41", "n42"} & set(task.inputs())
    assert run.recorder.logs_of("on_train_batch_end")[0]["reward"] == 1.0


@row("NK-25")
@pytest.mark.parametrize("argument", ["y", "y_pred"])
async def test_injected_samples_are_checked(argument):
    """Lengths that differ are refused, and both are named."""
    x, y = data(40, 43)

    def override(callback, *args):
        callback.trainer.override_batch(x, **{argument: y[:2]})

    run = await recorded_fit(In("on_propose_begin", override))

    assert isinstance(run.error, ConfigurationError)
    assert f"received 3 `x` and 2 `{argument}`" in str(run.error)


@row("NK-26")
async def test_proposals_may_be_rejected_for_their_size():
    """A rule on the edit distance rejects the long prompt, the short one is taken."""
    task = await graded_task("9 " + "and so on " * 50, 9)
    task.script.seen.clear()
    too_large = In(
        "on_propose_end",
        lambda cb, *_: cb.trainer.proposal.edit_distance > 400,
        every=True,
    )

    run = await recorded_fit(too_large, task=task, epochs=1, steps_per_epoch=1)

    assert [one.attempt for one in task.script.seen] == [0, 1]
    assert run.recorder.logs_of("on_train_batch_end")[0]["attempts"] == 2
    assert instructions(task.program) == "level 9"


@row("NK-27")
async def test_functions_may_be_callbacks():
    """`step < 3` applies three updates, and the history names who stopped it."""
    below = lambda s, l, t: s < 3  # noqa: E731, E741

    run = await recorded_fit(below)

    rows = run.recorder.logs_of("on_train_batch_end")
    assert [one["update_applied"] for one in rows] == [1.0, 1.0, 1.0, 0.0]
    assert "`<lambda>` returned False" in run.history.stop_reason


@row("NK-27")
async def test_functions_of_other_forms():
    """Two arguments, `async` and no result are fine; one argument is refused."""
    seen = []

    async def two(step, logs):
        seen.append(step)

    await recorded_fit(two, epochs=1)

    assert seen == [0, 1]
    with pytest.raises(ConfigurationError, match="takes 1 arguments"):
        CallbackList(lambda step: None)


@row("NK-28")
@pytest.mark.parametrize("fails", [False, True])
async def test_loggers_of_other_libraries(fails):
    """`log_metrics(dict, step)` gets each batch, and one flush, also after an error."""

    class Logger:
        def __init__(self):
            self.rows, self.flushed = [], 0

        def log_metrics(self, metrics, step):
            self.rows.append((step, metrics["reward"]))

        def flush(self):
            self.flushed += 1

    logger = Logger()
    failing = In("on_epoch_end", raising(ValueError("x")) if fails else lambda *_: 0)
    await recorded_fit(failing, logger, epochs=1)

    assert [step for step, _ in logger.rows] == [0, 1]
    assert logger.flushed == 1


@row("NK-30")
@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("on_epochs_end", "on_epoch_end"),
        ("on_train_start", "on_train_begin"),
        ("before_updates", "before_update"),
    ],
)
def test_unknown_hooks_are_refused(name, right):
    """A misspelt hook is found when its class is made, and the right one is named."""
    with pytest.raises(UnknownHookError, match=right):
        type("Mine", (Callback,), {name: lambda self: None})

    own = {name: lambda self: None, "_extra_hooks": (name,)}
    type("Child", (type("Mine", (Callback,), own),), {name: lambda self: None})


@row("NK-31")
async def test_the_optimizer_has_a_vote_of_its_own():
    """What it refuses is tried again, and callbacks see both attempts."""
    task = await make_task()
    asked = []

    async def accept(proposal, attempt):
        asked.append(attempt)
        return attempt > 0

    task.program.optimizer.accept = accept
    run = await recorded_fit(task=task, epochs=1, steps_per_epoch=1)

    assert asked == [0, 1]
    assert run.events.count("propose_end 0") == 2


@row("NK-32")
async def test_loggers_live_through_several_fits(tmp_path):
    """One `CSVLogger` and one `History` serve two fits."""
    logger, history = CSVLogger(tmp_path / "log.csv", append=True), History()
    task = (await recorded_fit(logger, history, epochs=1)).task
    run = await recorded_fit(logger, history, task=task)

    assert run.error is None
    assert run.history is history
    assert history.epoch == [0, 1]
    lines = await asyncio.to_thread(_lines, tmp_path / "log.csv")
    assert [line[0] for line in lines] == ["epoch", "0", "0", "1"]
