"""Promises about lists of callbacks and the state of a run: rows `DT-..`."""

import asyncio
import inspect
import json
import warnings

import pytest
from parity import data, make_task
from traces import FULL, In, raising, recorded_fit, trace

from synalinks.callbacks import (
    HOOKS,
    Callback,
    CallbackCollection,
    CallbackGroup,
    CallbackList,
    CSVLogger,
)
from synalinks.errors import ConfigurationError, ConnectionLostError, SynalinksWarning
from synalinks.testing import RecordingCallback

pytestmark = pytest.mark.integration

row = pytest.mark.row


class Named(Callback):
    """Notes its name when it is called."""

    def __init__(self, name, seen, order=0):
        self.name, self.seen, self.callback_order = name, seen, order

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.name)

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(self.name)


def named(*specs):
    """Return a list of callbacks, its members and what they note."""
    seen = []
    members = [Named(name, seen, order) for name, order in specs]
    return CallbackList(members), members, seen


async def order_of(entries, seen):
    """Return the names in the order of a hook."""
    seen.clear()
    await entries.dispatch("on_epoch_end", 0, {})
    return "".join(seen)


@row("DT-01")
async def test_a_collection_is_a_list():
    """It goes wherever callbacks go; two of a class are fine, one object twice not."""
    first, second = RecordingCallback(), RecordingCallback()
    task = await make_task()
    await task.program.fit(
        *data(0, 2),
        validation_split=0.5,
        callbacks=CallbackCollection([first, second]),
        verbose=0,
    )

    assert CallbackCollection is CallbackList
    assert first.hooks() == second.hooks() != []
    with pytest.raises(ConfigurationError, match="twice"):
        CallbackList([first, first])


@row("DT-02")
async def test_equal_orders_run_in_list_order():
    """Three plain callbacks run as they are listed."""
    entries, _, seen = named(("a", 0), ("b", 0), ("c", 0))

    assert await order_of(entries, seen) == "abc"


@row("DT-03")
async def test_callbacks_may_join_a_run():
    """One appended in `on_epoch_end(0)` is bound, told of the run, and sees epoch 1."""
    late = RecordingCallback()
    entries = CallbackList()
    entries.append(In("on_epoch_end", lambda *_: entries.append(late)))
    task = await make_task()

    await task.program.fit(
        *data(0, 4),
        validation_data=data(4, 8),
        epochs=2,
        batch_size=4,
        callbacks=entries,
        verbose=0,
    )

    assert trace(late)[:3] == ["setup", "train_begin", "epoch_begin 1"]
    assert trace(late)[-1] == "teardown"
    assert late.params["epochs"] == 2
    assert late.program is task.program


@row("DT-03")
async def test_lists_grow_at_any_place():
    """`extend` adds several, `insert` puts one at an index."""
    entries, members, seen = named(("a", 0), ("b", 0))
    entries.extend([Named("c", seen), [Named("d", seen)]])
    entries.insert(1, Named("e", seen, 10))

    assert await order_of(entries, seen) == "aebcd"
    assert entries[1].name == "e"
    with pytest.raises(ConfigurationError, match="twice"):
        entries.insert(0, members[0])


@row("DT-04")
def test_all_of_a_class_are_removed():
    """Removing a class removes its subclasses too; none found is an error."""

    class Special(Named):
        pass

    entries, members, seen = named(("a", 0), ("b", 0))
    special, other = Special("c", seen), RecordingCallback()
    entries.extend([special, other])

    assert entries.remove(Named) == [*members, special]
    assert list(entries) == [other]
    with pytest.raises(ValueError, match="is not in the list"):
        entries.remove(Named)


@row("DT-05")
def test_one_is_removed_by_identity():
    """An equal but distinct callback stays."""

    class Equal(Named):
        def __eq__(self, other):
            return isinstance(other, Equal)

        __hash__ = None

    first, second = Equal("a", []), Equal("b", [])
    entries = CallbackList([first, second])

    assert entries.remove(first)[0] is first
    assert [one.name for one in entries] == ["b"]


@row("DT-06")
async def test_moving_to_the_front_wins_over_orders():
    """One of order 20 runs before one of -10, and later additions respect it."""
    entries, members, seen = named(("a", -10), ("b", 0), ("c", 20))
    entries.move_to_front(members[2])

    assert await order_of(entries, seen) == "cab"
    entries.append(Named("d", seen, -10))
    assert await order_of(entries, seen) == "cadb"
    entries.refresh()
    assert await order_of(entries, seen) == "cadb"


@row("DT-07")
async def test_moving_to_the_back_wins_over_orders():
    """One of order -10 runs after one of 20."""
    entries, members, seen = named(("a", -10), ("b", 0), ("c", 20))
    entries.move_to_back(members[0])

    assert await order_of(entries, seen) == "bca"
    entries.refresh()
    assert await order_of(entries, seen) == "bca"


