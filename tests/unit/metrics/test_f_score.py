"""F-scores."""

import pytest
import sklearn.metrics as judge
from hypothesis import given
from hypothesis import strategies as st

from synalinks.data_models import DataModel
from synalinks.metrics import (
    BinaryF1Score,
    BinaryFBetaScore,
    CategoricalF1Score,
    CategoricalFBetaScore,
    F1Score,
    FBetaScore,
    ListF1Score,
    ListFBetaScore,
)


class Text(DataModel):
    title: str
    body: str


class Label(DataModel):
    label: str


class Labels(DataModel):
    labels: list[str]


class Yes(DataModel):
    yes: bool


async def gathered(metric, pairs):
    for y_true, y_pred in pairs:
        await metric.update_state(y_true, y_pred)
    return metric.result()


# title: 1 hit, 1 extra, 0 missed: F1 2/3. body: 2 hits, 0 extra, 2 missed: F1 4/6.
# The second sample adds title 1, 0, 1 and body 0, 1, 1.
TEXTS = [
    (
        Text(title="cat", body="one two three four"),
        Text(title="cat dog", body="one two"),
    ),
    (Text(title="red car", body="five"), Text(title="car", body="six")),
]


@pytest.mark.parametrize(
    ("average", "value"),
    [
        pytest.param(None, (4 / 6 + 4 / 8) / 2, id="None is the mean over fields"),
        pytest.param("macro", (4 / 6 + 4 / 8) / 2, id="macro"),
        pytest.param("micro", 8 / 14, id="micro"),
        pytest.param("weighted", (4 / 6 * 3 + 4 / 8 * 5) / 8, id="weighted"),
    ],
)
async def test_word_f1_of_two_fields_by_hand(average, value):
    """Title: 2 hits, 1 extra, 1 missed. Body: 2 hits, 1 extra, 3 missed."""
    metric = F1Score(average=average)

    assert await gathered(metric, TEXTS) == pytest.approx(value)
    assert metric.result_by_field() == pytest.approx({"title": 4 / 6, "body": 4 / 8})


async def test_beta_weighs_recall():
    """F2 of 4 hits, 2 extras, 4 misses is 5*4 / (5*4 + 4*4 + 2)."""
    result = await gathered(FBetaScore("micro", beta=2.0), TEXTS)

    assert result == pytest.approx(20 / 38)


async def test_binary_f1_by_hand():
    """2 right yeses, 1 wrong yes, 1 missed yes, 1 right no: 4/6."""
    answers = [(1, 1), (1, 1), (0, 1), (1, 0), (0, 0)]
    pairs = [(Yes(yes=bool(true)), Yes(yes=bool(pred))) for true, pred in answers]

    assert await gathered(BinaryF1Score(), pairs) == pytest.approx(4 / 6)
    assert await gathered(BinaryFBetaScore(beta=2.0), pairs) == pytest.approx(10 / 15)


labels = st.sampled_from(["cat", "dog", "owl"])
averages = st.sampled_from(["micro", "macro", "weighted"])


@given(st.lists(st.tuples(labels, labels), min_size=1), averages)
async def test_label_f_scores_are_those_of_scikit_learn(pairs, average):
    """All averages have the usual definitions."""
    models = [(Label(label=true), Label(label=pred)) for true, pred in pairs]

    result = await gathered(CategoricalFBetaScore(average, beta=2.0), models)

    expected = judge.fbeta_score(
        *zip(*pairs, strict=True), beta=2.0, average=average, zero_division=0
    )
    assert result == pytest.approx(expected)


sets = st.sets(labels, min_size=1)


@given(st.lists(st.tuples(sets, sets), min_size=1), averages)
async def test_list_f_scores_are_those_of_scikit_learn(pairs, average):
    """Lists of labels are compared as scikit-learn compares several labels."""
    names = ["cat", "dog", "owl"]
    models = [
        (Labels(labels=list(true)), Labels(labels=list(pred))) for true, pred in pairs
    ]

    result = await gathered(ListF1Score(average, labels=names), models)

    rows = [
        [[int(name in side) for name in names] for side in sides]
        for sides in zip(*pairs, strict=True)
    ]
    expected = judge.f1_score(*rows, average=average, zero_division=0)
    assert result == pytest.approx(expected)


async def test_labels_given_are_the_classes():
    """A label that never occurs scores 0.0 in the mean; an unknown one is a mistake."""
    pairs = [
        (Label(label="cat"), Label(label="cat")),
        (Label(label="dog"), Label(label="x")),
    ]

    assert await gathered(CategoricalF1Score(labels=["cat", "dog", "owl"]), pairs) == (
        pytest.approx(1 / 3)
    )
    assert await gathered(CategoricalF1Score("micro", ["cat", "dog"]), pairs) == 0.5


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (FBetaScore, "fbeta_score"),
        (F1Score, "f1_score"),
        (BinaryFBetaScore, "binary_fbeta_score"),
        (BinaryF1Score, "binary_f1_score"),
        (CategoricalFBetaScore, "categorical_fbeta_score"),
        (CategoricalF1Score, "categorical_f1_score"),
        (ListFBetaScore, "list_fbeta_score"),
        (ListF1Score, "list_f1_score"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(cls, name):
    """Names in logs are those of the API, and the configuration makes the same."""
    metric = cls(average="micro", in_mask=["label"])

    again = cls.from_config(metric.get_config())

    assert metric.name == again.name == name
    assert (again.average, again.masks) == ("micro", metric.masks)
