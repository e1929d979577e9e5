"""The value that a callback goes by."""

from types import SimpleNamespace

import pytest

from synalinks._internal import context
from synalinks.callbacks import (
    Callback,
    CallbackGroup,
    CallbackList,
    CSVLogger,
    LambdaCallback,
)
from synalinks.callbacks._enrichment import may_enrich
from synalinks.callbacks._monitored import Monitored, known_keys
from synalinks.contracts import TrainerState
from synalinks.errors import MonitorError

PROGRAM = SimpleNamespace(
    metrics_names=["reward", "accuracy", "length"],
    compiled_metrics=[
        SimpleNamespace(name="accuracy", direction="up"),
        SimpleNamespace(name="length", direction="down"),
    ],
)


# An evaluator with metrics of its own, as `fit` describes it to callbacks.
TEST = {"test": {"reward": "up", "length": "down", "depth": "down"}}


class Provider(Callback):
    provides = ("entropy", "tool_errors")

    def on_epoch_end(self, epoch, logs=None):
        pass


class Printer(Callback):
    provides = ()

    def on_epoch_end(self, epoch, logs=None):
        pass


class Enricher(Callback):
    def on_epoch_end(self, epoch, logs=None):
        pass


class Watcher(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        pass


def state(*callbacks, **params):
    made = TrainerState(
        program=PROGRAM, stage="train", params={"val_size": 4, **params}
    )
    made.callbacks = CallbackList(list(callbacks))
    return made


def resolve(key, mode="auto", run=None):
    monitored = Monitored(key, mode, owner="EarlyStopping", strict=True)
    with context.bound(context.trainer, run or state(Provider())):
        return monitored.resolve(PROGRAM)


@pytest.mark.parametrize(
    ("key", "sense"),
    [
        ("reward", "max"),
        ("val_reward", "max"),
        ("val_accuracy", "max"),
        ("val_length", "min"),
        ("failed", "min"),
        ("val_failed", "min"),
        ("tool_errors", "min"),
        ("test_length", "min"),
        ("test_depth", "min"),
        ("calls", "min"),
        ("cost", "min"),
    ],
)
def test_which_side_is_better(key, sense):
    """Metrics tell, for evaluations too; else the words of the name."""
    assert resolve(key, run=state(Provider(), evaluators=TEST)) == sense


def test_a_name_that_tells_nothing_needs_a_mode():
    """Guessing would stop training as it gets better."""
    with pytest.raises(MonitorError, match="Give `mode='max'` or `'min'`"):
        resolve("entropy")
    assert resolve("entropy", "min") == "min"


def test_the_names_of_a_run():
    """Reward, metrics and failures, of training and of each evaluation."""
    own = {"reward", "accuracy", "length", "failed"}
    usage = {"calls", "tokens", "cost"}

    keys = known_keys(state(CallbackGroup(Provider()), evaluators=TEST))

    assert keys == {
        *own,
        *usage,
        *(f"val_{one}" for one in own),
        *(f"test_{one}" for one in ("reward", "length", "depth", "failed")),
        "entropy",
        "tool_errors",
    }
    assert known_keys(state(val_size=0)) == own | usage


def test_a_price_that_is_not_known_is_no_value():
    """Monitoring the cost of a model without a price is an error, not a standstill."""
    monitored = Monitored("cost", "min", owner="EarlyStopping", strict=True)
    run = state()
    run.note({"calls": 3})

    with (
        context.bound(context.trainer, run),
        pytest.raises(MonitorError, match="The price of a language model is not known"),
    ):
        monitored.read({"reward": 0.5})


def test_a_wrong_name_is_an_error_with_the_right_ones():
    """The nearest comes first, then all of them."""
    with pytest.raises(MonitorError, match="Did you mean `val_accuracy`") as raised:
        resolve("val_acuracy")

    assert "`accuracy`, `calls`, `cost`, `entropy`" in str(raised.value)
    assert "names it in `provides`" in str(raised.value)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (Enricher, True),
        (Printer, False),
        (Provider, False),
        (Watcher, False),
        (lambda: CSVLogger("a.csv"), False),
        (lambda: CallbackGroup(CSVLogger("a.csv")), False),
        (lambda: CallbackGroup(Enricher()), True),
        (lambda: LambdaCallback(on_epoch_end=lambda epoch, logs: None), True),
        (lambda: CallbackList(lambda step, logs: None)[0], True),
    ],
)
def test_who_may_add_values_that_nobody_knows(make, expected):
    """Callbacks of the user that do not name what they add."""
    assert may_enrich(make()) is expected


@pytest.mark.parametrize(
    ("key", "logs", "is_complete", "expected"),
    [
        ("reward", {"reward": 0.5}, True, 0.5),
        ("val_reward", {"reward": 0.5}, True, None),
        ("val_failed", {"val_reward": 0.5}, True, 0.0),
        ("mine", {"reward": 0.5}, False, None),
    ],
    ids=["there", "not due", "no failure", "cut short"],
)
def test_reading_a_value(key, logs, is_complete, expected):
    """A value that was not due is none."""
    monitored = Monitored(key, "max", owner="EarlyStopping", strict=True)
    run = state()
    run.epoch_complete = is_complete

    with context.bound(context.trainer, run):
        assert monitored.read(logs) == expected


@pytest.mark.parametrize("key", ["mine", "val_mine"])
def test_a_value_that_is_due_and_missing(key):
    """It is an error."""
    monitored = Monitored(key, "max", owner="EarlyStopping", strict=True)
    run = state()
    run.epoch_complete = True

    with (
        context.bound(context.trainer, run),
        pytest.raises(MonitorError, match="no such value"),
    ):
        monitored.read({"reward": 0.5, "val_reward": 0.5})
