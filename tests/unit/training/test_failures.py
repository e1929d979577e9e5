"""Failed samples."""

import json
import re

import pytest
from parity import data, make_task

from synalinks.contracts import Failure, Rollout
from synalinks.errors import (
    AllSamplesFailedError,
    AuthenticationError,
    ConfigurationError,
    ConnectionLostError,
    FailureRateError,
    InvalidOutputError,
    SynalinksWarning,
)
from synalinks.training._failures import FailurePolicy


def rollout(index, failure=None):
    return Rollout(sample_id=str(index), inputs=None, failure=failure)


def failure(**options):
    facts = {"boundary": "language_model", "error": "E", "message": "m"}
    return Failure(**{**facts, "is_answer": True, **options})


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InvalidOutputError("x"), ("language_model", True)),
        (ConnectionLostError("x"), ("language_model", False)),
        (KeyError("x"), ("module", True)),
        (AuthenticationError("x"), None),
        (ConfigurationError("x"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_data_and_what_is_not(error, expected):
    """Bad answers and user code are data; a system that is broken is not."""
    found = FailurePolicy().to_failure(error)

    assert (found and (found.boundary, found.is_answer)) == expected
    assert FailurePolicy("raise").to_failure(error) is None


def test_a_batch_of_bad_answers_goes_on_and_a_dead_one_does_not():
    """Training is there to mend bad answers, not providers."""
    policy = FailurePolicy()

    policy.check_batch([rollout(0, failure()), rollout(1, failure())])
    policy.check_batch([rollout(0, failure(is_answer=False)), rollout(1)])
    policy.end_pass(is_complete=True)
    with pytest.raises(
        AllSamplesFailedError,
        match=r"None of 2 samples.*E 2 times.*What to do: Is the provider up",
    ):
        dead = failure(is_answer=False)
        policy.check_batch([rollout(0, dead), rollout(1, failure())])


def test_the_rate_is_that_of_the_last_hundred():
    """Old failures are forgotten; few samples prove nothing."""
    policy = FailurePolicy(max_failure_rate=0.2)
    policy.note([rollout(i, failure()) for i in range(2)])
    policy.note([rollout(i) for i in range(200)])
    policy.note([rollout(i, failure()) for i in range(20)])

    with pytest.raises(FailureRateError, match=r"21 of the last 100 samples failed"):
        policy.note([rollout(0, failure())])


@pytest.mark.parametrize("rate", [-0.1, 1.1, "half", True])
def test_bad_rates_are_refused(rate):
    """A rate is a share."""
    with pytest.raises(ConfigurationError, match="`max_failure_rate` is a share"):
        FailurePolicy(max_failure_rate=rate)


def test_unknown_choices_are_refused():
    """There are two ways to deal with an error."""
    with pytest.raises(ConfigurationError, match="`on_sample_error` is one of"):
        FailurePolicy("ignore")


def flaky(request):
    number = int(re.search(r"n(\d+)", request.messages[-1]["content"])[1])
    if number % 4 == 0:
        return ConnectionLostError("gone")
    return {"answer": "odd" if number % 2 else "even"}


async def test_transport_failures_are_not_scored():
    """A sample that never reached the provider is no wrong answer."""
    task = await make_task(flaky, metrics=["accuracy"])

    with pytest.warns(SynalinksWarning, match="2 samples failed: ConnectionLostError"):
        logs = await task.program.evaluate(*data(0, 8), verbose=0)

    assert logs == {"reward": 1.0, "accuracy": 1.0, "failed": 2.0}


async def test_errors_of_modules_count_as_wrong():
    """An exception in the user's own module fails its sample."""
    import synalinks

    class Broken(synalinks.Module):
        async def call(self, inputs):
            if inputs.get("query") == "n1":
                raise KeyError("mine")
            return inputs

        async def compute_output_spec(self, inputs):
            return inputs

    task = await make_task()
    inputs = task.program.inputs
    program = synalinks.Program(inputs=inputs, outputs=await Broken()(inputs))
    program.compile(reward="exact_match", metrics=["accuracy"])
    x, _ = data(0, 4)

    with pytest.warns(SynalinksWarning, match="1 samples failed: KeyError 1 times"):
        logs = await program.evaluate(x, x, verbose=0)
    assert logs == {"reward": 0.75, "accuracy": 0.75, "failed": 1.0}

    with pytest.raises(KeyError, match="mine") as raised:
        await program.evaluate(x, x, verbose=0, on_sample_error="raise")
    assert "on test:1" in raised.value.__notes__[0]


async def test_too_many_failures_end_the_run():
    """`max_failure_rate` holds in fit, evaluate and predict."""

    def answers(request):
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        return "no JSON" if number % 2 else {"answer": "even"}

    task = await make_task(answers)
    x, y = data(0, 40)
    options = {"verbose": 0, "max_failure_rate": 0.3}

    with pytest.raises(FailureRateError):
        await task.program.evaluate(x, y, **options)
    with pytest.raises(FailureRateError):
        await task.program.predict(x, **options)
    with pytest.raises(FailureRateError):
        await task.program.fit(x, y, batch_size=8, **options)


async def wrong_answers(method, **options):
    """Run a program whose model never answers in its schema."""
    task = await make_task(lambda _: {"wrong": "schema"})
    x, y = data(0, 8)
    arguments = (x,) if method == "predict" else (x, y)
    run = getattr(task.program, method)
    return await run(*arguments, batch_size=2, verbose=0, **options), task


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
async def test_a_pass_without_one_valid_answer_is_no_score(method):
    """A wrong model or schema is an error that says what to do, not a 0.0."""
    expected = r"InvalidOutputError \d+ times.*What to do: `await program\(x\)` shows"

    with pytest.raises(AllSamplesFailedError, match=expected):
        await wrong_answers(method)


async def test_invalid_answers_can_be_declared_wrong():
    """`max_failure_rate=1.0` counts them, in every pass, and ends no run."""
    with pytest.warns(SynalinksWarning, match="8 samples failed"):
        logs, _ = await wrong_answers("evaluate", max_failure_rate=1.0)
    with pytest.warns(SynalinksWarning, match="samples failed"):
        history, _ = await wrong_answers("fit", max_failure_rate=1.0)

    assert logs == {"reward": 0.0, "failed": 8.0}
    assert history.history["val_reward"] == [0.0]


async def test_a_pass_that_was_cut_short_proves_nothing():
    """The first batches may be the hard ones."""
    policy = FailurePolicy()

    policy.check_batch([rollout(0, failure())])
    policy.end_pass(is_complete=False)
    policy.check_batch([rollout(1)])
    policy.check_batch([rollout(2, failure())])
    policy.end_pass(is_complete=True)


async def test_user_code_that_always_fails_says_how_to_see_where():
    """An exception of a module in every sample is raised with advice."""
    policy = FailurePolicy()

    with pytest.raises(AllSamplesFailedError, match="`on_sample_error='raise'` shows"):
        policy.check_batch([rollout(0, failure(boundary="module", error="KeyError"))])
