"""Evaluators: named data sets that `fit` scores the program on as it trains."""

import pytest
from parity import Answer, Query, data, make_task
from scripted_scores import fit_scripted, make_scripted, prompt_of, write_prompt
from traces import VALIDATION, In, graded_task, raising, recorded_fit

from synalinks import Evaluator
from synalinks.callbacks import Callback, ProgramCheckpoint, StopRun
from synalinks.errors import (
    AuthenticationError,
    ConfigurationError,
    SynalinksWarning,
)

X, Y = data(40, 44)


class Evaluations(Callback):
    """Notes what `on_eval` is told, and the program that was measured."""

    provides = ()

    def __init__(self):
        self.seen, self.digests = [], []

    def on_eval(self, step, name, metrics):
        self.seen.append((step, name))
        self.digests.append(self.trainer.measured[name].digest)


def always(y_true, y_pred):
    return 0.25


# -- when ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("1ep", [2, 4]),
        ("2ep", [4]),
        ("1ba", [1, 2, 3, 4]),
        ("3ba", [3]),
        ("100tok", [1, 2]),  # the second epoch takes none
        (None, []),
    ],
)
async def test_they_run_when_they_are_due(every, expected):
    """A cadence of epochs is due at their ends, every other one after a batch."""
    watcher = Evaluations()
    await recorded_fit(watcher, evaluators=Evaluator("hard", X, Y, every=every))

    assert [step for step, name in watcher.seen if name == "hard"] == expected


async def test_the_order_of_events():
    """Batch end, then batch evaluators; epoch's last batch, validation, evaluators."""
    run = await recorded_fit(
        epochs=1,
        evaluators=[
            Evaluator("often", X, Y, every="2ba"),
            Evaluator("hard", X, Y),
        ],
    )

    end = run.events.index("train_batch_end 1")
    assert run.events[end:] == [
        "train_batch_end 1",
        *VALIDATION,
        "eval 2",
        *VALIDATION,
        "eval 2",
        *VALIDATION,
        "eval 2",
        "epoch_end 0",
        "before_train_end",
        "train_end",
        "teardown",
    ]
    names = [args[1] for hook, args in run.recorder.events if hook == "on_eval"]
    assert names == ["often", "val", "hard"]


@pytest.mark.row("EV-29")
async def test_checkpoints_come_before_the_evaluators_of_a_batch(tmp_path):
    """Batch end, cadence checkpoints, evaluators."""
    run = await recorded_fit(
        ProgramCheckpoint(tmp_path / "{step}.json", save_freq=1),
        evaluators=Evaluator("hard", X, Y, every="1ba"),
        epochs=1,
    )

    first = run.events.index("train_batch_end 0")
    names = [event.split()[0] for event in run.events]
    later = [names.index(one, first - 1) for one in ("checkpoint", "test_begin")]
    # The checkpoint is written by a callback of `on_train_batch_end` itself.
    assert abs(later[0] - first) == 1
    assert later == sorted(later)
    assert names.index("eval") > later[1]


# -- on request ------------------------------------------------------------------------


async def test_a_callback_may_ask_for_one():
    """It runs after the batch, once, however often it is asked for."""
    watcher = Evaluations()

    def ask(callback, *args):
        callback.trainer.request_evaluation("hard")
        callback.trainer.request_evaluation("hard")

    await recorded_fit(
        In("before_update", ask),
        In("on_train_batch_end", ask),
        watcher,
        evaluators=Evaluator("hard", X, Y, every=None),
        epochs=1,
    )

    assert watcher.seen == [(1, "hard"), (2, "val")]


async def test_a_test_is_paid_for_only_after_an_improvement():
    """Asked for in `on_eval` of the validation, its value is in the same epoch."""
    task = await make_scripted([0.5, 0.3, 0.8])

    class TestTheBest(Callback):
        provides = ()

        def on_eval(self, step, name, metrics):
            if name == "val" and self.trainer.best.step == step:
                self.trainer.request_evaluation("test")

    history = await fit_scripted(
        task,
        [TestTheBest()],
        n_epochs=3,
        evaluators=Evaluator("test", *data(60, 80), every=None),
    )

    assert history.history["test_reward"] == [0.5, None, 0.8]


