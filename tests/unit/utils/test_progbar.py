"""A loop of one's own shows how far it is."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import Progbar


def test_the_bar_ends_full_with_means(capsys):
    """Values are means over the steps; the last drawing ends the line."""
    bar = Progbar(4, width=8, interval=0)

    bar.update(1, [("reward", 1.0)])
    bar.add(3, [("reward", 0.0)])

    *_, last = capsys.readouterr().out.split("\r")
    assert last.startswith("4/4 ━━━━━━━━ - 0s")
    assert last.endswith("- reward: 0.2500\n")


@pytest.mark.parametrize(("verbose", "n_lines"), [(0, 0), (2, 1)])
def test_it_can_be_quiet(capsys, verbose, n_lines):
    """Nothing is printed, or one line at the end."""
    bar = Progbar(3, verbose=verbose)

    for step in range(3):
        bar.update(step + 1)

    assert capsys.readouterr().out.count("\n") == n_lines


def test_an_unknown_target_counts(capsys):
    """Without a target there is a count, and the caller says what the end is."""
    bar = Progbar(None, unit_name="page")

    bar.update(7, finalize=True)

    assert capsys.readouterr().out.startswith("\r7 pages - ")


def test_a_target_is_a_count():
    """Nought steps are no loop."""
    with pytest.raises(ConfigurationError, match="`target`"):
        Progbar(0)
