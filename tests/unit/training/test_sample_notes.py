"""Errors of rewards and metrics say which sample they are about."""

import pytest

import synalinks
from synalinks.errors import RewardError
from tests.builders import Answer, Query, functional, scripted

X = [Query(query=f"q{number}") for number in range(6)]
Y = [Answer(answer=f"a{number}") for number in range(6)]


async def program_of(**compiled):
    """Return a program that answers `a` and the number of the question."""
    model, _ = scripted(
        lambda request: {"answer": "a" + request.messages[-1]["content"][-3]}
    )
    program = await functional(model, name="p")
    program.compile(**compiled)
    return program


class Refuses(synalinks.metrics.Metric):
    """Cannot take one answer."""

    async def update_state(self, y_true, y_pred):
        if y_pred is not None and y_pred.get("answer") == "a3":
            msg = "cannot"
            raise LookupError(msg)

    def result(self):
        return 0.0


async def refuses(y_true, y_pred):
    """Cannot take one answer."""
    if y_pred.get("answer") == "a3":
        msg = "cannot"
        raise LookupError(msg)
    return 1.0


async def is_no_number(y_true, y_pred):
    """Return no number for one answer."""
    return float("nan") if y_pred.get("answer") == "a3" else 1.0


def notes_of(caught):
    return "\n".join(caught.value.__notes__)


@pytest.mark.parametrize(
    ("reward", "error"), [(refuses, LookupError), (is_no_number, RewardError)]
)
@pytest.mark.parametrize("batch_size", [1, 4, 32])
async def test_a_reward_that_fails_names_the_sample(reward, error, batch_size):
    """With the fields of its inputs and the prediction, whatever the batch size."""
    program = await program_of(reward=reward)

    with pytest.raises(error) as caught:
        await program.evaluate(X, Y, batch_size=batch_size, verbose=0)

    assert (
        f"while asking the reward `{reward.__name__}` for test:3; inputs: `query`; "
        "prediction: JsonDataModel({'answer': 'a3'})"
    ) in notes_of(caught)


async def test_a_metric_that_fails_names_the_sample():
    """And itself."""
    program = await program_of(reward="exact_match", metrics=[Refuses(name="picky")])

    with pytest.raises(LookupError) as caught:
        await program.evaluate(X, Y, batch_size=4, verbose=0)

    notes = notes_of(caught)
    assert "in the metric `picky`" in notes
    assert "while asking the metrics for test:3; inputs: `query`; prediction:" in notes


async def test_a_reward_of_batches_names_the_first_samples():
    """It is asked for all of them at once."""

    class Whole(synalinks.rewards.BatchReward):
        async def compute_batch(self, y_true_list, y_pred_list):
            msg = "cannot"
            raise LookupError(msg)

    program = await program_of(reward=Whole(name="whole"))

    with pytest.raises(LookupError) as caught:
        await program.test_on_batch(X, Y)

    assert (
        "while asking the reward `whole` for batch:0, batch:1, batch:2 and 3 more; "
        "inputs: `query`; prediction: ["
    ) in notes_of(caught)


async def test_without_ids_the_position_is_told():
    """Whoever scores by hand gets the place in what was passed."""
    program = await program_of(reward=refuses)

    with pytest.raises(LookupError) as caught:
        await program.compute_reward(None, Y, Y)

    assert (
        "while asking the reward `refuses` for sample 3 of the batch; inputs: None; "
        "prediction: Answer(answer='a3')"
    ) in notes_of(caught)
