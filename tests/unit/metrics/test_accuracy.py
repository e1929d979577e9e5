"""The share of right answers."""

from typing import Literal

import pytest

from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError
from synalinks.metrics import Accuracy, BinaryAccuracy, CategoricalAccuracy


class Answer(DataModel):
    answer: str


class Number(DataModel):
    answer: float


class Label(DataModel):
    label: Literal["A", "B", "C", "A-"]


class Flags(DataModel):
    spam: bool
    urgent: float


async def gathered(metric, model, field, pairs):
    for target, predicted in pairs:
        await metric.update_state(
            model(**{field: target}),
            None if predicted is None else model(**{field: predicted}),
        )
    return metric.result()


@pytest.mark.parametrize(
    ("target", "predicted", "value"),
    [
        pytest.param("A", "A", 1.0, id="the article that is an answer"),
        pytest.param("-5", "5", 0.0, id="sign"),
        pytest.param("3.14", "314", 0.0, id="decimal point"),
        pytest.param("C++", "C", 0.0, id="C++"),
        pytest.param("The Louvre", "louvre.", 1.0, id="spelling"),
    ],
)
async def test_texts(target, predicted, value):
    """What the meaning hangs on is kept, what it does not hang on is not."""
    assert await gathered(Accuracy(), Answer, "answer", [(target, predicted)]) == value


async def test_labels_are_compared_exactly():
    """Two of four labels are right."""
    pairs = [("A", "A"), ("A", "A-"), ("B", "B"), ("C", "A")]

    assert await gathered(Accuracy(), Label, "label", pairs) == 0.5


async def test_numbers():
    """Two of three numbers are right; 5 and 5.0 are one number."""
    pairs = [(5, 5.0), (0.1, 0.1), (1, 2)]

    assert await gathered(Accuracy(), Number, "answer", pairs) == pytest.approx(2 / 3)


@pytest.mark.parametrize("average", [None, "macro", "micro", "weighted"])
async def test_binary_accuracy_of_two_fields(average):
    """Right: spam 2 of 2, urgent 1 of 2; every average of equal fields is 0.75."""
    metric = BinaryAccuracy(average=average, threshold=0.6)

    await metric.update_state(Flags(spam=True, urgent=1), Flags(spam=True, urgent=0.6))
    await metric.update_state(
        Flags(spam=False, urgent=0), Flags(spam=False, urgent=0.2)
    )

    assert metric.result() == 0.75
    assert metric.result_by_field() == {"spam": 1.0, "urgent": 0.5}


@pytest.mark.parametrize(
    ("average", "value"),
    [
        pytest.param(None, 4 / 6, id="None is the share of samples"),
        pytest.param("micro", 4 / 6, id="so is micro"),
        pytest.param("weighted", 4 / 6, id="so is weighted"),
        pytest.param("macro", (3 / 4 + 1 / 2) / 2, id="macro does not favour labels"),
    ],
)
async def test_categorical_accuracy(average, value):
    """A is right 3 of 4 times, B 1 of 2 times, one of them a failure."""
    pairs = [("A", "A")] * 3 + [("A", "B"), ("B", "B"), ("B", None)]

    result = await gathered(CategoricalAccuracy(average), Label, "label", pairs)

    assert result == pytest.approx(value)


async def test_labels_given_must_be_those_of_the_targets():
    """A target that is none of the labels is found."""
    metric = CategoricalAccuracy(labels=["A", "B"])

    with pytest.raises(
        ConfigurationError, match="The target 'C' is none of the labels"
    ):
        await gathered(metric, Label, "label", [("C", "A")])


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (Accuracy(), "accuracy"),
        (BinaryAccuracy(), "binary_accuracy"),
        (CategoricalAccuracy(), "categorical_accuracy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(metric, name):
    """Names in logs are those of the API, and the configuration keeps them."""
    assert metric.name == name
    assert type(metric).from_config(metric.get_config()).name == name
