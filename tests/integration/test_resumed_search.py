"""Searches and failures that a run goes on with in the middle of an epoch."""

import asyncio

import pytest

from synalinks import optimizers
from tests.fault import killed_optimizers, killed_run
from tests.fault.killed_run import data
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