@row("DT-08")
async def test_moving_to_a_position():
    """Afterwards the callback is at the index; bad ones are refused."""
    entries, members, seen = named(("a", 0), ("b", 0), ("c", 0), ("d", 0))
    entries.move_to_position(members[0], 2)

    assert entries[2] is members[0]
    assert await order_of(entries, seen) == "bcad"
    with pytest.raises(IndexError, match="4 callbacks, received index 4"):
        entries.move_to_position(members[0], 4)
    with pytest.raises(ValueError, match="is not in the list"):
        entries.move_to_position(Named("x", []), 0)


@row("DT-09")
async def test_a_hook_under_way_is_not_affected():
    """A removed successor still gets the present hook, and not the next one."""
    seen = []
    last = Named("last", seen)
    entries = CallbackList([In("on_epoch_end", lambda *_: entries.remove(last)), last])

    await entries.dispatch("on_epoch_end", 0, {})
    await entries.dispatch("on_epoch_begin", 1, {})

    assert seen == ["last"]


@row("DT-25")
async def test_where_a_run_is():
    """Epoch, batch and step are right at the end of each batch."""
    seen = []
    watcher = In(
        "on_train_batch_end",
        lambda cb, *_: seen.append(
            (cb.trainer.current_epoch, cb.trainer.batch_index, cb.trainer.current_step)
        ),
        every=True,
    )

    await recorded_fit(watcher)

    assert seen == [(0, 0, 1), (0, 1, 2), (1, 0, 3), (1, 1, 4)]


@row("DT-26")
async def test_outputs_of_a_batch():
    """There is one per sample, with its reward; a failed one says why."""
    seen = []

    def answers(request):
        if '"n1"' in request.messages[-1]["content"]:
            return ConnectionLostError("gone")
        return {"answer": "even"}

    watcher = In("on_train_batch_end", lambda cb, *_: seen.extend(cb.trainer.outputs))
    with pytest.warns(SynalinksWarning, match="samples failed"):
        run = await recorded_fit(
            watcher,
            task=await make_task(answers),
            epochs=1,
            steps_per_epoch=1,
            shuffle=False,
        )

    assert [one.reward for one in seen] == [1.0, None]
    assert [one.failure and one.failure.error for one in seen] == [
        None,
        "ConnectionLostError",
    ]
    assert run.recorder.logs_of("on_train_batch_end")[0]["reward"] == 1.0


@row("DT-27")
async def test_the_batch_is_there_in_its_hooks():
    """Its samples are those of the data, in every hook of it, and gone outside."""
    seen = []

    def note(callback, *args):
        batch = callback.trainer.batch
        seen.append(batch and [sample.id for sample in batch.samples])

    hooks = ["on_epoch_begin", "on_train_batch_begin", "before_update"]
    hooks += ["on_train_batch_end", "on_test_batch_begin", "on_test_end"]
    hooks += ["on_epoch_end"]
    run = await recorded_fit(
        *[In(hook, note) for hook in hooks], epochs=1, shuffle=False, steps_per_epoch=1
    )

    train, val = ["train:0", "train:1"], [f"val:{i}" for i in range(4)]
    assert run.error is None
    assert seen == [None, train, train, train, val, None, None]


@row("DT-28")
@row("SY-02")
@row("SY-03")
async def test_the_hooks_of_training():
    """Begin and end of training, epochs and batches come in the order of Keras."""
    run = await recorded_fit()

    assert run.events == FULL
    kinds = {"train_begin", "epoch_begin", "train_batch_begin", "train_batch_end"}
    kinds |= {"epoch_end", "train_end"}
    assert [event for event in run.events if event.split()[0] in kinds] == [
        "train_begin",
        *["epoch_begin 0", "train_batch_begin 0", "train_batch_end 0"],
        *["train_batch_begin 1", "train_batch_end 1", "epoch_end 0"],
        *["epoch_begin 1", "train_batch_begin 0", "train_batch_end 0"],
        *["train_batch_begin 1", "train_batch_end 1", "epoch_end 1"],
        "train_end",
    ]


@row("DT-29")
async def test_validation_has_its_own_stage():
    """The stage is `validate` inside `fit`, `evaluate` and `predict` by themselves."""
    seen = []
    watcher = Callback()
    for hook in ("on_test_begin", "on_test_end", "on_eval", "on_predict_begin"):
        setattr(watcher, hook, lambda *_, hook=hook: note(hook))

    def note(hook):
        seen.append((hook.removeprefix("on_"), watcher.trainer.stage))

    task = (await recorded_fit(watcher, epochs=1)).task
    options = {"callbacks": watcher, "verbose": 0}
    await task.program.evaluate(*data(0, 2), **options)
    await task.program.predict(data(0, 2)[0], **options)

    assert seen == [
        ("test_begin", "validate"),
        ("test_end", "validate"),
        ("eval", "train"),
        ("test_begin", "evaluate"),
        ("test_end", "evaluate"),
        ("predict_begin", "predict"),
    ]


