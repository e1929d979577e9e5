"""The decision of early stopping, and what counts as better."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synalinks.callbacks._improvement import Improvement
from synalinks.callbacks._stopping_rule import StopCause, StoppingRule, Watched

NAN, INF = math.nan, math.inf
VALUES = st.one_of(
    st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(allow_nan=True, width=32)
)


def run(rule, values):
    """Return the position at which a rule stops, its cause, and what is known."""
    watched = Watched()
    for index, value in enumerate(values):
        decision = rule.decide(value, watched)
        watched = decision.watched
        if decision.cause is not None:
            return index, decision.cause, watched
    return None, None, watched


@pytest.mark.parametrize(
    ("value", "best", "options", "expected"),
    [
        (0.6, 0.5, {}, True),
        (0.5, 0.5, {}, False),
        (0.51, 0.5, {"min_delta": 0.01}, False),
        (0.511, 0.5, {"min_delta": 0.01}, True),
        (0.4, 0.5, {"sense": "min"}, True),
        (0.49, 0.5, {"sense": "min", "min_delta": 0.01}, False),
        (100.5, 100.0, {"min_reldelta": 0.01}, False),
        (101.5, 100.0, {"min_reldelta": 0.01}, True),
        (-99.5, -100.0, {"min_reldelta": 0.01}, False),
        (0.0, None, {"min_delta": 9.0}, True),
        (NAN, None, {}, False),
        (NAN, 0.5, {}, False),
        (INF, 0.5, {}, False),
        (-INF, 0.5, {"sense": "min"}, False),
    ],
)
def test_what_is_better(value, best, options, expected):
    """Better is strictly, by the margin, and never what is not finite."""
    assert Improvement(**{"sense": "max", **options}).is_better(value, best) is expected


@given(
    st.lists(VALUES, max_size=12),
    st.integers(0, 4),
    st.sampled_from([0.0, 0.1]),
    st.sampled_from(["max", "min"]),
)
def test_patience_is_a_three_line_specification(values, patience, min_delta, sense):
    """Stop at the first value that ends `patience` values without a new best one."""
    improvement = Improvement(sense=sense, min_delta=min_delta)
    rule = StoppingRule(improvement=improvement, patience=patience, check_finite=False)

    # The specification.
    bests = []  # positions of improvements
    for i, value in enumerate(values):
        if improvement.is_better(value, values[bests[-1]] if bests else None):
            bests.append(i)
        if i > 0 and i - (bests[-1] if bests else -1) >= max(1, patience):
            break
    else:
        i = None

    at, cause, watched = run(rule, values)
    assert at == i
    assert cause is (None if i is None else StopCause.PATIENCE)
    assert watched.best == (values[bests[-1]] if bests else None)


@pytest.mark.parametrize(
    ("values", "options", "at", "cause"),
    [
        ([0.5, 0.5, 0.5], {"patience": 2}, 2, StopCause.PATIENCE),
        ([0.5, 0.5], {}, 1, StopCause.PATIENCE),
        ([0.5, 1.0], {"stop_at": 1.0, "patience": 9}, 1, StopCause.TARGET),
        ([1.0], {"stop_at": 1.0}, 0, StopCause.TARGET),
        ([5.0, 3.0], {"stop_at": 3.0, "sense": "min"}, 1, StopCause.TARGET),
        ([5.0, 4.0], {"stop_at": 3.0, "sense": "min"}, None, None),
        ([0.5, 0.05], {"divergence": 0.1, "patience": 9}, 1, StopCause.DIVERGENCE),
        ([5.0, 50.0], {"divergence": 10.0, "sense": "min"}, 1, StopCause.DIVERGENCE),
        ([0.5, NAN], {"patience": 9}, 1, StopCause.NOT_FINITE),
        ([0.5, NAN, 0.6], {"patience": 9, "check_finite": False}, None, None),
        ([NAN], {"check_finite": False}, None, None),
        ([INF], {"stop_at": 1.0, "check_finite": False}, None, None),
        ([0.1, 0.2, 0.3], {"baseline": 0.5, "patience": 2}, 1, StopCause.PATIENCE),
        ([0.1, 0.6, 0.7], {"baseline": 0.5, "patience": 2}, None, None),
    ],
)
def test_when_to_stop(values, options, at, cause):
    """Each cause, at the value at which it is one."""
    options = dict(options)
    sense = options.pop("sense", "max")
    rule = StoppingRule(improvement=Improvement(sense=sense), **options)

    assert run(rule, values)[:2] == (at, cause)


def test_a_target_that_is_reached_is_the_best_value_first():
    """What ends training is not forgotten."""
    rule = StoppingRule(improvement=Improvement(sense="max"), stop_at=1.0)

    assert run(rule, [0.5, 1.0])[2].best == 1.0
