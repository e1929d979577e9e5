"""What accuracy, precision, recall and F-score have in common."""

import json
from enum import Enum
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.data_models import DataModel, JsonDataModel
from synalinks.errors import ConfigurationError, StateMismatchError
from synalinks.metrics import (
    Accuracy,
    BinaryF1Score,
    BinaryPrecision,
    BinaryRecall,
    CategoricalAccuracy,
    CategoricalF1Score,
    F1Score,
    ListF1Score,
    Precision,
    Recall,
)


class Answer(DataModel):
    answer: str


class Pair(DataModel):
    city: str
    country: str | None = None


class Yes(DataModel):
    yes: bool


class Colour(Enum):
    DARK_RED = "dark red"
    RED = "red"


class Thing(DataModel):
    colour: Colour
    kind: Literal["a car", "car"] | None = None


class Node(DataModel):
    child: "Node | None" = None
    name: str = ""


FAILING = [
    Accuracy,
    CategoricalAccuracy,
    F1Score,
    Precision,
    Recall,
    CategoricalF1Score,
    ListF1Score,
]


async def gathered(metric, *pairs):
    for y_true, y_pred in pairs:
        await metric.update_state(y_true, y_pred)
    return metric.result()


@pytest.mark.parametrize("cls", FAILING, ids=lambda cls: cls.__name__)
async def test_failures_are_never_hidden(cls):
    """One right answer and nine failures are one tenth, not a perfect score."""
    right = (Answer(answer="x"), Answer(answer="x"))

    result = await gathered(cls(), right, *[(Answer(answer="x"), None)] * 9)

    assert result == pytest.approx(0.1)


@pytest.mark.parametrize(
    "cls", [BinaryF1Score, BinaryPrecision, BinaryRecall], ids=lambda cls: cls.__name__
)
@pytest.mark.parametrize("yes", [True, False])
async def test_failures_lower_binary_metrics_whatever_the_target(cls, yes):
    """A failure is wrong on a yes and on a no."""
    right = (Yes(yes=True), Yes(yes=True))

    assert await gathered(cls(), right) == 1.0
    assert await gathered(cls(), right, (Yes(yes=yes), None)) == 0.5


async def test_several_fields_give_one_number():
    """The default is the mean over the fields; each is there to be seen."""
    metric = Accuracy()

    result = await gathered(
        metric,
        (Pair(city="Paris", country="France"), Pair(city="Paris", country="Spain")),
        (Pair(city="Rome", country="Italy"), Pair(city="Rome", country="Italy")),
    )

    assert result == 0.75
    assert metric.result_by_field() == {"city": 1.0, "country": 0.5}


async def test_further_fields_of_the_prediction_are_not_looked_at():
    """A program may add its reasoning to the answer."""
    schema = {"type": "object", "properties": {"thinking": {}, "answer": {}}}
    y_pred = JsonDataModel(schema=schema, json={"thinking": "hm", "answer": "x"})

    assert await gathered(Accuracy(), (Answer(answer="x"), y_pred)) == 1.0


async def test_fields_that_nobody_fills_in_do_not_count():
    """Optional fields absent everywhere are no right answers."""
    metric = Accuracy()

    result = await gathered(metric, (Pair(city="Rome"), Pair(city="Oslo")))

    assert result == 0.0
    assert metric.result_by_field() == {"city": 0.0}


async def test_absence_is_an_answer_where_some_samples_have_a_value():
    """Leaving an optional field out is right where the target leaves it out."""
    metric = Accuracy(in_mask=["country"])

    result = await gathered(
        metric,
        (Pair(city="a"), Pair(city="a")),
        (Pair(city="a", country="Italy"), Pair(city="a")),
        (Pair(city="a"), Pair(city="a", country="Italy")),
        (Pair(city="a"), None),
    )

    assert result == 0.25


async def test_fields_absent_everywhere_alone_are_right():
    """If there is nothing but absent fields, agreeing on it is right."""
    metric = Accuracy(in_mask=["country"])

    assert await gathered(metric, (Pair(city="a"), Pair(city="a"))) == 1.0


