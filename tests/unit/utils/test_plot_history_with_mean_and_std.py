"""`plot_history_with_mean_and_std`: several runs as one picture."""

import pytest

from synalinks.errors import ConfigurationError
from synalinks.utils import plot_history_with_mean_and_std
from synalinks.utils._curves import mean_curves
from synalinks.utils._panels import draw_stacked, panels_by_scale

RUNS = [{"reward": [0.2, 0.4], "val_reward": [0.1]}, {"reward": [0.4, 0.8]}]


def test_a_band_lies_around_each_mean():
    """The band reaches a standard deviation up and down; a single run has none."""
    panels = panels_by_scale(mean_curves(RUNS), "Scores")
    (axes,) = draw_stacked(panels, xlabel="", title="", grid=False).axes

    assert [line.get_label() for line in axes.lines] == ["reward", "val_reward"]
    assert list(axes.lines[0].get_ydata()) == pytest.approx([0.3, 0.6])
    (band,) = axes.collections
    heights = {round(y, 3) for _, y in band.get_paths()[0].vertices}
    assert heights == {0.159, 0.441, 0.317, 0.883}


def test_a_picture_is_written(tmp_path):
    """The file is named for what it shows."""
    path = plot_history_with_mean_and_std(RUNS, to_folder=tmp_path)

    assert path == str(tmp_path / "training_history_with_mean_and_std.png")
    assert (tmp_path / path).read_bytes().startswith(b"\x89PNG")


def test_an_unknown_metric_is_refused(tmp_path):
    """The filter is that of `plot_history`."""
    with pytest.raises(ConfigurationError, match="Did you mean `reward`"):
        plot_history_with_mean_and_std(
            RUNS, to_folder=tmp_path, metrics_filter=["rewrd"]
        )