async def test_what_is_asked_for_at_the_end_of_an_epoch_runs_at_once():
    """Also after the last epoch, on the program as it is."""
    watcher = Evaluations()

    def ask(callback, *args):
        callback.trainer.request_evaluation("hard")

    await recorded_fit(
        In("on_epoch_end", ask, every=True),
        watcher,
        evaluators=Evaluator("hard", X, Y, every=None),
    )

    assert watcher.seen == [(2, "val"), (2, "hard"), (4, "val"), (4, "hard")]


async def test_validation_may_be_asked_for():
    """It runs once per step: at the end of the epoch its values are taken over."""
    watcher = Evaluations()

    def ask(callback, *args):
        callback.trainer.request_evaluation("val")

    run = await recorded_fit(In("on_train_batch_end", ask, every=True), watcher)

    assert watcher.seen == [(step, "val") for step in (1, 2, 3, 4)]
    assert len(run.history.history["val_reward"]) == 2


async def test_unknown_evaluators_cannot_be_asked_for():
    """The error names those there are."""

    def ask(callback, *args):
        callback.trainer.request_evaluation("hrad")

    run = await recorded_fit(
        In("on_epoch_begin", ask), evaluators=Evaluator("hard", X, Y)
    )

    assert isinstance(run.error, ConfigurationError)
    assert "Did you mean `hard`? Available: `val`, `hard`." in str(run.error)


# -- what ------------------------------------------------------------------------------


async def test_values_are_in_the_logs_under_their_names():
    """The program's metrics, or those of the evaluator, behind its name."""
    task = await make_task(metrics=["accuracy"])

    run = await recorded_fit(
        task=task,
        epochs=1,
        evaluators=[
            Evaluator("hard", X, Y),
            Evaluator("mine", X, Y, metrics=[always], every="1ba"),
        ],
    )

    logs = run.recorder.logs_of("on_epoch_end")[0]
    assert {key for key in logs if key.startswith(("hard", "mine"))} == {
        "hard_reward",
        "hard_accuracy",
        "mine_reward",
        "mine_always",
    }
    assert logs["mine_always"] == 0.25
    assert logs["hard_accuracy"] == logs["mine_reward"] == 0.5


async def test_the_row_of_a_batch_has_the_values_measured_after_it():
    """The epoch has the latest of them, which is no mean."""
    task = await make_scripted([0.5, 0.7])
    rows = []

    class Rows(Callback):
        mutates = True
        provides = ()

        def on_train_batch_begin(self, batch, logs=None):
            write_prompt(self.program, f"prompt {batch}")

        def on_epoch_end(self, epoch, logs=None):
            rows.extend(row["test_reward"] for row in self.trainer.rows)

    history = await fit_scripted(
        task,
        [Rows()],
        n_epochs=1,
        batch_size=1,
        evaluators=Evaluator("test", *data(60, 80), every="1ba"),
    )

    assert rows == [0.5, 0.7]
    assert history.history["test_reward"] == [0.7]


@pytest.mark.row("EV-28")
async def test_all_that_are_due_measure_one_program():
    """Also if a callback of the first one changes the program."""
    task = await make_scripted([0.5, 0.9])
    watcher = Evaluations()

    def change(callback, step, name, metrics):
        write_prompt(callback.program, "prompt 1")

    history = await fit_scripted(
        task,
        [watcher, In("on_test_end", lambda cb, *_: change(cb, 0, 0, 0), mutates=True)],
        n_epochs=1,
        evaluators=[Evaluator(name, *data(60, 80)) for name in ("a", "b")],
    )

    assert [name for _, name in watcher.seen] == ["val", "a", "b"]
    assert len(set(watcher.digests)) == 1
    rewards = [history.history[f"{name}_reward"] for name in ("val", "a", "b")]
    assert rewards == [[0.5], [0.5], [0.5]]
    assert prompt_of(task.program) == "prompt 1"


