"""`plot_history_with_mean_and_std`: several runs of one thing as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.utils._curves import chosen, mean_curves
from synalinks.utils._panels import draw_stacked, panels_by_scale
from synalinks.utils._style import own_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from synalinks.utils._curves import HistoryLike


def plot_history_with_mean_and_std(  # noqa: PLR0917 - as for `plot_history`
    history_list: Sequence[HistoryLike],
    to_file: str | Path = "training_history_with_mean_and_std.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Epochs",
    ylabel: str = "Scores",
    title: str = "Training history (mean ± standard deviation)",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot the mean of several runs over the epochs, in a band of a standard deviation.

    The runs are those of one program and different seeds. Where one of them has no
    value, the mean is that of the others.

    Args:
        history_list: What `fit` returned, once for each run.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label under the plot.
        ylabel: Label beside the scores.
        title: Text above the plot.
        grid: Whether to draw a grid.
        metrics_filter: Names to plot; `reward` stands for `val_reward` too. All when
            None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    panels = panels_by_scale(chosen(mean_curves(history_list), metrics_filter), ylabel)
    with own_style():
        figure = draw_stacked(panels, xlabel=xlabel, title=title, grid=grid)
        return write_figure(figure, to_file, to_folder)
