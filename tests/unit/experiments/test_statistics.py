"""Means, intervals and verdicts of `Experiment`."""

import math

import numpy as np
import pytest

from synalinks._internal.rng import numpy_stream
from synalinks.errors import ConfigurationError
from synalinks.experiments import estimate, holm
from synalinks.experiments._comparison import compare_tables

N_SAMPLES, N_TIMES = 300, 100


def arms(seed, n_replicates, difference):
    """Return right and wrong answers of two arms on samples of unlike difficulty.

    Several replicates differ by about 0.01, as trainings do.
    """
    spread = 0.03 if n_replicates > 1 else 0.0
    generator = numpy_stream(seed, "test")
    difficulty = generator.normal(size=N_SAMPLES)
    tables = {}
    for arm, offset in (("a", difference), ("b", 0.0)):
        shifts = generator.normal(size=(n_replicates, 1)) * spread
        noise = generator.normal(size=(n_replicates, N_SAMPLES))
        # Of a normal variable, 0.6 and 0.7 are exceeded by the shifted one.
        levels = {0.0: 0.2533, 0.10: 0.5244}[offset] + shifts
        is_right = 0.8 * difficulty + 0.6 * noise < levels
        tables[arm] = {
            replicate: {f"test:{i}": float(x) for i, x in enumerate(row)}
            for replicate, row in enumerate(is_right)
        }
    return tables


def shown(n_replicates, difference, n_times=N_TIMES):
    """Return for each of some experiments whether a difference is shown."""
    found = [
        compare_tables(arms(seed, n_replicates, difference), seed=seed)[0]
        for seed in range(n_times)
    ]
    assert all(
        one.is_shown == (not one.difference.low <= 0 <= one.difference.high)
        for one in found
        if abs(one.p_value - one.level) > 0.1 * one.level
    )
    return [one.is_shown for one in found]


@pytest.mark.parametrize(("n_replicates", "n_times"), [(1, 300), (2, 100), (3, 100)])
def test_the_same_arm_twice_shows_no_difference(n_replicates, n_times):
    """In at least 95 of 100 experiments, nothing is shown."""
    found = shown(n_replicates, 0.0, n_times)

    assert sum(found[:100]) <= 5
    assert sum(found) <= 0.05 * n_times


@pytest.mark.parametrize("n_replicates", [1, 3])
def test_a_true_difference_is_found(n_replicates):
    """A difference of 0.10 on 300 samples is found in at least 80 of 100."""
    assert sum(shown(n_replicates, 0.10)) >= 80


def test_one_replicate_has_to_show_more():
    """Its level is 0.025, its interval of 97.5 %, and both are told."""
    (one,), (three,) = (compare_tables(arms(1, n, 0.10), seed=1) for n in (1, 3))

    assert (one.level, three.level) == pytest.approx((0.025, 0.05))
    assert "] (97.5 %), p = " in str(one)
    assert "] (95 %), p = " in str(three)


def test_an_estimate_knows_its_error():
    """The standard error is that of the textbook for one replicate; draws repeat."""
    row = np.arange(10.0)

    one = estimate([row], seed=1)

    assert one.mean == 4.5
    assert one.standard_error == pytest.approx(row.std(ddof=1) / math.sqrt(10))
    assert one.low < 4.5 < one.high
    assert one == estimate([row], seed=1) != estimate([row], seed=2)


def test_replicates_that_differ_make_the_interval_wider():
    """Ten times as many cells of three trainings are no thirty observations."""
    same = np.tile(np.arange(300) % 2, (3, 1)).astype(float)
    shifted = same + np.array([[-0.2], [0.0], [0.2]])

    narrow, wide = (estimate(one, seed=1) for one in (same, shifted))

    assert narrow.mean == pytest.approx(wide.mean)
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)


def test_replicates_of_one_mean_may_differ_all_the_same():
    """That two trainings came to the same mean does not make the interval shorter."""
    row = np.arange(300) % 2

    one = estimate([row, 1 - row], seed=1)

    # Of a column, one cell is 0 and one is 1: their variance is 1/2.
    assert one.standard_error == pytest.approx(math.sqrt(300 / 2 / 299 / 600))
    assert one.high - one.low > 3 * one.standard_error


def test_luck_of_trainings_does_not_cancel():
    """Each arm tells how far its trainings differ, also where both do alike."""
    row = np.arange(300) % 2
    lucky = np.array([row, row + 0.3])
    single, alike = estimate([row], seed=1), estimate(lucky, minus=lucky - 0.1, seed=1)

    assert alike.mean == pytest.approx(0.1)
    # The rows of each arm differ by 0.3, so that its mean has a variance of 0.3**2 / 4.
    assert alike.standard_error == pytest.approx(math.sqrt(2 * 0.3**2 / 4))
    assert alike.low < 0 < alike.high
    assert single.low > 0


def test_two_arms_know_more_of_their_trainings_than_one():
    """The spread of two arms has twice the degrees of freedom of that of one."""
    shift = np.array([[0.0], [0.1]])
    flat = np.zeros((2, 300)) + shift

    one, two = estimate(flat, seed=1), estimate(flat, minus=flat - 1, seed=1)

    # Quantiles of t with one degree of freedom are 12.7 standard errors, with two 4.3.
    for found, quantile in ((one, 12.7), (two, 4.3)):
        width = (found.high - found.low) / 2
        assert width / found.standard_error == pytest.approx(quantile, rel=0.05)


def test_tables_of_two_shapes_are_refused():
    """What is not of the same samples cannot be paired."""
    with pytest.raises(ConfigurationError, match=r"received: \(2, 5\) and \(1, 5\)"):
        estimate(np.zeros((2, 5)), minus=np.zeros((1, 5)), seed=1)


def test_what_never_differs_shows_nothing():
    """Equal rewards on all samples are no difference, and no error."""
    one = estimate(np.zeros((3, 20)), seed=1)

    assert (one.low, one.high, one.p_value, one.standard_error) == (0, 0, 1, 0)


def test_one_sample_tells_nothing():
    """There is no interval without a second sample."""
    one = estimate([[1.0]], seed=1)

    assert math.isnan(one.standard_error)
    assert (one.low, one.high, one.p_value) == (-math.inf, math.inf, 1.0)


def test_holm_allows_for_the_number_of_comparisons():
    """The smallest p-value is multiplied most, and order is kept."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_comparisons_allow_for_each_other():
    """With three arms, p-values are those of Holm over the three pairs."""
    tables = {**arms(1, 1, 0.10), "c": arms(2, 1, 0.10)["a"]}

    found = compare_tables(tables, seed=1)

    single = [one.difference.p_value for one in found]
    assert [one.p_value for one in found] == holm(single) != single
    with_a = compare_tables(tables, seed=1, baseline="a")
    assert [(one.first, one.second) for one in with_a] == [("b", "a"), ("c", "a")]


def test_only_what_both_have_is_compared():
    """Samples that one lacks and replicates without a partner are left out."""
    tables = {
        "a": {0: {"t:0": 1.0, "t:1": 1.0, "t:2": 1.0}, 1: {"t:0": 1.0}},
        "b": {0: {"t:0": 0.0, "t:1": 1.0}},
        "c": {5: {"t:0": 0.0}},
    }

    found = compare_tables(tables, seed=1)

    assert [(one.first, one.second) for one in found] == [("a", "b")]
    assert found[0].difference.n_samples == 2
    assert found[0].verdict == "no difference shown"
    assert "no difference shown" in str(found[0])
