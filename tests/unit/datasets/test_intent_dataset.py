"""Texts with one label each."""

import pytest
from pydantic import ValidationError

from synalinks.data_models import DataModel
from synalinks.datasets._intent_dataset import IntentDataset, drawn, intent_model
from synalinks.datasets._source import Part
from synalinks.errors import ConfigurationError

INTENTS = ("ask", "buy", "cancel")


class Message(DataModel):
    text: str


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text("text,category\na,ask\nb,buy\nc,ask\n")
    return Part(path=path, split=None)


def test_a_label_is_one_of_the_intents():
    """The data model lists the intents, as a language model is to be told."""
    model = intent_model("Wish", "What someone wants.", INTENTS)

    assert model(intent="buy").get_json() == {"intent": "buy"}
    assert model.get_schema()["properties"]["intent"]["enum"] == list(INTENTS)
    assert (model.__name__, model.__doc__) == ("Wish", "What someone wants.")
    with pytest.raises(ValidationError, match="'ask', 'buy' or 'cancel'"):
        model(intent="sell")


def test_intents_are_drawn_by_the_seed():
    """The same seed draws the same intents; they keep their order."""
    first = drawn(INTENTS, 2, 0, "test")

    assert drawn(INTENTS, 2, 0, "test") == first
    assert sorted(first) == list(first)
    assert {drawn(INTENTS, 2, seed, "test") for seed in range(20)} == {
        ("ask", "buy"),
        ("ask", "cancel"),
        ("buy", "cancel"),
    }
    assert drawn(INTENTS, None, 0, "test") == INTENTS


@pytest.mark.parametrize("n_intents", [1, 4, 0, True, 2.0, "2"])
def test_there_must_be_as_many_intents(n_intents):
    """A task has two intents or more, and no more than there are."""
    with pytest.raises(
        ConfigurationError, match=r"`n_intents` is .* from 2 to 3, or None"
    ):
        drawn(INTENTS, n_intents, 0, "test")


@pytest.mark.parametrize(
    ("intents", "texts"), [(None, ["a", "b", "c"]), (["ask"], ["a", "c"])], ids=str
)
def test_rows_of_other_intents_are_left_out(part, intents, texts):
    """The column of labels becomes the field `intent`."""
    dataset = IntentDataset(
        part,
        intents,
        "category",
        input_data_model=Message,
        output_data_model=intent_model("Wish", "", INTENTS),
    )

    x, y = dataset.materialize()

    assert [model.get("text") for model in x] == texts
    assert y[0].get_json() == {"intent": "ask"}


def test_a_file_without_labels_is_named(part):
    """The message says the file, the line and the columns."""
    dataset = IntentDataset(part, None, "intent", input_data_model=Message)

    with pytest.raises(
        ConfigurationError,
        match=r"messages\.csv:2: there is no column `intent`\. Columns: `text`, `cat",
    ):
        dataset.materialize()
