"""`Benchmark`: its data and breakdowns."""

import pytest
from parity import data

from synalinks.errors import ConfigurationError
from synalinks.experiments import Benchmark


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("anser", "which no sample has. Did you mean `answer`"),
        (lambda x, y: 1 // 0, "fails on sample 0: ZeroDivisionError"),
    ],
)
def test_breakdowns_are_tried_before_anything_is_paid_for(rule, message):
    """A field that no sample has, or a function that fails, is refused at once."""
    with pytest.raises(ConfigurationError, match=message):
        Benchmark("test", *data(0, 4), breakdowns={"group": rule})


def test_breakdowns_go_by_target_then_input_or_function():
    """Each rule gives the group of a sample."""
    rules = {
        "answer": "answer",
        "query": "query",
        "long": lambda x, y: len(x.get("query")) > 2,
    }
    one = Benchmark("test", *data(9, 11), breakdowns=rules)

    found = [[one.group_of(rule, *pair) for rule in rules]
             for pair in zip(one.x, one.y, strict=True)]  # fmt: skip

    assert found == [["odd", "n9", "False"], ["even", "n10", "True"]]
