"""The base classes of metrics."""

import json

import pytest

from synalinks.data_models import DataModel
from synalinks.errors import StateMismatchError
from synalinks.metrics import BatchMetric, Metric


class Answer(DataModel):
    thinking: str = ""
    answer: str


class Tally(DataModel):
    samples: int = 0
    letters: int = 0


class MeanLength(Metric):
    """A user's metric, in the style of variables."""

    def __init__(self, name=None, **masks):
        super().__init__(name=name, **masks)
        self.tally = self.add_variable(data_model=Tally, name="tally")

    async def update_state(self, y_true, y_pred):
        _, y_pred = self.masked(y_true, y_pred)
        letters = sum(map(len, y_pred.get_json().values())) if y_pred else 0
        self.tally.update(
            {
                "samples": self.tally.get("samples") + 1,
                "letters": self.tally.get("letters") + letters,
            }
        )

    def result(self):
        samples = self.tally.get("samples")
        return self.tally.get("letters") / samples if samples else 0.0


async def test_a_metric_is_gathered_sample_by_sample():
    """`result` is the number so far; calling the metric updates and returns it."""
    metric = MeanLength(in_mask=["answer"])

    assert metric.result() == 0.0
    await metric.update_state(None, Answer(thinking="hm", answer="abcd"))
    assert metric.result() == 4.0
    assert await metric(None, Answer(answer="ab")) == 3.0


async def test_reset_gives_variables_their_first_value():
    """After `reset_state` the metric knows no sample."""
    metric = MeanLength()
    await metric(None, Answer(answer="abcd"))

    metric.reset_state()

    assert metric.result() == 0.0
    assert metric.tally.get_json() == {"samples": 0, "letters": 0}


async def test_state_goes_through_json():
    """A metric goes on where another of its kind stopped."""
    first, second = MeanLength(), MeanLength()
    await first(None, Answer(answer="abcd"))

    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    await second(None, Answer(answer="ab"))

    assert second.result() == 3.0
    assert first.result() == 4.0


def test_a_foreign_state_is_refused():
    """The state of another metric is an error that shows the right form."""
    with pytest.raises(
        StateMismatchError,
        match=r"^Metric `mean_length` cannot go on from the state \{'total': 1\}\. "
        r"Expected one of the form \{'tally'",
    ):
        MeanLength().load_state_dict({"total": 1})


def test_names_and_defaults():
    """A metric is named after its class, has no direction and lists its variables."""
    metric = MeanLength()

    assert metric.name == "mean_length"
    assert metric.direction is None
    assert [variable.name for variable in metric.variables] == ["tally"]
    assert not metric.tally.trainable
    assert metric.add_variable(data_model=Tally).name == "variable_1"


async def test_a_clone_has_the_arguments_but_not_the_samples():
    """`clone` makes an independent metric."""
    metric = MeanLength(name="size", in_mask=["answer"])
    await metric(None, Answer(answer="abcd"))

    clone = metric.clone()

    assert (clone.name, clone.masks) == ("size", metric.masks)
    assert clone.result() == 0.0
    assert metric.result() == 4.0


async def test_a_batch_metric_takes_lists():
    """`update_state` of a batch metric sees the samples of a batch together."""

    class Distinct(BatchMetric):
        distinct = 0

        async def update_state(self, y_true, y_pred):
            self.distinct += len({model.get("answer") for model in y_pred})

        def result(self):
            return float(self.distinct)

    metric = Distinct()
    await metric.update_state([None] * 3, [Answer(answer=text) for text in "aab"])

    assert metric.result() == 2.0
