"""`CallbackSuite` finds what is wrong with callbacks."""

from typing import ClassVar

import pytest

from synalinks.callbacks import Callback
from synalinks.testing import CallbackSuite

TESTS = [name for name in dir(CallbackSuite) if name.startswith("test_")]


class Good(Callback):
    """Counts epochs."""

    n = 0

    async def on_epoch_end(self, epoch, logs=None):
        self.n += 1

    def state_dict(self):
        return {"n": self.n}

    def load_state_dict(self, state):
        self.n = state["n"]


class NoJson(Good):
    def state_dict(self):
        return {"n": {1: object}}


class Forgetful(Good):
    def load_state_dict(self, state):
        pass


class Once(Good):
    def on_train_begin(self, logs=None):
        assert self.n == 0, "used before"


class Stops(Good):
    def on_epoch_end(self, epoch, logs=None):
        self.n += 1
        self.program.stop_training = self.n > 1


class Keywords(Good):
    def on_epoch_begin(self, *, epoch, logs=None):
        pass


class BadCleaner(Good):
    def teardown(self, stage):
        raise OSError("cannot close")


class Writer(Good):
    def on_epoch_begin(self, epoch, logs=None):
        self.program.trainable_variables[0].update({"instructions": f"Try {epoch}."})


class Misspelt:
    """No base class: nobody has checked its hooks."""

    params: ClassVar = {}
    callback_order = 0
    on_hook_error = "maybe"
    state_key = "Misspelt"

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_epochs_end(self, epoch, logs=None):
        pass


class OpenWriter(Writer):
    mutates = True


def failing(kind):
    """Return the tests that a callback fails."""

    class Suite(CallbackSuite):
        def make(self, folder):
            return kind()

    found = set()
    for name in TESTS:
        try:
            getattr(Suite(), name)()
        except Exception:  # noqa: BLE001 - whatever it is
            found.add(name.removeprefix("test_it"))
    return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Good, set()),
        (OpenWriter, set()),
        (NoJson, {"s_state_is_json_and_comes_back"}),
        (Forgetful, {"s_state_is_json_and_comes_back"}),
        (Once, {"_serves_two_fits"}),
        (Writer, {"_is_open_about_changes_of_the_program"}),
    ],
)
def test_each_fault_is_found_by_its_test(kind, expected):
    """A good callback passes all; a fault fails the test that is about it."""
    assert failing(kind) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Stops, "_serves_two_fits"),
        (Keywords, "_lives_through_fit_evaluate_and_predict"),
        (BadCleaner, "_hides_no_error_of_another"),
        (Misspelt, "_has_no_unknown_hooks"),
        (Misspelt, "_is_whole_before_any_run"),
    ],
)
def test_graver_faults_are_found_too(kind, expected):
    """Some faults fail several tests, the one about them among these."""
    assert expected in failing(kind)


def test_make_has_to_be_overridden():
    """The suite says what it lacks."""
    with pytest.raises(NotImplementedError, match="is to return the callback"):
        CallbackSuite().test_it_serves_two_fits()
