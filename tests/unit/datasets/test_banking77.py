"""The data set BANKING77."""

from collections import Counter

import pytest

from synalinks.config import synalinks_home
from synalinks.datasets import banking77
from synalinks.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "bank"
    path.mkdir()
    rows = "Where is it?,card_arrival\nWhy declined?,declined_transfer\n"
    for split in ("train", "test"):
        (path / f"{split}.csv").write_text(f"text,category\n{rows * 5}")
    return path


def intents_of(y):
    return Counter(model.get("intent") for model in y)


def test_all_intents_are_listed():
    """The output is one of 77 intents, the input a text."""
    schema = banking77.get_output_data_model().get_schema()

    assert len(set(banking77.INTENTS)) == 77
    assert schema["properties"]["intent"]["enum"] == list(banking77.INTENTS)
    assert list(banking77.get_input_data_model().keys()) == ["text"]


def test_a_folder_is_loaded(folder):
    """Both files become arrays of data models."""
    (x_train, y_train), (x_test, y_test) = banking77.load_data(folder)

    assert len(x_train) == len(y_train) == len(x_test) == len(y_test) == 10
    assert x_train[0].get_json() == {"text": "Where is it?"}
    assert y_train[0].get_json() == {"intent": "card_arrival"}


def test_one_file_is_split_within_each_intent(folder):
    """The tail of every intent is for testing."""
    (_, y_train), (_, y_test) = banking77.load_data(folder / "train.csv")

    assert intents_of(y_train) == {"card_arrival": 4, "declined_transfer": 4}
    assert intents_of(y_test) == {"card_arrival": 1, "declined_transfer": 1}


def test_files_are_downloaded_once(folder, served):
    """Without a path the published files are fetched into the home folder."""
    address = served(folder)

    first = banking77.load_data(_base_url=address)
    for file in folder.iterdir():
        file.unlink()
    again = banking77.load_data(_base_url=address)

    assert len(first[0][0]) == len(again[0][0]) == 10
    assert (synalinks_home() / "datasets" / "banking77" / "test.csv").is_file()


def test_an_unknown_intent_is_named_with_the_line(folder):
    """A label that is none of the 77 is an error."""
    (folder / "train.csv").write_text("text,category\nHi,card_arival\n")

    with pytest.raises(
        ConfigurationError,
        match=r"train\.csv:2: the output\['intent'\] does not fit .*'card_arival'",
    ):
        banking77.load_data(folder)


def test_it_can_be_iterated_over(folder):
    """Batches of a split, with each message as often as asked for."""
    dataset = banking77.iterable_dataset(2, 4, 3, "test", folder)

    assert [len(x) for x, _ in dataset] == [4, 2]
    assert len(dataset) == 2


def test_the_real_data(real_data):
    """The published files have the published sizes, and all intents on both sides."""
    (x_train, y_train), (x_test, y_test) = banking77.load_data(real_data("banking77"))

    assert (len(x_train), len(x_test)) == (10003, 3080)
    assert set(intents_of(y_train)) == set(intents_of(y_test)) == set(banking77.INTENTS)


def test_some_intents_of_the_real_data(real_data):
    """A subset has the intents that its data model lists."""
    options = {"n_intents": 5, "seed": 3}
    (_, y_train), (_, y_test) = banking77.load_data(real_data("banking77"), **options)
    model = banking77.get_output_data_model(**options)

    enum = set(model.get_schema()["properties"]["intent"]["enum"])
    assert set(intents_of(y_train)) == set(intents_of(y_test)) == enum
    assert len(enum) == 5
    assert y_train[0].get_schema() == model.get_schema()
