"""`plot_history`: a picture of what `fit` returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.utils._curves import chosen, curves_of
from synalinks.utils._panels import draw_stacked, panels_by_scale
from synalinks.utils._style import own_style

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from synalinks.utils._curves import HistoryLike


def plot_history(  # noqa: PLR0917 - the positions are part of the public API
    history: HistoryLike,
    to_file: str | Path = "training_history.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Epochs",
    ylabel: str = "Scores",
    title: str = "Training history",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot reward and metrics over the epochs.

    Each metric has a colour and a marker; values of the validation are dashed. What is
    from 0 to 1 shares a panel; values of other scales, such as cost, have panels of
    their own below it. Epochs count from 1, as in the progress shown by `fit`. What is
    no number is left out.

    Args:
        history: What `fit` returned, or its `history` dict.
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
    panels = panels_by_scale(chosen(curves_of(history), metrics_filter), ylabel)
    with own_style():
        figure = draw_stacked(panels, xlabel=xlabel, title=title, grid=grid)
        return write_figure(figure, to_file, to_folder)
