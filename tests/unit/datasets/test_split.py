"""Training data and test data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.datasets import split_train_test
from synalinks.datasets._split import split_by_label
from synalinks.errors import ConfigurationError


def test_the_tail_is_for_testing():
    """The order is kept and nothing is drawn."""
    x, y = list(range(10)), list("abcdefghij")

    (x_train, y_train), (x_test, y_test) = split_train_test(x, y)

    assert (x_train, y_train) == (list(range(8)), list("abcdefgh"))
    assert (x_test, y_test) == ([8, 9], ["i", "j"])


def test_arrays_stay_arrays():
    """The types given are the types returned."""
    x = np.array(["a", "b", "c", "d"], dtype=object)

    (x_train, y_train), (x_test, y_test) = split_train_test(x, None, 0.5)

    assert isinstance(x_train, np.ndarray)
    assert (list(x_train), list(x_test)) == (["a", "b"], ["c", "d"])
    assert y_train is y_test is None


@given(st.integers(2, 300), st.floats(0.01, 0.99))
def test_nothing_is_lost_and_no_side_is_empty(n_samples, validation_split):
    """Both sides together are the data, or the split is refused."""
    x = list(range(n_samples))

    try:
        (x_train, _), (x_test, _) = split_train_test(x, x, validation_split)
    except ConfigurationError:
        assert n_samples * min(validation_split, 1 - validation_split) < 1
    else:
        assert x_train + x_test == x
        assert x_train
        assert x_test
        assert abs(len(x_test) - n_samples * validation_split) <= 1


def test_errors_of_floats_do_not_matter():
    """0.9 of 10 samples are 9, though 10 * (1 - 0.9) is less than 1."""
    (x_train, _), (x_test, _) = split_train_test(list(range(10)), None, 0.9)

    assert (len(x_train), len(x_test)) == (1, 9)


@pytest.mark.parametrize(
    ("x", "y", "split", "message"),
    [
        pytest.param(
            [1] * 10, [1] * 7, 0.2, r"^`x` has 10 samples and `y` has 7\.", id="lengths"
        ),
        pytest.param([], [], 0.2, "of 0 samples leaves no training sample", id="empty"),
        pytest.param([1], [1], 0.2, "of 1 samples leaves no training", id="one"),
        pytest.param([1, 2], None, 0.9, "leaves no training sample", id="all for test"),
        pytest.param([1, 2], None, 0.0, r"`validation_split` is 0\.0\.", id="zero"),
        pytest.param([1, 2], None, 1, "`validation_split` is 1", id="one as share"),
        pytest.param([1, 2], None, "0.2", "`validation_split` is '0.2'", id="text"),
        pytest.param([1, 2], None, True, "`validation_split` is True", id="boolean"),
        pytest.param("text", None, 0.5, "`x` is 'text'. Expected a list", id="a text"),
        pytest.param(
            iter([1]), None, 0.5, r"`x` is <.*`materialize\(\)`", id="iterator"
        ),
        pytest.param([1, 2], {"a": 1}, 0.5, "`y` is {'a': 1}", id="a dict"),
    ],
)
def test_what_cannot_be_split_is_refused(x, y, split, message):
    """The message says what was received and what to do."""
    with pytest.raises(ConfigurationError, match=message):
        split_train_test(x, y, split)


def test_every_label_is_on_both_sides():
    """A file sorted by label is split within each label."""
    rows = [(label, number) for label in "abc" for number in range(5)]

    train, test = split_by_label(rows, lambda row: row[0], 0.4)

    assert test == [(label, number) for label in "abc" for number in (3, 4)]
    assert sorted(train + test) == rows