@row("DT-30")
async def test_state_is_json_and_comes_back():
    """A counter in `state_dict` goes on in another instance; by default it is empty."""

    class Counter(Callback):
        n = 0

        def on_epoch_end(self, epoch, logs=None):
            self.n += 1

        def state_dict(self):
            return {"n": self.n}

        def load_state_dict(self, state):
            self.n = state["n"]

    first, second = Counter(), Counter()
    await recorded_fit(first)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    await recorded_fit(second)

    assert second.n == 4
    assert Callback().state_dict() == {}


@row("DT-31")
async def test_metrics_are_asked_for_by_name():
    """The latest value is returned; a misspelt name raises and names the right one."""
    seen = {}

    def look(callback, *args):
        seen["value"] = callback.trainer.get_metric("val_reward")
        seen["default"] = callback.trainer.get_metric("val_f1", None)
        with pytest.raises(KeyError, match="Did you mean `val_reward`"):
            callback.trainer.get_metric("val_rewrad")

    run = await recorded_fit(In("on_epoch_end", look), epochs=1)

    assert run.error is None
    assert seen == {"value": run.history.history["val_reward"][0], "default": None}


@row("DT-32")
async def test_should_stop_is_a_flag():
    """Set in validation, the epoch is closed, no other begins; False withdraws it."""

    def set_to(value):
        def function(callback, *args):
            callback.trainer.should_stop = value

        return function

    run = await recorded_fit(In("on_test_begin", set_to(True)))
    assert run.events.count("epoch_end 0") == 1
    assert "epoch_begin 1" not in run.events

    run = await recorded_fit(
        In("on_test_begin", set_to(True)),
        In("on_test_end", set_to(False)),
    )
    assert run.events == FULL


@row("DT-33")
async def test_numbers_go_to_the_logs_and_texts_to_the_records(tmp_path):
    """A logged number is in history and file; a text only in `trainer.records`."""
    records = []

    def log(callback, *args):
        callback.trainer.log("custom_metric", 42)
        callback.trainer.log("note", "a text")
        records.append(callback.trainer.records)

    run = await recorded_fit(
        In("on_epoch_end", log), CSVLogger(tmp_path / "log.csv"), epochs=1
    )

    text = await asyncio.to_thread((tmp_path / "log.csv").read_text)
    assert run.history.history["custom_metric"] == [42]
    assert "custom_metric" in text
    assert "note" not in {*run.history.history, *text.split(",")}
    assert [(one["key"], one["value"]) for one in records[0]] == [("note", "a text")]


@row("DT-35")
async def test_program_and_optimizer_of_the_trainer():
    """`trainer.model` is the program, `trainer.optimizer` its optimizer."""
    task = await make_task()
    seen = []
    await recorded_fit(In("on_train_begin", lambda cb, *_: seen.append(cb)), task=task)

    async def look(callback, *args):
        trainer = callback.trainer
        assert trainer.model is trainer.program is task.program
        assert trainer.optimizer is task.program.optimizer
        assert [str(one.model) for one in trainer.language_models] == ["openai/test"]

    run = await recorded_fit(In("on_train_begin", look), task=task)
    assert run.error is None


@row("DT-37")
def test_hooks_are_typed():
    """Every argument and result of every hook has a type."""
    for hook in HOOKS:
        signature = inspect.signature(getattr(Callback, hook))
        assert signature.return_annotation is not inspect.Signature.empty
        for name, parameter in signature.parameters.items():
            assert name == "self" or parameter.annotation is not parameter.empty


@row("DT-38")
def test_hooks_are_documented():
    """Every hook says when it runs and what its arguments are."""
    for hook in HOOKS:
        text = inspect.getdoc(getattr(Callback, hook))
        assert text.startswith("Run ")
        for name in inspect.signature(getattr(Callback, hook)).parameters:
            assert name == "self" or f"{name}:" in text


@row("DT-39")
@pytest.mark.parametrize("policy", ["raise", "warn", "disable"])
async def test_fit_may_set_the_policy_of_all_callbacks(policy):
    """`callback_errors` wins over that of each, in groups too."""

    def failing(own):
        return In(
            "on_train_batch_begin", raising(KeyError("mine")), every=True,
            on_hook_error=own,
        )  # fmt: skip

    callbacks = [CallbackGroup(failing("warn")), failing("raise")]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = await recorded_fit(*callbacks, callback_errors=policy)

    n_calls = [callbacks[0].members[0].calls, callbacks[1].calls]
    assert n_calls == {"raise": [1, 0], "warn": [4, 4], "disable": [1, 1]}[policy]
    assert isinstance(run.error, KeyError) == (policy == "raise")
    assert len(caught) == (0 if policy == "raise" else 2)


