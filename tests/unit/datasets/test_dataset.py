"""The base class of datasets."""

import numpy as np
import pytest

from synalinks.data_models import DataModel, JsonDataModel
from synalinks.datasets import Dataset
from synalinks.errors import ConfigurationError


class Question(DataModel):
    question: str


class Answer(DataModel):
    answer: str


class Countries(Dataset):
    rows = (("France", "Paris"), ("Italy", "Rome"), ("Spain", "Madrid"))

    def _iter_rows(self):
        for country, capital in self.rows:
            yield {"country": country, "capital": capital}


class Counted(Countries):
    def _n_rows(self):
        return len(self.rows)


INPUTS = {
    "input_data_model": Question,
    "input_template": '{"question": "What is the capital of {{ country }}?"}',
}
BOTH = {
    **INPUTS,
    "output_data_model": Answer,
    "output_template": '{"answer": "{{ capital }}"}',
}


def texts(array, key):
    return [model.get(key) for model in array]


def test_batches_are_tuples_of_object_arrays():
    """The last batch is shorter; the types are those that `fit` takes."""
    batches = list(Countries(**BOTH, batch_size=2))

    assert [len(batch) for batch in batches] == [2, 2]
    assert [x.shape for x, _ in batches] == [(2,), (1,)]
    x, y = batches[0]
    assert isinstance(x, np.ndarray)
    assert isinstance(x[0], JsonDataModel)
    assert texts(y, "answer") == ["Paris", "Rome"]
    assert x[0].get_json() == {"question": "What is the capital of France?"}
    assert x[0].get_schema() == Question.get_schema()


def test_without_targets_there_are_inputs_only():
    """A dataset of inputs gives tuples of one array."""
    batches = list(Countries(**INPUTS))

    assert [len(batch) for batch in batches] == [1, 1, 1]


def test_every_iteration_starts_anew():
    """A dataset can be read once per epoch."""
    dataset = Countries(**BOTH)
    first = next(iter(dataset))

    assert next(dataset())[0][0] == first[0][0]
    assert len(list(dataset())) == len(list(dataset)) == 3


def test_materialize_gives_everything():
    """All samples at once, for `fit(x=..., y=...)`."""
    x, y = Countries(**BOTH, batch_size=2).materialize()

    assert x.shape == y.shape == (3,)
    assert texts(y, "answer") == ["Paris", "Rome", "Madrid"]
    assert Countries(**INPUTS).materialize()[1] is None


def test_limit_and_repeat():
    """The first rows only, each as often as asked for, so that a batch is one row."""
    dataset = Counted(**BOTH, limit=2, repeat=3, batch_size=3)

    assert [texts(y, "answer") for _, y in dataset] == [["Paris"] * 3, ["Rome"] * 3]
    assert len(dataset) == 2


@pytest.mark.parametrize(
    ("options", "n_batches"),
    [
        ({}, 3),
        ({"batch_size": 2}, 2),
        ({"batch_size": 5}, 1),
        ({"limit": 9}, 3),
        ({"limit": 1, "repeat": 4, "batch_size": 3}, 2),
    ],
    ids=str,
)
def test_the_length_is_the_number_of_batches(options, n_batches):
    """`len` agrees with what is iterated over."""
    dataset = Counted(**BOTH, **options)

    assert len(dataset) == len(list(dataset)) == n_batches


def test_an_unknown_length_says_so():
    """Where the rows are not counted, `len` raises as for a generator."""
    dataset = Countries(**BOTH)

    with pytest.raises(TypeError, match="number of rows of `Countries` is not known"):
        len(dataset)
    assert len(list(dataset)) == 3


def test_the_base_class_has_no_rows():
    """A subclass writes where the rows come from; forgetting it shows at once."""
    with pytest.raises(TypeError, match=r"abstract.* _iter_rows"):
        Dataset(**INPUTS)


class Empty(Dataset):
    def _iter_rows(self):
        return iter(())


class Broken(Dataset):
    def _iter_rows(self):
        yield {"country": "France"}
        yield "Italy"


class Partial(Dataset):
    def _iter_rows(self):
        yield {"country": "France"}
        yield {"land": "Italy"}


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        pytest.param(
            Empty, r"^`Empty` has no rows\. Expected one or more\.$", id="none"
        ),
        pytest.param(
            Broken, r"^Broken, row 1: the row is 'Italy'\. Expected a JSON", id="text"
        ),
        pytest.param(
            Partial, r"^Partial, row 1: `input_template` uses what", id="missing"
        ),
    ],
)
def test_bad_rows_are_named(cls, message):
    """Nothing to read, or a row that is none, is an error that says where."""
    with pytest.raises(ConfigurationError, match=message):
        list(cls(**INPUTS))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, "`input_data_model` or `input_schema`", id="no input"),
        pytest.param(
            {**INPUTS, "output_template": "{}"}, "`output_schema`", id="no output model"
        ),
        pytest.param({**INPUTS, "batch_size": 0}, "`batch_size` is 0", id="batch size"),
        pytest.param({**INPUTS, "limit": -1}, "`limit` is -1", id="limit"),
        pytest.param({**INPUTS, "repeat": True}, "`repeat` is True", id="repeat"),
        pytest.param(
            {**INPUTS, "tools_template": "[]"}, "`tools_template` is not", id="tools"
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, message):
    """Mistakes are found when the dataset is made."""
    with pytest.raises(ConfigurationError, match=message):
        Countries(**options)


def test_an_unknown_argument_is_refused():
    """A misspelled argument is not swallowed."""
    with pytest.raises(TypeError, match="`Countries` has no argument `batchsize`"):
        Countries(**INPUTS, batchsize=3)


def test_arguments_of_none_are_the_defaults():
    """None stands for "not given" everywhere."""
    dataset = Countries(**INPUTS, batch_size=None, limit=None, output_data_model=None)

    assert (dataset.batch_size, dataset.limit) == (1, None)
    assert len(next(iter(dataset))) == 1
