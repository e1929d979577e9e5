"""Searches, failures and counts that go on in the middle of an epoch."""

import asyncio

import pytest

from synalinks import optimizers
from synalinks.callbacks import Callback
from synalinks.training import Evaluator
from tests.fault import killed_optimizers, killed_run
from tests.fault.killed_run import Question, data
from tests.resumed_runs import die, train

pytestmark = pytest.mark.integration


def run(coroutine):
    return asyncio.run(coroutine)


def racing():
    return optimizers.OutOfBagRacing(name="racing")


def in_a_chain():
    return optimizers.Chain([racing(), optimizers.RandomFewShot()], steps_per_turn=15)


@pytest.mark.parametrize("make", [racing, in_a_chain])
def test_the_same_candidates_meet_before_the_validation(tmp_path, make):
    """Also in a process that has taken no step itself."""
    settings = {"save_freq": 1, "answer": killed_optimizers.answer, "n_train": 100}
    arguments = {"epochs": 2, "batch_size": 5, "validation_data": data(200, 24)}
    settings |= {"arguments": arguments, "seed": 1}
    whole = run(train(tmp_path / "whole", optimizer=make(), **settings))
    place = tmp_path / "run"

    n_paid = run(die(place, "on_test_begin", n=2, optimizer=make(), **settings))
    resumed = run(train(place, optimizer=make(), **settings))

    assert resumed.same() == whole.same()
    assert n_paid + resumed.n_requests == whole.n_requests


def bad_last(request):
    """Give no valid answer to the last sample."""
    is_last = str(request.messages[-1]["content"]).endswith('number 3"}')
    return "this is no JSON" if is_last else killed_run.answer(request)


@pytest.mark.filterwarnings("ignore:.*samples failed")
def test_a_pass_is_judged_as_a_whole(tmp_path):
    """What came through before a death counts after it."""
    arguments = {"batch_size": 1, "shuffle": False, "validation_data": data(100, 3)}
    settings = {"save_freq": 1, "answer": bad_last, "n_train": 4}
    settings["arguments"] = arguments
    whole = run(train(tmp_path / "whole", **settings))

    run(die(tmp_path / "run", "on_train_batch_begin", n=4, **settings))
    resumed = run(train(tmp_path / "run", **settings))

    assert whole.history["failed"] == [1.0, 1.0]
    assert resumed.same() == whole.same()


class Watches(Callback):
    """Looks at what the epoch has taken."""

    def on_epoch_end(self, epoch, logs=None):
        logs["seen"] = self.trainer.get_metric("tokens")


def test_an_epoch_has_taken_what_it_took_before_a_death(tmp_path):
    """Names of checkpoints, for one, are made of it."""
    settings = {"save_freq": 1, "callbacks": [Watches()]}
    whole = run(train(tmp_path / "whole", **settings))

    run(die(tmp_path / "run", "on_train_batch_begin", n=7, **settings))
    resumed = run(train(tmp_path / "run", **settings))

    assert resumed.history["seen"] == whole.history["seen"]


class Asks(Callback):
    """Has an evaluation made that was made before, and remembers those it was told."""

    def __init__(self):
        super().__init__()
        self.told = []

    def on_epoch_end(self, epoch, logs=None):
        self.trainer.request_evaluation("test")

    def on_eval(self, step, name, metrics):
        self.told.append([name, step])

    def state_dict(self):
        return {"told": self.told}

    def load_state_dict(self, state):
        self.told = state["told"]


def test_an_evaluation_is_told_once(tmp_path):
    """Who dies after it need not be told again of the same program."""

    def settings():
        evaluator = Evaluator("test", *data(200, 3), every="1ba")
        arguments = {"evaluators": [evaluator]}
        return {"save_freq": 1, "callbacks": [Asks()], "arguments": arguments}

    whole, resumed = settings(), settings()
    run(train(tmp_path / "whole", **whole))
    run(die(tmp_path / "run", "on_epoch_end", **settings()))
    run(train(tmp_path / "run", **resumed))

    (of_whole,), (of_resumed,) = whole["callbacks"], resumed["callbacks"]
    assert of_resumed.told == of_whole.told
    assert of_whole.told.count(["test", 4]) == 1


class Baseline(Callback):
    """Asks the program before training, to tell later what that was good for."""

    async def on_train_begin(self, logs=None):
        self.before = (await self.program(Question(text="number 77"))).get("answer")

    def state_dict(self):
        return {"before": self.before}

    def load_state_dict(self, state):
        self.before = state["before"]


def test_who_asks_before_training_can_be_gone_on_with(tmp_path):
    """The program is another one by then; what it said at first is remembered."""
    whole = run(train(tmp_path / "whole", save_freq=1, callbacks=[Baseline()]))
    run(die(tmp_path / "run", n=6, save_freq=1, callbacks=[Baseline()]))
    baseline = Baseline()

    resumed = run(train(tmp_path / "run", save_freq=1, callbacks=[baseline]))

    assert resumed.variables == whole.variables
    assert resumed.history == whole.history
    assert baseline.before == whole.task.callbacks[0].before