async def test_texts_of_a_schema_that_lists_them_are_compared_whole():
    """Enum and literal fields are labels, also behind references and unions."""
    y_true = Thing(colour=Colour.DARK_RED, kind="a car")

    metric = F1Score()
    result = await gathered(metric, (y_true, Thing(colour=Colour.RED, kind="car")))

    assert result == 0.0
    assert metric.result_by_field() == {"colour": 0.0, "kind": 0.0}


async def test_a_schema_that_contains_itself_is_no_trouble():
    """Recursive schemas end the search for listed texts."""
    node = Node(child=Node(name="b"), name="a")

    assert await gathered(Accuracy(), (node, node)) == 1.0


async def test_fields_come_from_the_value_where_the_schema_names_none():
    """A free-form object is compared by its keys."""
    y_true = JsonDataModel(schema={"type": "object"}, json={"a": 1})
    y_pred = JsonDataModel(schema={"type": "object"}, json={"a": 2})

    assert await gathered(Accuracy(), (y_true, y_true), (y_true, y_pred)) == 0.5


async def test_masks_choose_the_fields():
    """Only the chosen fields are compared."""
    metric = Accuracy(out_mask=["country"])

    result = await gathered(
        metric, (Pair(city="a", country="b"), Pair(city="a", country="c"))
    )

    assert result == 1.0
    assert metric.result_by_field() == {"city": 1.0}


async def test_no_target_is_an_error():
    """Comparing with nothing is a mistake in the set-up."""
    with pytest.raises(
        ConfigurationError, match=r"^Metric `accuracy` compares .* `y_true` is None\."
    ):
        await Accuracy()(None, Answer(answer="x"))


async def test_several_outputs_need_several_metrics():
    """A list of outputs is refused with what to do."""
    with pytest.raises(
        ConfigurationError, match=r"`f1_score` compares one output .* metric of its own"
    ):
        await F1Score()([Answer(answer="x")], [Answer(answer="x")])


async def test_state_goes_through_json_and_is_reset():
    """Counts are saved, restored and forgotten."""
    first, second = F1Score(), F1Score()
    await gathered(first, (Answer(answer="red car"), Answer(answer="red bus")))

    state = json.loads(json.dumps(first.state_dict()))
    second.load_state_dict(state)

    assert state == {"answer": {"": [1, 1, 1]}}
    assert second.result() == first.result() == 0.5
    second.reset_state()
    assert second.result() == 0.0


@pytest.mark.parametrize(
    "state", [{"total": 1}, {"a": {"b": "x"}}, {"a": {"b": [1] * 4}}]
)
def test_a_foreign_state_is_refused(state):
    """The state of another kind of metric is an error."""
    with pytest.raises(StateMismatchError, match="`accuracy` cannot go on from"):
        Accuracy().load_state_dict(state)


@pytest.mark.parametrize("cls", FAILING, ids=lambda cls: cls.__name__)
def test_no_data_gives_zero(cls):
    """A metric without data is 0.0, and higher is better."""
    assert cls().result() == 0.0
    assert cls().result_by_field() == {}
    assert cls.direction == "up"


answers = st.lists(
    st.tuples(
        st.sampled_from(["a b", "b c", "c"]), st.sampled_from(["a b", "c", None])
    ),
    min_size=1,
    max_size=8,
)


@given(answers, st.randoms(use_true_random=False))
@pytest.mark.parametrize("cls", FAILING, ids=lambda cls: cls.__name__)
async def test_order_and_repetition_of_samples_change_nothing(cls, texts, random):
    """The result depends on the samples, not on the order in which they end."""
    pairs = [
        (Answer(answer=target), None if text is None else Answer(answer=text))
        for target, text in texts
    ]
    shuffled = random.sample(pairs, len(pairs))

    result = await gathered(cls(), *pairs)

    assert await gathered(cls(), *shuffled, *pairs) == pytest.approx(result)
    assert 0.0 <= result <= 1.0
