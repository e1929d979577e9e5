"""Ending training that has nothing valid to learn from."""

import asyncio
import json

import pytest
from parity import data, make_task, parity_answer

import synalinks
from synalinks.callbacks import Callback, TerminateOnInvalid
from synalinks.errors import (
    AllSamplesFailedError,
    ConfigurationError,
    ConnectionLostError,
)
from synalinks.optimizers import Candidate, Optimizer
from synalinks.testing import RecordingCallback


class Eager(Optimizer):
    """Proposes a change in each step."""

    async def propose(self, step):
        ((path, fields),) = self.incumbent.values.items()
        text = f"step {step.index}"
        return [Candidate(values={path: {**fields, "instructions": text}})]


def query_of(request):
    """Return the query, also where a bad answer is followed by another question."""
    asked = next(one for one in request.messages if one["role"] == "user")
    return json.loads(asked["content"])["query"]


def broken_from(number):
    """Answer no JSON from a number on."""

    def answers(request):
        n = int(query_of(request)[1:])
        return parity_answer(request) if n < number else "no JSON"

    return answers


async def fit(answers, callbacks, **options):
    task = await make_task(answers, optimizer=Eager())
    options = {"batch_size": 4, "epochs": 3, "shuffle": False, "verbose": 0, **options}
    history = await task.program.fit(
        *data(0, 24), validation_data=data(0, 2), callbacks=callbacks, **options
    )
    return task, history


def read(folder):
    return json.loads((folder / "skip_batches.json").read_text())


@pytest.mark.filterwarnings("ignore:.*samples failed")
async def test_unreadable_answers_end_training_within_the_window(tmp_path):
    """Answers break at batch 3: it is seen there, and nothing is learned."""
    recorder = RecordingCallback()
    guard = TerminateOnInvalid(8, 0.25, output_dir=tmp_path / "out")

    task, history = await fit(broken_from(12), [recorder, guard])

    assert history.stop_reason == (
        "4 of the last 8 samples are invalid, more than `max_failed=0.25` allows: "
        "InvalidOutputError 4 times"
    )
    assert all(int(query_of(one)[1:]) < 16 for one in task.transport.requests)
    applied = [one["update_applied"] for one in recorder.logs_of("on_train_batch_end")]
    assert len(applied) == 4
    assert applied[3] == 0.0
    assert "on_test_begin" not in recorder.hooks()
    assert await asyncio.to_thread(read, tmp_path / "out") == [
        {
            "epoch": 0,
            "batch": 3,
            "samples": {f"train:{i}": "InvalidOutputError" for i in range(12, 16)},
        }
    ]


@pytest.mark.filterwarnings("ignore:.*samples failed")
async def test_a_share_within_the_limit_is_let_pass():
    """Half of the window may be invalid where `max_failed` is a half."""
    guard = TerminateOnInvalid(8, 0.5)

    _, history = await fit(broken_from(12), guard, steps_per_epoch=4, epochs=1)

    assert history.stop_reason is None


async def test_a_dead_provider_leaves_the_ids_of_the_batch(tmp_path):
    """When the run fails, the file tells which batch it was."""

    def answers(request):
        if "n12" <= query_of(request) <= "n15":
            return ConnectionLostError("down")
        return parity_answer(request)

    guard = TerminateOnInvalid(20, output_dir=tmp_path)
    with pytest.raises(AllSamplesFailedError):
        await fit(answers, guard)

    (batch,) = await asyncio.to_thread(read, tmp_path)
    assert batch["batch"] == 3
    assert set(batch["samples"].values()) == {"AllSamplesFailedError"}
    assert list(batch["samples"]) == [f"train:{i}" for i in range(12, 16)]


async def test_samples_without_a_reward_are_invalid():
    """A reward that leaves samples out gives nothing to learn from."""

    async def none(y_true, y_pred):
        return None

    task = await make_task(optimizer=Eager(), reward=none)

    history = await task.program.fit(
        *data(0, 8),
        validation_data=data(8, 10),
        callbacks=TerminateOnInvalid(4),
        verbose=0,
    )

    assert history.stop_reason.endswith("allows: no reward 4 times")


async def test_constant_rewards_end_training_if_asked():
    """All rewards alike give nothing to choose by; by default that is let pass."""
    same = lambda request: {"answer": "?"}  # noqa: E731

    _, history = await fit(same, TerminateOnInvalid(8, constant_rewards=True))
    assert history.stop_reason == "the last 8 rewards are all 0.0"

    _, history = await fit(same, TerminateOnInvalid(8), epochs=1)
    assert history.stop_reason is None


async def test_a_number_that_is_not_finite_ends_training():
    """A number that is infinite stops at the end of its batch."""

    class Broken(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                logs["reward"] = float("inf")

    recorder = RecordingCallback()
    _, history = await fit(parity_answer, [Broken(), TerminateOnInvalid(), recorder])

    assert history.stop_reason == "`reward` is inf, which is no finite number"
    assert recorder.hooks().count("on_train_batch_end") == 3


async def test_rejected_attempts_count_their_samples_once():
    """The same samples, tried again, do not fill the window."""

    class Reject(Callback):
        def on_propose_end(self, step, logs):
            return self.trainer.step_attempt < 2

    guard = TerminateOnInvalid(5)
    await fit(parity_answer, [Reject(), guard], steps_per_epoch=1, epochs=1)

    assert [one["sample_id"] for one in guard.state_dict()["seen"]] == [
        f"train:{i}" for i in range(4)
    ]


@pytest.mark.filterwarnings("ignore:.*samples failed")
async def test_a_resumed_run_goes_on_with_the_window():
    """What was seen before the resume counts."""
    first, second = TerminateOnInvalid(8, 0.25), TerminateOnInvalid(8, 0.25)
    options = {"epochs": 1, "steps_per_epoch": 1}
    await fit(parity_answer, first, **options)

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            second.load_state_dict(first.state_dict())

    synalinks.clear_session()
    _, history = await fit(broken_from(0), [second, Resume()], **options)

    assert history.stop_reason.startswith("4 of the last 8 samples")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "`window` is an integer of at least 1, received: 0"),
        ((5, 1.5), "`max_failed` is a share from 0 to 1, received: 1.5"),
        ((5, True), "`max_failed` is a share from 0 to 1, received: True"),
        ((5, "half"), "`max_failed` is a share from 0 to 1, received: 'half'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """What cannot work is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match=message):
        TerminateOnInvalid(*arguments)
