"""Pictures that compare runs."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import (
    plot_history_comparison,
    plot_history_comparison_with_mean_and_std,
)
from synalinks.utils._curves import curves_of
from synalinks.utils._panels import draw_grid, panels_by_metric

RUNS = {
    "first": {"reward": [0.2, 0.4], "val_reward": [0.1, 0.2], "cost": [1.0, 2.0]},
    "second": {"reward": [0.4, 0.8]},
}


def test_each_metric_has_a_panel_and_each_run_a_colour():
    """Validation is dashed in the colour of its run; the legend names each run once."""
    panels = panels_by_metric({name: curves_of(run) for name, run in RUNS.items()})
    figure = draw_grid(panels, xlabel="Epochs", ylabel="Scores", title="", grid=True)
    reward, cost = figure.axes

    assert [axes.get_title() for axes in figure.axes] == ["reward", "cost (US dollars)"]
    first, validation, second = reward.lines
    assert first.get_color() == validation.get_color() == cost.lines[0].get_color()
    assert first.get_color() != second.get_color()
    assert validation.get_linestyle() == "--"
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["first", "second", "training", "validation"]


@pytest.mark.parametrize(
    ("run", "labels"),
    [
        ({"cost": [1.0, 2.0], "reward": [0.1, 0.2]}, ["", ""]),
        ({f"m{i}": [0.1] for i in range(3)} | {"cost": [1.0]}, ["Scores", "", "", ""]),
        ({"cost": [1.0, 2.0]}, ["Scores"]),
    ],
    ids=["dollars first", "dollars below scores", "dollars alone"],
)
def test_the_label_is_beside_scores(run, labels):
    """Dollars are not called scores, unless nothing else is there to be labelled."""
    panels = panels_by_metric({"a": curves_of(run)})
    figure = draw_grid(panels, xlabel="Epochs", ylabel="Scores", title="", grid=True)

    assert [axes.get_ylabel() for axes in figure.axes] == labels


def test_nothing_overlaps():
    """The legend lies below all labels, also with many panels."""
    run = {f"metric_{i}": [0.1, 0.2] for i in range(12)}
    panels = panels_by_metric({"a": curves_of(run), "b": curves_of(run)})
    figure = draw_grid(panels, xlabel="Epochs", ylabel="Scores", title="T", grid=True)
    figure.draw_without_rendering()

    top = figure.legends[0].get_window_extent().y1
    assert len(figure.axes) == 12
    assert all(axes.get_tightbbox().y0 >= top for axes in figure.axes)


def test_pictures_are_written(tmp_path):
    """Files are named for what they show."""
    one = plot_history_comparison(RUNS, to_folder=tmp_path)
    groups = {name: [run, run] for name, run in RUNS.items()}
    two = plot_history_comparison_with_mean_and_std(groups, to_folder=tmp_path)

    assert one == str(tmp_path / "training_history_comparison.png")
    assert two == str(tmp_path / "training_history_comparison_with_mean_and_std.png")
    assert len([*tmp_path.glob("*.png")]) == 2


@pytest.mark.parametrize(
    ("runs", "names", "message"),
    [
        ([RUNS["first"]], None, "`history_dict` is a dict of what is compared"),
        (RUNS, ["f1"], "It has: `reward`, `val_reward`, `cost`"),
        ({"a": {}}, None, "There is nothing to plot"),
    ],
    ids=["list", "unknown", "empty"],
)
def test_what_cannot_be_compared_is_refused(runs, names, message, tmp_path):
    """The message says what there is."""
    with pytest.raises(ConfigurationError, match=message):
        plot_history_comparison(runs, to_folder=tmp_path, metrics_filter=names)
