"""Which hooks are called, in full, whatever happens to a run."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from parity import data, make_task, parity_answer
from traces import (
    BAD_END,
    FULL,
    GOOD_END,
    HOOKS_OF_FIT,
    VALIDATION,
    In,
    batch,
    before,
    epoch,
    graded_task,
    raising,
    recorded_fit,
    trace,
)

from synalinks.callbacks import BudgetStopping, EarlyStopping, StopRun
from synalinks.errors import (
    AllSamplesFailedError,
    AuthenticationError,
    ConnectionLostError,
    SynalinksWarning,
    TrainingError,
)
from synalinks.testing import RecordingCallback

pytestmark = pytest.mark.integration

# What follows after a `StopRun` in the first call of each hook.
CLOSED = ["epoch_end 0", *GOOD_END]
AFTER_STOP_RUN = {
    "setup": ["teardown"],
    "on_train_begin": GOOD_END,
    "on_epoch_begin": GOOD_END,
    "on_train_batch_begin": ["train_batch_end 0", *CLOSED],
    "on_step_begin": ["train_batch_end 0", *CLOSED],
    "on_propose_begin": ["train_batch_end 0", *CLOSED],
    "on_propose_end": ["train_batch_end 0", *CLOSED],
    "before_update": ["train_batch_end 0", *CLOSED],
    "on_train_batch_end": CLOSED,
    "on_test_begin": ["test_end", *CLOSED],
    "on_test_batch_begin": ["test_end", *CLOSED],
    "on_test_batch_end": ["test_end", "eval 2", *CLOSED],
    "on_test_end": ["eval 2", *CLOSED],
    "on_eval": CLOSED,
    "on_epoch_end": GOOD_END,
    "before_train_end": ["train_end", "teardown"],
    "on_train_end": ["teardown"],
    "teardown": [],
}
# Hooks that all callbacks get, even when one of them fails.
FOR_ALL = {"on_train_end", "teardown"}


async def test_a_validated_run():
    """Two epochs of two batches give one sequence of hooks, and nothing else."""
    run = await recorded_fit()

    assert run.events == FULL
    assert run.history.stop_reason is None


async def test_a_plain_run():
    """Without validation there are no test hooks and no evaluation."""
    with pytest.warns(SynalinksWarning, match="no validation samples"):
        run = await recorded_fit(validation_data=None, validation_split=0, epochs=1)

    assert run.events == [
        *["setup", "train_begin", "epoch_begin 0"],
        *[*batch(0, 0), *batch(1, 1), "epoch_end 0"],
        *GOOD_END,
    ]


async def test_a_validation_that_is_not_due_leaves_no_trace():
    """With `validation_freq=2` the first epoch has no test hooks."""
    run = await recorded_fit(validation_freq=2)

    first = [event for event in epoch(0) if event not in {*VALIDATION, "eval 2"}]
    assert run.events == ["setup", "train_begin", *first, *epoch(1), *GOOD_END]


async def test_an_evaluation_and_a_prediction():
    """`evaluate` and `predict` have hooks of their own, between setup and teardown."""
    task = await make_task()
    recorder = RecordingCallback()
    x, y = data(0, 4)
    options = {"batch_size": 2, "callbacks": recorder, "verbose": 0}

    await task.program.evaluate(x, y, **options)
    await task.program.predict(x, **options)

    assert trace(recorder) == [
        f"{name}{index}"
        for kind in ("test", "predict")
        for name, index in [
            ("setup", ""),
            (f"{kind}_begin", ""),
            (f"{kind}_batch_begin", " 0"),
            (f"{kind}_batch_end", " 0"),
            (f"{kind}_batch_begin", " 1"),
            (f"{kind}_batch_end", " 1"),
            (f"{kind}_end", ""),
            ("teardown", ""),
        ]
    ]


# -- rejected --------------------------------------------------------------------------

ATTEMPT = ["step_begin 0", "propose_begin 0", "propose_end 0"]


async def test_a_rejected_step_begins_again_from_its_start():
    """One rejection repeats the hooks of the step, and none of the batch."""
    run = await recorded_fit(In("on_propose_end", lambda *_: True), epochs=1)

    assert run.events == [
        *["setup", "train_begin", "epoch_begin 0", "train_batch_begin 0"],
        *[*ATTEMPT, *ATTEMPT, "before_update 0", "train_batch_end 0", *batch(1, 1)],
        *[*VALIDATION, "eval 2", "epoch_end 0", *GOOD_END],
    ]


async def test_a_step_rejected_to_the_limit_is_skipped():
    """After the last attempt the batch ends without an update, and the run goes on."""
    always = In("on_propose_end", lambda *_: True, every=True)

    with pytest.warns(SynalinksWarning, match="3 proposals were rejected"):
        run = await recorded_fit(
            always, epochs=1, steps_per_epoch=1, max_step_attempts=3
        )

    assert run.events == [
        *["setup", "train_begin", "epoch_begin 0", "train_batch_begin 0"],
        *[*ATTEMPT, *ATTEMPT, *ATTEMPT, "train_batch_end 0"],
        *[*VALIDATION, "eval 1", "epoch_end 0", *GOOD_END],
    ]
    row = run.recorder.logs_of("on_train_batch_end")[0]
    assert (row["step_rejected"], row["attempts"], row["update_applied"]) == (1, 3, 0.0)


async def test_a_step_rejected_to_the_limit_may_end_the_run():
    """With `on_reject_limit="raise"` it is an error."""
    always = In("on_propose_end", lambda *_: True, every=True)

    run = await recorded_fit(always, max_step_attempts=2, on_reject_limit="raise")

    assert isinstance(run.error, TrainingError)
    assert "2 proposals were rejected" in str(run.error)
    assert run.events == [
        *["setup", "train_begin", "epoch_begin 0", "train_batch_begin 0"],
        *[*ATTEMPT, *ATTEMPT, *BAD_END],
    ]


# -- stopped by a built-in -------------------------------------------------------------


async def test_an_early_stopped_run():
    """It ends with the epoch that was checked, in good order."""
    run = await recorded_fit(EarlyStopping("val_reward", patience=1), epochs=9)

    assert run.events == FULL
    assert run.history.stop_reason.startswith("EarlyStopping: `val_reward` = ")


# Calls that are allowed, and what is called up to the one that is held back: a batch
# takes 2, a validation 4.
BUDGETS = {
    1: ["epoch_begin 0", "train_batch_begin 0", "step_begin 0", "propose_begin 0"],
    3: [
        *["epoch_begin 0", *batch(0, 0)],
        *["train_batch_begin 1", "step_begin 1", "propose_begin 1"],
    ],
    6: ["epoch_begin 0", *batch(0, 0), *batch(1, 1), *VALIDATION[:2]],
}


@pytest.mark.parametrize("n_calls", BUDGETS)
async def test_a_budget_stopped_run(n_calls):
    """What is under way is closed, no part of a validation counts, nothing is left."""
    budget = BudgetStopping(max_calls=n_calls, reserve=0)

    run = await recorded_fit(budget, task=await graded_task(), epochs=9)

    *_, last = BUDGETS[n_calls]
    closing = {
        "propose_begin 0": ["train_batch_end 0", "epoch_end 0"],
        "propose_begin 1": ["train_batch_end 1", "epoch_end 0"],
        "test_batch_begin 0": ["test_end", "epoch_end 0"],
    }[last]
    assert run.events == [
        *["setup", "train_begin", *BUDGETS[n_calls]],
        *[*closing, *GOOD_END],
    ]
    assert run.history.stop_reason == budget.stop_reason is not None
    assert run.task.n_calls == n_calls
    assert "val_reward" not in run.history.history


# -- stopped by a flag -----------------------------------------------------------------

BEGINNING = ("on_train_begin", "on_epoch_begin")
IN_A_BATCH = (
    "on_train_batch_begin",
    "on_step_begin",
    "on_propose_begin",
    "on_propose_end",
    "before_update",
    "on_train_batch_end",
)
VALIDATING = (
    "on_test_begin",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_test_end",
    "on_eval",
    "on_epoch_end",
)
ONE_BATCH = ["setup", "train_begin", "epoch_begin 0", *batch(0, 0)]
STOPPED_IN_BATCH = [*ONE_BATCH, *VALIDATION, "eval 1", "epoch_end 0", *GOOD_END]
STOPPED_IN_VALIDATION = ["setup", "train_begin", *epoch(0), *GOOD_END]


def set_flag_of_program(callback, *args):
    callback.program.stop_training = True


def set_flag_of_trainer(callback, *args):
    callback.trainer.should_stop = True


def ask(callback, *args):
    callback.trainer.request_stop("enough")


@pytest.mark.parametrize("hook", [*BEGINNING, *IN_A_BATCH, *VALIDATING])
@pytest.mark.parametrize("stop", [set_flag_of_program, set_flag_of_trainer, ask])
async def test_a_flag_stops_after_the_batch_and_its_validation(stop, hook):
    """Whatever the hook, the batch is finished, validated and its epoch is closed."""
    run = await recorded_fit(In(hook, stop))

    in_validation = hook in VALIDATING
    assert run.events == (STOPPED_IN_VALIDATION if in_validation else STOPPED_IN_BATCH)
    reason = "enough" if stop is ask else "was set"
    assert reason in run.history.stop_reason


def ask_without_validation(callback, *args):
    callback.trainer.request_stop("enough", validate=False)


@pytest.mark.parametrize("hook", [*BEGINNING, *IN_A_BATCH, *VALIDATING])
async def test_a_stop_without_validation_pays_for_nothing_more(hook):
    """The batch under way is finished; nothing after it calls a model."""
    run = await recorded_fit(In(hook, ask_without_validation))

    closed = ["epoch_end 0", *GOOD_END]
    expected = {
        "on_train_begin": ["setup", "train_begin", *GOOD_END],
        "on_epoch_begin": ["setup", "train_begin", "epoch_begin 0", *closed],
        # The validation had not begun to call: it ends where it is.
        "on_test_begin": [*before("on_test_begin")[1], "test_end", *closed],
    }
    usual = STOPPED_IN_VALIDATION if hook in VALIDATING else [*ONE_BATCH, *closed]
    assert run.events == expected.get(hook, usual)
    assert run.history.stop_reason == "enough"


@pytest.mark.parametrize("hook", IN_A_BATCH)
async def test_an_epoch_stop_ends_the_epoch_only(hook):
    """The epoch is validated and closed, and the next one begins as usual."""
    run = await recorded_fit(In(hook, lambda cb, *_: cb.trainer.request_epoch_stop()))

    second = [
        *["epoch_begin 1", *batch(0, 1), *batch(1, 2)],
        *[*VALIDATION, "eval 3", "epoch_end 1"],
    ]
    first = [*ONE_BATCH, *VALIDATION, "eval 1", "epoch_end 0"]
    assert run.events == [*first, *second, *GOOD_END]
    assert run.history.stop_reason is None


# -- stopped by StopRun ----------------------------------------------------------------


def test_every_hook_of_fit_is_in_the_table():
    """No hook is forgotten below."""
    assert set(AFTER_STOP_RUN) == set(HOOKS_OF_FIT)


@pytest.mark.parametrize("hook", HOOKS_OF_FIT)
async def test_stop_run_ends_in_good_order_from_every_hook(hook):
    """The hook is finished for all, what was begun is closed, and fit returns."""
    run = await recorded_fit(In(hook, raising(StopRun("done"))))

    assert run.error is None
    assert run.events == [*before(hook)[1], *AFTER_STOP_RUN[hook]]
    # When there is nothing left to stop, it is ignored.
    expected = None if hook in FOR_ALL else "done"
    assert run.history.stop_reason == expected


async def test_stop_run_in_run_error_changes_nothing():
    """The error that ended the run is what the caller gets, without a note."""
    error = ValueError("mine")
    run = await recorded_fit(
        In("on_epoch_begin", raising(error)),
        In("on_run_error", raising(StopRun("no"))),
    )

    assert run.error is error
    assert run.events[-2:] == BAD_END
    assert error.__notes__ == ["in the callback `In.on_epoch_begin`"]


@pytest.mark.parametrize("method", ["evaluate", "predict"])
@pytest.mark.parametrize(
    "moment", ["setup", "begin", "batch_begin", "batch_end", "end"]
)
async def test_stop_run_ends_evaluate_and_predict_in_good_order(method, moment):
    """What was paid for is returned, and `end` and `teardown` are called."""
    task = await make_task()
    kind = "test" if method == "evaluate" else "predict"
    hook = moment if moment == "setup" else f"on_{kind}_{moment}"
    recorder = RecordingCallback()
    x, y = data(0, 4)
    arguments = (x, y) if method == "evaluate" else (x,)

    with_end = moment in {"end", "batch_end"}
    is_part = moment != "end"
    expected = pytest.warns(SynalinksWarning, match=f"`{method}` ended after")
    context = expected if is_part else contextlib.nullcontext()
    with context:
        result = await getattr(task.program, method)(
            *arguments,
            batch_size=2,
            callbacks=[In(hook, raising(StopRun("done"))), recorder],
            verbose=0,
        )

    assert trace(recorder)[-2:] == [f"{kind}_end", "teardown"]
    n_done = {"end": 2, "batch_end": 1}.get(moment, 0)
    assert (len(result) == 2 * n_done) if kind == "predict" else (
        bool(result) == with_end
    )  # fmt: skip


# -- failing ---------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS_OF_FIT)
async def test_an_error_in_any_hook_ends_the_run(hook):
    """The run is abandoned; the error reaches its caller and says where it was."""
    error = ZeroDivisionError("mine")

    run = await recorded_fit(In(hook, raising(error)))

    without, with_hook = before(hook)
    # Training had ended in good order: no error is one of the run any more.
    expected = {"on_train_end": [*with_hook, "teardown"], "teardown": with_hook}
    assert run.error is error
    assert f"in the callback `In.{hook}`" in error.__notes__
    assert run.events == expected.get(hook, [*without, *BAD_END])


@pytest.mark.parametrize("hook", HOOKS_OF_FIT)
async def test_an_error_under_warn_leaves_the_run_as_it_is(hook):
    """One warning however often it happens, a record each time, and no other change."""
    failing = In(
        hook, raising(ZeroDivisionError("mine")), every=True, on_hook_error="warn"
    )

    with pytest.warns(SynalinksWarning, match=f"`In.{hook}` failed") as warned:
        run = await recorded_fit(failing)

    assert len(warned) == 1
    assert run.events == FULL
    assert failing.calls == sum(
        event.split()[0] == hook.removeprefix("on_") for event in FULL
    )
    assert run.error is None


@pytest.mark.parametrize("hook", HOOKS_OF_FIT)
async def test_an_error_under_disable_ends_the_callback(hook):
    """It gets no further hooks but `teardown`; the run goes on."""
    failing = RecordingCallback()
    failing.on_hook_error = "disable"

    def fail(*args):
        failing.note(hook, args)
        raise ZeroDivisionError

    setattr(failing, hook, fail)
    with pytest.warns(SynalinksWarning, match="It is not called again"):
        run = await recorded_fit(failing)

    last = [] if hook == "teardown" else ["teardown"]
    assert run.events == FULL
    assert trace(failing) == [*before(hook)[1], *last]


@pytest.mark.parametrize("policy", ["raise", "warn", "disable"])
async def test_an_error_in_run_error_hides_no_error(policy):
    """All callbacks get the hook, and the caller the first error."""
    error = ValueError("first")
    handler = In(
        "on_run_error", raising(ZeroDivisionError("second")), on_hook_error=policy
    )
    breaking = In("on_epoch_begin", raising(error))

    if policy == "raise":
        run = await recorded_fit(breaking, handler)
        assert "ZeroDivisionError('second')" in error.__notes__[-1]
    else:
        with pytest.warns(SynalinksWarning, match=r"`In\.on_run_error` failed"):
            run = await recorded_fit(breaking, handler)

    assert run.error is error
    assert run.events[-2:] == BAD_END


async def test_an_error_in_teardown_hides_no_error():
    """The first error is what the caller gets; that of `teardown` is a note."""
    error = ValueError("first")
    run = await recorded_fit(
        In("on_epoch_begin", raising(error)),
        In("teardown", raising(ZeroDivisionError("second"))),
    )

    assert run.error is error
    assert "`teardown` failed: ZeroDivisionError('second')" in error.__notes__
    assert run.events[-2:] == BAD_END


ROLLED_OUT = [
    *["setup", "train_begin", "epoch_begin 0", "train_batch_begin 0"],
    *["step_begin 0", "propose_begin 0"],
]


async def test_an_error_in_the_reward():
    """It is raised as it is, in the middle of the first step."""

    async def broken(y_true, y_pred):
        raise ZeroDivisionError("mine")

    run = await recorded_fit(task=await make_task(reward=broken))

    assert isinstance(run.error, ZeroDivisionError)
    assert run.events == [*ROLLED_OUT, *BAD_END]


async def test_an_error_in_the_optimizer():
    """The proposal of the step never comes."""
    task = await make_task()

    async def broken(step):
        raise ZeroDivisionError("mine")

    task.program.optimizer.propose = broken
    run = await recorded_fit(task=task)

    assert isinstance(run.error, ZeroDivisionError)
    assert run.events == [*ROLLED_OUT, *BAD_END]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (AuthenticationError("key refused"), AuthenticationError),
        (ConnectionLostError("gone"), AllSamplesFailedError),
    ],
    ids=["refused key", "dead provider"],
)
async def test_an_error_of_the_provider(answer, error):
    """A provider that cannot work ends the run where it was called."""
    run = await recorded_fit(task=await make_task(lambda request: answer))

    assert isinstance(run.error, error)
    assert run.events == [*ROLLED_OUT, *BAD_END]


async def test_an_error_in_a_module():
    """A module that fails on every sample ends the run; its error is the cause."""

    def broken(request):
        raise KeyError("mine")

    run = await recorded_fit(task=await make_task(broken))

    assert isinstance(run.error, AllSamplesFailedError)
    assert "KeyError" in str(run.error)
    assert run.events == [*ROLLED_OUT, *BAD_END]


# -- cancelled -------------------------------------------------------------------------


class Finishing(RecordingCallback):
    """Takes its time when the run ends."""

    def __init__(self):
        super().__init__()
        self.finished = []

    async def on_run_error(self, error, logs=None):
        self.note("on_run_error", (error, logs))
        await asyncio.sleep(0.02)
        self.finished.append(type(error))


async def cancelled_fit(task, *callbacks, reached):
    """Start a fit, cancel it when it is where it was to get to; return its events."""
    finishing = Finishing()
    running = asyncio.ensure_future(
        recorded_fit(*callbacks, finishing, task=task, epochs=1)
    )
    await asyncio.wait_for(reached.wait(), 10)
    running.cancel()
    return await running, finishing


@pytest.mark.parametrize(
    ("n_answered", "expected"),
    [
        (1, ROLLED_OUT),
        (4, before("on_test_batch_begin")[1]),
    ],
    ids=["rolling out", "validating"],
)
async def test_cancelling_while_a_model_answers(n_answered, expected):
    """The call under way is given up, and `on_run_error` finishes what it awaits."""
    reached, never, counted = asyncio.Event(), asyncio.Event(), []

    async def answers(request):
        counted.append(request)
        if len(counted) > n_answered:
            reached.set()
            await never.wait()
        return {"answer": "wrong"}  # there will be no examples, so no proposals

    run, finishing = await cancelled_fit(await make_task(answers), reached=reached)

    assert isinstance(run.error, asyncio.CancelledError)
    assert run.events == [*expected, *BAD_END]
    assert finishing.finished == [asyncio.CancelledError]


async def test_cancelling_while_candidates_race():
    """Between the proposal and its hook, nothing of the step is left."""
    reached, never = asyncio.Event(), asyncio.Event()

    async def answers(request):
        if "<example>" in request.messages[0]["content"]:
            reached.set()
            await never.wait()
        return parity_answer(request)

    task = await make_task(answers)
    before_fit = task.program.trainable_variables[0].get("examples")
    run, finishing = await cancelled_fit(task, reached=reached)

    assert run.events == [*ROLLED_OUT, *BAD_END]
    assert finishing.finished == [asyncio.CancelledError]
    assert task.program.trainable_variables[0].get("examples") == before_fit


@pytest.mark.parametrize("hook", HOOKS_OF_FIT)
async def test_cancelling_in_a_hook(hook):
    """Wherever it waits, the run ends as a cancelled one."""
    reached = asyncio.Event()

    async def wait(*args):
        reached.set()
        await asyncio.sleep(0.05)

    run, finishing = await cancelled_fit(
        await make_task(), In(hook, wait), reached=reached
    )

    assert isinstance(run.error, asyncio.CancelledError)
    if hook in FOR_ALL:  # these are not cut short
        names = {"on_train_end": ["train_end", "teardown"], "teardown": ["teardown"]}
        assert run.events[-len(names[hook]) :] == names[hook]
        assert "run_error" not in run.events
        assert finishing.finished == []
    else:
        assert run.events == [*_of_one_epoch(before(hook)[0]), *BAD_END]
        assert finishing.finished == [asyncio.CancelledError]


def _of_one_epoch(events):
    """Leave out the second epoch, which these runs do not have."""
    second = epoch(1)
    if "epoch_begin 1" in events:
        start = events.index("epoch_begin 1")
        return events[:start] + events[start + len(second) :]
    return events


async def test_a_hook_that_never_ends_is_cut(monkeypatch):
    """`on_run_error` has a limit; the caller is told that it was reached."""
    from synalinks.training import _orderly

    monkeypatch.setattr(_orderly, "_SHUTDOWN_TIMEOUT_S", 0.02)
    error = ValueError("first")

    async def hang(*args):
        await asyncio.sleep(1000)

    run = await recorded_fit(
        In("on_epoch_begin", raising(error)), In("on_run_error", hang)
    )

    assert run.error is error
    assert any("`on_run_error` took over" in note for note in error.__notes__)
    assert run.events[-1] == "teardown"


# -- Ctrl-C ----------------------------------------------------------------------------

CHILD = """
import asyncio, sys
from parity import data, make_task
from traces import trace
from synalinks.callbacks import Callback
from synalinks.testing import RecordingCallback

class Slow(Callback):
    async def on_run_error(self, error, logs=None):
        await asyncio.sleep(0.05)
        print("finished", type(error).__name__, flush=True)

async def answers(request):
    print("ready", flush=True)
    await asyncio.sleep(30)

async def main():
    task = await make_task(answers)
    try:
        await task.program.fit(
            *data(0, 4), validation_data=data(4, 8), batch_size=1, verbose=0,
            callbacks=[Slow(), recorder],
        )
    finally:
        print("events", *trace(recorder), sep="|", flush=True)

recorder = RecordingCallback()
asyncio.run(main())
"""


@pytest.mark.fault
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_a_run_as_a_cancelled_one(tmp_path):
    """SIGINT under `asyncio.run`: async hooks finish, Python sees KeyboardInterrupt."""
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"},
    )
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=30)

    lines = output.splitlines()
    assert "finished CancelledError" in lines
    assert lines[-1].split("|")[1:] == [*ROLLED_OUT, *BAD_END]
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert child.returncode == -signal.SIGINT
