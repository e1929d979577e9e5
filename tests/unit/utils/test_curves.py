"""Means of several runs, and what is refused."""

import re

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils._curves import check_named, mean_curves, spread_of


def test_means_and_deviations_are_those_of_samples():
    """A run that ended early leaves the later epochs to the others."""
    (curve,) = mean_curves([{"reward": [0.2, 0.4]}, {"reward": [0.4, 0.6, 0.8]}])

    assert curve.epochs == [1, 2, 3]
    assert curve.values == pytest.approx([0.3, 0.5, 0.8])
    assert curve.spreads == pytest.approx([0.02**0.5, 0.02**0.5, 0.0])


def test_one_value_has_no_deviation():
    """A single run is drawn as it is."""
    assert spread_of([0.5]) == 0.0


@pytest.mark.parametrize("given", [[], {"reward": [1]}, "runs", None])
def test_a_list_of_runs_is_asked_for(given):
    """What is no list, or an empty one, is answered with what was received."""
    message = "`history_list` is a list with one entry per run, received: "
    with pytest.raises(ConfigurationError, match=re.escape(f"{message}{given!r}")):
        mean_curves(given)


@pytest.mark.parametrize("given", [{}, [1], None])
def test_a_dict_of_runs_is_asked_for(given):
    """What is no dict, or an empty one, is answered with what was received."""
    with pytest.raises(ConfigurationError, match=re.escape(f"received: {given!r}")):
        check_named("history_dict", given)
