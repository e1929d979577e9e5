"""The list of callbacks."""

import pytest

from synalinks.callbacks import Callback, CallbackList, CSVLogger, History
from synalinks.errors import ConfigurationError


class Named(Callback):
    """Notes when it is called."""

    def __init__(self, name, seen, order=0):
        self.name, self.seen, self.callback_order = name, seen, order

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.name)


async def test_order_comes_before_the_position_in_the_list():
    """Lower orders run first; equal ones in list order."""
    seen = []
    callbacks = CallbackList(
        [
            Named("late", seen, 10),
            Named("a", seen),
            Named("b", seen),
            Named("c", seen, -1),
        ]
    )

    await callbacks.dispatch("on_epoch_end", 0, {})

    assert seen == ["c", "a", "b", "late"]


@pytest.mark.parametrize(
    "wrap",
    [lambda c: c, lambda c: [c], lambda c: [[c], []], lambda c: CallbackList(c)],
    ids=["one", "list", "nested", "CallbackList"],
)
def test_all_ways_to_pass_callbacks(wrap):
    """One callback, lists and callback lists are the same."""
    callback = History()

    assert list(CallbackList(wrap(callback))) == [callback]
    assert list(CallbackList(None)) == []


async def test_any_object_with_hooks_will_do():
    """Callbacks written for another library are called by position."""

    class Foreign:
        model = None

        def set_model(self, model):
            self.model = model

        def on_epoch_end(self, epoch, log=None):
            log["seen"] = epoch

    foreign, logs = Foreign(), {}
    callbacks = CallbackList(foreign)
    callbacks.bind("the program", {"epochs": 3})

    await callbacks.dispatch("on_epoch_end", 2, logs)
    await callbacks.dispatch("on_train_end", logs)

    assert (foreign.model, logs) == ("the program", {"seen": 2})


async def test_batch_hooks_fall_back_to_the_short_ones():
    """`on_batch_end` is called unless `on_train_batch_end` is overridden."""
    seen = []

    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(batch)

    await CallbackList(Old()).dispatch("on_train_batch_end", 4, {})

    assert seen == [4]


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (3, "is an object with hooks such as `on_epoch_end`, received: 3"),
        (History, r"Pass an instance: add `\(\)`"),
        ([[object()]], "is an object with hooks"),
    ],
)
def test_what_is_no_callback_is_refused(callback, message):
    """A mistake is found when the list is made."""
    with pytest.raises(ConfigurationError, match=message):
        CallbackList(callback)


def test_the_same_callback_twice_is_refused(tmp_path):
    """One instance in two places would count everything twice."""
    logger = CSVLogger(tmp_path / "log.csv")

    with pytest.raises(ConfigurationError, match="twice"):
        CallbackList([logger, logger])


def test_a_subclass_need_not_call_super():
    """Defaults are there without `super().__init__()`."""

    class Mine(Callback):
        def __init__(self):
            self.n = 0

    callback = Mine()
    assert (callback.params, callback.program, callback.model) == ({}, None, None)


def test_history_keeps_values_in_their_epochs():
    """A value that comes late or is missing leaves None in its place."""
    history = History()
    history.on_train_begin({})
    history.on_epoch_end(0, {"reward": 0.1})
    history.on_epoch_end(1, {"reward": 0.2, "val_reward": 0.5})

    assert history.history == {"reward": [0.1, 0.2], "val_reward": [None, 0.5]}
    assert repr(history) == "<History epochs=2 of reward, val_reward>"
