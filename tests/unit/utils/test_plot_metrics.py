"""Pictures of what `evaluate` returned."""

import math
import re

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import (
    plot_metrics,
    plot_metrics_comparison,
    plot_metrics_comparison_with_mean_and_std,
    plot_metrics_with_mean_and_std,
)
from synalinks.utils._bars import bars_of, chosen_bars, draw_bars, mean_bars

METRICS = {"reward": 0.5, "f1": 0.25, "cost": 0.002, "failed": 0.0, "x": math.nan}
LABELS = {"xlabel": "Metrics", "ylabel": "Scores", "title": "T", "grid": True}


def drawn(bars_by_run, names=None):
    figure = draw_bars(bars_by_run, chosen_bars(bars_by_run, names), **LABELS)
    figure.draw_without_rendering()
    return figure


def test_scores_share_a_panel_and_dollars_have_their_own():
    """Bars are as long as their values, with numbers; no failure is no news."""
    scores, cost = drawn({"": bars_of(METRICS)}).axes

    assert [bar.get_width() for bar in scores.patches] == [0.5, 0.25]
    assert [one.get_text() for one in scores.get_yticklabels()] == ["reward", "f1"]
    assert [one.get_text() for one in scores.texts] == ["0.5", "0.25"]
    assert [one.get_text() for one in cost.get_yticklabels()] == ["cost (US dollars)"]
    assert [one.get_text() for one in cost.texts] == ["0.002"]


def test_means_have_bars_of_their_deviation():
    """The mean of two runs, and how far they are apart."""
    bars = mean_bars([{"reward": 0.4}, {"reward": 0.6}])

    assert bars["reward"].value == pytest.approx(0.5)
    assert bars["reward"].spread == pytest.approx(0.02**0.5)
    assert drawn({"": bars}).axes[0].collections


def test_a_run_need_not_have_every_metric():
    """What is compared has one colour for each run, and a legend below all panels."""
    runs = {"before": bars_of({"reward": 0.1, "f1": 0.1}), "after": bars_of(METRICS)}
    figure = drawn(runs)

    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["before", "after"]
    assert len({bar.get_facecolor() for bar in figure.axes[0].patches}) == 2
    top = legend.get_window_extent().y1
    assert min(axes.get_tightbbox().y0 for axes in figure.axes) > top - 1


@pytest.mark.parametrize("value", [-2.0, 0.0, 1e6])
def test_any_number_is_drawn(value):
    """Negative values, zeros and large numbers have room around them."""
    (axes,) = drawn({"": bars_of({"gain": value, "reward": value})}).axes[:1]

    low, high = axes.get_xlim()
    assert low <= min(value, 0)
    assert high > max(value, 0)


def test_pictures_are_written(tmp_path):
    """Each function writes a file that is named for what it shows."""
    two = [METRICS, METRICS]
    paths = [
        plot_metrics(METRICS, to_folder=tmp_path),
        plot_metrics_with_mean_and_std(two, to_folder=tmp_path),
        plot_metrics_comparison({"a": METRICS}, to_folder=tmp_path),
        plot_metrics_comparison_with_mean_and_std({"a": two}, to_folder=tmp_path),
    ]

    assert sorted(paths) == sorted(map(str, tmp_path.glob("*.png")))
    assert paths[0] == str(tmp_path / "evaluation_metrics.png")


@pytest.mark.parametrize(
    ("metrics", "names", "message"),
    [
        ([0.5], None, "`metrics` is what `evaluate` returned, received: [0.5]."),
        ({"a": "b"}, None, "There is nothing to plot: no value is a number"),
        (METRICS, ["rewrd"], "which the evaluation does not have. It has: `reward`"),
        (METRICS, [], "There is nothing to plot: `metrics_filter` is empty."),
    ],
    ids=["list", "texts", "unknown", "empty"],
)
def test_what_cannot_be_plotted_is_refused(metrics, names, message, tmp_path):
    """What was given, and what is there, is said."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        plot_metrics(metrics, to_folder=tmp_path, metrics_filter=names)