async def test_nothing_is_chosen_on_their_samples():
    """Training is the same with and without an evaluator."""
    results = []
    for evaluators in ((), Evaluator("hard", X, Y, every="1ba")):
        task = await graded_task(3, 9, 5, 2)
        run = await recorded_fit(task=task, evaluators=evaluators)
        reward = run.history.history["val_reward"]
        results.append((task.program.get_state_tree()["trainable_variables"], reward))

    assert results[0] == results[1]


async def test_samples_measured_before_are_not_paid_for_again():
    """As long as the program stays the same."""
    task = await make_scripted([0.5, 0.5])
    await fit_scripted(
        task,
        n_epochs=1,
        batch_size=1,
        evaluators=Evaluator("test", *data(60, 80), every="1ba"),
    )

    assert sum(int(one[1:]) in range(60, 80) for one in task.inputs()) == 20


async def test_the_trainer_tells_which_one_runs():
    """`trainer.evaluator` is its name, `val` in validation, and None elsewhere."""
    names = []

    def note(callback, *args):
        names.append((callback.trainer.stage, callback.trainer.evaluator))

    await recorded_fit(
        In("on_train_batch_end", note),
        In("on_test_batch_end", note, every=True),
        evaluators=Evaluator("hard", X, Y),
        epochs=1,
    )

    assert names == [("train", None), ("validate", "val"), ("validate", "hard")]


async def test_they_need_no_validation():
    """They are there where `val_` is not."""
    with pytest.warns(SynalinksWarning, match="no validation samples"):
        run = await recorded_fit(
            validation_data=None,
            validation_split=0,
            epochs=1,
            evaluators=Evaluator("hard", X, Y),
        )

    assert set(run.history.history) == {"reward", "hard_reward"}


# -- what goes wrong -------------------------------------------------------------------


@pytest.mark.row("EV-07")
async def test_one_that_fails_is_passed_over():
    """Its hook is not called, the other's is, and a warning names it."""

    def broken(y_true, y_pred):
        msg = "no such field"
        raise KeyError(msg)

    watcher = Evaluations()
    with pytest.warns(SynalinksWarning, match="'bad' failed, and training goes on"):
        run = await recorded_fit(
            watcher,
            epochs=1,
            evaluators=[
                Evaluator("bad", X, Y, metrics=[broken]),
                Evaluator("good", X, Y),
            ],
        )

    assert run.error is None
    assert [name for _, name in watcher.seen] == ["val", "good"]
    assert set(run.history.history) == {"reward", "val_reward", "good_reward"}
    assert run.events.count("test_begin") == run.events.count("test_end") == 3


async def test_one_that_must_not_fail_ends_the_run():
    """With `on_error="raise"` the error comes out, and names the evaluator."""

    def broken(y_true, y_pred):
        msg = "no such field"
        raise KeyError(msg)

    run = await recorded_fit(
        evaluators=Evaluator("bad", X, Y, metrics=[broken], on_error="raise")
    )

    assert isinstance(run.error, KeyError)
    assert "in the evaluation of `bad`" in run.error.__notes__


async def test_a_refused_key_ends_the_run():
    """A dead provider is an error, whatever `on_error` says."""

    def answers(request):
        if "n4" in request.messages[-1]["content"]:
            msg = "the key is refused"
            raise AuthenticationError(msg, model="openai/test")
        return {"answer": "even"}

    run = await recorded_fit(
        task=await make_task(answers),
        validation_data=data(8, 10),
        evaluators=Evaluator("hard", X, Y),
    )

    assert isinstance(run.error, AuthenticationError)


@pytest.mark.parametrize("hook", ["on_test_begin", "on_test_batch_end", "on_eval"])
async def test_errors_of_callbacks_are_not_those_of_the_evaluator(hook):
    """A callback that raises ends the run, as everywhere."""
    error = LookupError("mine")

    def fail(callback, *args):
        if callback.trainer.evaluator == "hard" or "hard" in args:
            raise error

    run = await recorded_fit(
        In(hook, fail, every=True), evaluators=Evaluator("hard", X, Y)
    )

    assert run.error is error