async def test_unknown_policies_are_refused():
    """Before anything is paid for."""
    run = await recorded_fit(callback_errors="ignore")

    assert "`callback_errors` is one of (None, 'raise', 'warn'" in str(run.error)
    assert run.task.n_calls == 0


@row("DT-39")
async def test_errors_of_observers_become_warnings():
    """With `warn` the fit completes, a record says what happened, the others ran."""
    records = []
    watcher = In("on_train_end", lambda cb, *_: records.extend(cb.trainer.records))
    failing = In(
        "on_epoch_end", raising(OSError("disk")), every=True, on_hook_error="warn"
    )

    with pytest.warns(SynalinksWarning, match="OSError: disk") as warned:
        run = await recorded_fit(failing, watcher)

    assert (run.events, len(warned)) == (FULL, 1)
    assert [one["value"] for one in records] == [
        {
            "callback": "In",
            "hook": "on_epoch_end",
            "error": "OSError",
            "message": "disk",
        }
    ] * 2


@row("DT-41")
async def test_priority_is_minus_the_order():
    """Priority 100 runs before 0 before order 10; both at once are refused."""

    class First(Named):
        priority = 100

    class Plain(Named):
        def __init__(self, name, seen):
            self.name, self.seen = name, seen

    class Prior(Plain):
        priority = 100

    seen = []
    entries = CallbackList([Named("c", seen, 10), Plain("b", seen), Prior("a", seen)])
    assert await order_of(entries, seen) == "abc"
    with pytest.raises(ConfigurationError, match="both `priority` and"):
        type("Both", (Callback,), {"priority": 1, "callback_order": 2})


@row("DT-42")
@pytest.mark.parametrize("mutates", [False, True])
async def test_undeclared_changes_of_the_program_are_found(mutates):
    """With `check_callbacks`, who changes the program without saying so is named."""

    class Writer(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            variable = self.program.trainable_variables[0]
            variable.update({"instructions": f"Try {epoch}."})

    writer = Writer()
    writer.mutates = mutates
    if mutates:
        run = await recorded_fit(writer, check_callbacks=True)
    else:
        with pytest.warns(SynalinksWarning, match="`Writer.on_epoch_begin` changed"):
            run = await recorded_fit(writer, check_callbacks=True)

    assert run.error is None


@row("DT-43")
async def test_a_group_behaves_as_its_members_in_place():
    """Hooks, votes and state of three members are as if they stood there alone."""
    seen = []

    class Member(Named):
        def state_dict(self):
            return {"name": self.name}

        def load_state_dict(self, state):
            self.name = state["name"].upper()

    members = [Member(name, seen) for name in "abc"]
    group = CallbackGroup(*members)
    voter = CallbackGroup(In("on_propose_end", lambda *_: True), RecordingCallback())

    run = await recorded_fit(Named("x", seen), group, voter, Named("y", seen), epochs=1)

    assert "".join(seen) == "xabcy" * 2
    assert run.events.count("propose_end 0") == 2
    assert trace(voter.members[1]) == run.events
    state = json.loads(json.dumps(group.state_dict()))
    group.load_state_dict(state)
    assert [one.name for one in group.members] == ["A", "B", "C"]
    assert group.members.remove(members[0]) == [members[0]]


@row("DT-44")
@pytest.mark.parametrize(
    ("needs", "options"),
    [
        ("validation", {"validation_data": None, "validation_split": 0}),
        ("nothing known", {}),
    ],
)
async def test_requirements_are_checked_before_any_call(needs, options):
    """What a callback needs and the run has not ends it before call 1."""
    task = await make_task()
    needy = In("on_epoch_end", lambda *_: None, requires=(needs,))

    run = await recorded_fit(needy, task=task, **options)

    assert isinstance(run.error, ConfigurationError)
    assert f"`In` requires {needs!r}" in str(run.error)
    assert task.n_calls == 0


@row("DT-44")
async def test_requirements_that_are_met():
    """With validation and an optimizer the run goes on."""
    needy = In("on_epoch_end", lambda *_: None, requires=("validation", "optimizer"))

    assert (await recorded_fit(needy)).error is None


@row("DT-45")
async def test_crashes_have_a_hook():
    """An exception reaches `on_run_error` with the error itself."""
    error = ValueError("mine")
    run = await recorded_fit(In("on_epoch_begin", raising(error)))

    assert [args for hook, args in run.recorder.events if hook == "on_run_error"] == [
        (error, {})
    ]
