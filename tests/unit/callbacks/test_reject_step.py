"""The rule that proposals have to pass."""

import pytest
from parity import data, make_task

from synalinks.callbacks import RejectStep
from synalinks.contracts import Candidate
from synalinks.errors import ConfigurationError
from synalinks.optimizers import Optimizer
from synalinks.testing import RecordingCallback


class Growing(Optimizer):
    """Proposes a long change first, and a short one when that is rejected."""

    async def propose(self, step):
        ((path, fields),) = self.incumbent.values.items()
        text = "x" * (500 if step.attempt == 0 else 5)
        return [Candidate(values={path: {**fields, "instructions": text}})]


async def fit(callbacks):
    def answers(request):
        return {"answer": "even" if "x" in request.messages[0]["content"] else "?"}

    task = await make_task(answers, optimizer=Growing())
    history = await task.program.fit(
        *data(0, 4),
        validation_data=data(4, 8),
        batch_size=4,
        callbacks=callbacks,
        verbose=0,
    )
    return task, history


@pytest.mark.parametrize("is_async", [False, True], ids=["def", "async def"])
async def test_a_rule_on_the_size_of_the_change_rejects_once(is_async):
    """The first proposal is too long, the second is accepted and applied."""
    distances = []

    def too_long(proposal):
        distances.append(proposal.edit_distance)
        return proposal.edit_distance > 100

    async def too_long_async(proposal):
        return too_long(proposal)

    recorder = RecordingCallback()
    task, _ = await fit(
        [RejectStep(too_long_async if is_async else too_long), recorder]
    )

    assert distances[0] > 100 >= distances[1]
    assert recorder.hooks().count("on_propose_end") == 2
    assert recorder.hooks().count("on_train_batch_begin") == 1
    assert task.program.trainable_variables[0].get("instructions") == "xxxxx"


async def test_without_the_rule_the_first_proposal_is_taken():
    """The rule is what rejects."""
    task, _ = await fit(None)

    assert len(task.program.trainable_variables[0].get("instructions")) == 500


def test_the_rule_is_a_function():
    """Anything else is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match="`when` is a function of a proposal"):
        RejectStep(0.5)
