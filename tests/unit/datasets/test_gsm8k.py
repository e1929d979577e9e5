"""The data set GSM8K."""

import json

import pytest

from synalinks.datasets import gsm8k
from synalinks.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "maths"
    path.mkdir()
    for split in ("train", "test"):
        write(path / f"{split}.jsonl", ["1 + 1 = <<1+1=2>>2\nSo 2.\n#### 2"] * 5)
    return path


def write(path, answers):
    rows = [
        {"question": f"Q{index}", "answer": text} for index, text in enumerate(answers)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))


def test_a_folder_is_loaded(folder):
    """The solution loses the annotations for calculators; the answer is a number."""
    (x_train, y_train), (x_test, y_test) = gsm8k.load_data(folder)

    assert len(x_train) == len(y_train) == len(x_test) == len(y_test) == 5
    assert x_train[1].get_json() == {"question": "Q1"}
    assert y_train[0].get_json() == {"thinking": "1 + 1 = 2\nSo 2.", "answer": 2.0}


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7.0), ("1,080", 1080.0), ("-3", -3.0), ("0.5", 0.5), (".5", 0.5)],
)
def test_numbers_are_read(folder, text, number):
    """Groups of thousands, signs and decimals are understood."""
    write(folder / "train.jsonl", [f"So.\n#### {text} "])

    (_, y_train), _ = gsm8k.load_data(folder)

    assert y_train[0].get("answer") == number


@pytest.mark.parametrize("answer", ["no number", "#### many", "#### 1 #### x", None])
def test_a_solution_without_a_number_is_named(folder, answer):
    """The message says the file and the line."""
    write(folder / "train.jsonl", [answer])

    with pytest.raises(
        ConfigurationError, match=r"train\.jsonl:1: `answer` is .* `#### ` and a number"
    ):
        gsm8k.load_data(folder)


def test_one_file_is_split_at_its_tail(folder):
    """The last fifth is for testing."""
    (x_train, _), (x_test, _) = gsm8k.load_data(folder / "train.jsonl")

    assert [model.get("question") for model in x_train] == ["Q0", "Q1", "Q2", "Q3"]
    assert [model.get("question") for model in x_test] == ["Q4"]


def test_files_are_downloaded(folder, served):
    """Without a path the published files are fetched."""
    (x_train, _), _ = gsm8k.load_data(_base_url=served(folder))

    assert len(x_train) == 5


def test_it_can_be_iterated_over(folder):
    """Batches of a split, with each problem as often as asked for."""
    dataset = gsm8k.iterable_dataset(repeat=2, batch_size=2, limit=3, path=folder)

    batches = [[model.get("question") for model in x] for x, _ in dataset]

    assert batches == [["Q0", "Q0"], ["Q1", "Q1"], ["Q2", "Q2"]]


def test_data_models():
    """The input is a question, the output the thinking and a number."""
    assert list(gsm8k.get_input_data_model().keys()) == ["question"]
    schema = gsm8k.get_output_data_model().get_schema()
    assert list(schema["properties"]) == ["thinking", "answer"]
    assert schema["properties"]["answer"]["type"] == "number"


def test_the_real_data(real_data):
    """Every solution of the published files ends in a number that is read."""
    (x_train, y_train), (x_test, y_test) = gsm8k.load_data(real_data("gsm8k"))

    assert len(x_train) == len(y_train) > 0
    assert len(x_test) == len(y_test) > 0
    assert not any("<<" in model.get("thinking") for model in y_train)