async def test_a_stop_without_validation_skips_them():
    """What is asked for and what is due are not paid for."""

    def stop(callback, *args):
        callback.trainer.request_evaluation("asked")
        callback.trainer.request_stop("enough", validate=False)

    run = await recorded_fit(
        In("on_train_batch_end", stop),
        evaluators=[
            Evaluator("asked", X, Y, every=None),
            Evaluator("hard", X, Y, every="1ba"),
        ],
    )

    assert "test_begin" not in run.events
    assert run.history.stop_reason == "enough"


async def test_a_stop_in_an_evaluator_uses_no_part_of_it():
    """A `StopRun` in the middle leaves no value, and nothing else is evaluated."""
    watcher = Evaluations()

    run = await recorded_fit(
        In("on_test_batch_end", raising(StopRun("enough"))),
        watcher,
        evaluators=[
            Evaluator("first", X, Y, every="1ba", batch_size=2),
            Evaluator("second", X, Y, every="1ba"),
        ],
    )

    assert watcher.seen == []
    assert run.history.stop_reason == "enough"
    assert "first_reward" not in run.history.history
    assert run.events.count("test_begin") == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Evaluator("", X, Y), "name of an evaluator begins with a letter"),
        (lambda: Evaluator("a b", X, Y), "received: 'a b'"),
        (lambda: Evaluator("val", X, Y), r"none of \('train', 'val'\)"),
        (lambda: Evaluator("hard", X, Y, every="often"), "`every` is a text such as"),
        (lambda: Evaluator("hard", X, Y[:1]), r"`Evaluator\('hard'\)`: `x` and `y`"),
        (lambda: Evaluator("hard", [1], Y[:1]), r"'hard'\)`: `x\[0\]` is no data mod"),
        (lambda: Evaluator("hard", X, Y, batch_size=0), "`batch_size` is an integer"),
        (lambda: Evaluator("hard", X, Y, steps=-1), "`steps` is an integer of at le"),
        (lambda: Evaluator("hard", X, Y, metrics="f1"), "`metrics` is a list"),
        (lambda: Evaluator("hard", X, Y, on_error="skip"), "`on_error` is one of"),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    """An evaluator that cannot work is refused when it is made."""
    with pytest.raises(ConfigurationError, match=message):
        make()


@pytest.mark.parametrize(
    ("evaluators", "message"),
    [
        (
            lambda: [Evaluator("hard", X, Y), Evaluator("hard", X, Y)],
            "could not be told from `hard_...`: give it another name",
        ),
        (
            lambda: [Evaluator("hard", X, Y), Evaluator("hard_math", X, Y)],
            "could not be told from `hard_...`",
        ),
        (
            lambda: [Evaluator("exact", X, Y)],
            "named `exact_...` in the logs, and could not be told from `exact_match`",
        ),
        (lambda: [Evaluator("hard", Y, X)], "takes inputs with the fields"),
        (lambda: [Evaluator("hard", X)], "have no target, which the reward"),
        (lambda: [(X, Y)], "`evaluators` holds `Evaluator`s, received"),
    ],
)
async def test_evaluators_that_do_not_go_together_are_refused(evaluators, message):
    """Before anything is paid for."""

    async def exact_match(y_true, y_pred):
        return 1.0

    task = await make_task(metrics=[exact_match])

    run = await recorded_fit(task=task, evaluators=evaluators())

    assert isinstance(run.error, ConfigurationError)
    assert message in str(run.error)
    assert task.n_calls == 0


def test_it_says_what_it_is():
    """Its representation tells name, size and cadence."""
    made = Evaluator("hard", [Query(query="n1")], [Answer(answer="odd")], every="$1")

    assert repr(made) == "<Evaluator 'hard' of 1 samples, every='$1'>"
