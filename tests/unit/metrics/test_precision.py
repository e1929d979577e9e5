"""Precision."""

import pytest
import sklearn.metrics as judge
from hypothesis import given
from hypothesis import strategies as st

from synalinks.data_models import DataModel
from synalinks.metrics import BinaryPrecision, CategoricalPrecision, Precision


class Answer(DataModel):
    answer: str


class Yes(DataModel):
    yes: float


async def gathered(metric, pairs):
    for y_true, y_pred in pairs:
        await metric.update_state(y_true, y_pred)
    return metric.result()


async def test_words_by_hand():
    """2 hits, 1 extra, 2 missed."""
    pair = (Answer(answer="one two three four"), Answer(answer="one two five"))

    assert await gathered(Precision(), [pair]) == pytest.approx(2 / 3)


async def test_yes_and_no_by_hand():
    """1 right yes, 2 wrong yeses, 1 missed yes."""
    answers = [(1, 0.9), (0, 0.8), (0, 0.9), (1, 0.7)]
    pairs = [(Yes(yes=true), Yes(yes=pred)) for true, pred in answers]

    assert await gathered(BinaryPrecision(threshold=0.75), pairs) == pytest.approx(
        1 / 3
    )


labels = st.sampled_from(["cat", "dog", "owl"])


@given(
    st.lists(st.tuples(labels, labels), min_size=1),
    st.sampled_from(["micro", "macro", "weighted"]),
)
async def test_labels_are_averaged_as_by_scikit_learn(pairs, average):
    """All averages have the usual definitions."""
    models = [(Answer(answer=true), Answer(answer=pred)) for true, pred in pairs]

    result = await gathered(CategoricalPrecision(average), models)

    expected = judge.precision_score(
        *zip(*pairs, strict=True), average=average, zero_division=0
    )
    assert result == pytest.approx(expected)


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (Precision, "precision"),
        (BinaryPrecision, "binary_precision"),
        (CategoricalPrecision, "categorical_precision"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(cls, name):
    """Names in logs are those of the API, and the configuration keeps them."""
    assert cls().name == cls.from_config(cls().get_config()).name == name
