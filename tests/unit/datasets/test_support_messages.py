"""The messages that come with the package."""

from collections import Counter

import pytest

from synalinks.datasets import support_messages
from synalinks.errors import ConfigurationError


def intents_of(y):
    return Counter(model.get("intent") for model in y)


def test_nothing_is_downloaded_and_every_intent_is_on_both_sides():
    """360 messages of 8 intents, four of five for training, none twice."""
    (x_train, y_train), (x_test, y_test) = support_messages.load_data()

    texts = [model.get("text") for model in [*x_train, *x_test]]
    assert len(texts) == len(set(texts)) == 360
    assert set(intents_of(y_train)) == set(intents_of(y_test))
    assert len(intents_of(y_train)) == 8
    assert 280 <= len(x_train) <= 290


def test_data_models():
    """The output is one of the intents of the file."""
    schema = support_messages.get_output_data_model().get_schema()

    assert len(schema["properties"]["intent"]["enum"]) == 8
    assert list(support_messages.get_input_data_model().keys()) == ["text"]


def test_another_file(tmp_path):
    """A file of the same columns and intents can stand in."""
    intent = support_messages.get_output_data_model().get_schema()["properties"][
        "intent"
    ]
    path = tmp_path / "more.csv"
    path.write_text("text,intent\n" + f"Hello,{intent['enum'][0]}\n" * 4)

    (x_train, _), (x_test, _) = support_messages.load_data(path, validation_split=0.5)

    assert len(x_train) == len(x_test) == 2


def test_it_can_be_iterated_over():
    """Batches of a split."""
    dataset = support_messages.iterable_dataset(batch_size=4, limit=6, split="test")

    assert [len(x) for x, _ in dataset] == [4, 2]


def test_an_unknown_split_is_refused():
    """There is training and test data only."""
    with pytest.raises(ConfigurationError, match="`split` is 'validation'"):
        support_messages.iterable_dataset(split="validation")
