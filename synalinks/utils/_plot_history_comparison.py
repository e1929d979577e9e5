"""Pictures that compare the histories of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.utils._curves import check_named, chosen, curves_of, mean_curves
from synalinks.utils._panels import draw_grid, panels_by_metric
from synalinks.utils._style import own_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from synalinks.utils._curves import Curve, HistoryLike


def plot_history_comparison(  # noqa: PLR0917 - as for `plot_history`
    history_dict: Mapping[str, HistoryLike],
    to_file: str | Path = "training_history_comparison.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Epochs",
    ylabel: str = "Scores",
    title: str = "Training history comparison",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot the histories of several runs, with a panel for each metric.

    Each run has one colour in all panels; values of the validation are dashed.

    Args:
        history_dict: What `fit` returned, by the name that the legend gives it.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label under the plot.
        ylabel: Label beside the scores.
        title: Text above the plot.
        grid: Whether to draw grids.
        metrics_filter: Names to plot; `reward` stands for `val_reward` too. All when
            None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    check_named("history_dict", history_dict)
    curves = {run: curves_of(history) for run, history in history_dict.items()}
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    return _write(curves, labels, grid, metrics_filter, (to_file, to_folder))


def plot_history_comparison_with_mean_and_std(  # noqa: PLR0917 - as for `plot_history`
    history_dict: Mapping[str, Sequence[HistoryLike]],
    to_file: str | Path = "training_history_comparison_with_mean_and_std.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Epochs",
    ylabel: str = "Scores",
    title: str = "Training history comparison (mean ± standard deviation)",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot the means of groups of runs, in bands of a standard deviation.

    Args:
        history_dict: Lists of what `fit` returned, by the name of the group.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label under the plot.
        ylabel: Label beside the scores.
        title: Text above the plot.
        grid: Whether to draw grids.
        metrics_filter: Names to plot; `reward` stands for `val_reward` too. All when
            None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    check_named("history_dict", history_dict)
    curves = {run: mean_curves(histories) for run, histories in history_dict.items()}
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    return _write(curves, labels, grid, metrics_filter, (to_file, to_folder))


def _write(
    curves_by_run: Mapping[str, Sequence[Curve]],
    labels: Mapping[str, str],
    grid: bool,
    metrics_filter: Iterable[str] | None,
    place: tuple[str | Path, str | Path | None],
) -> Any:
    # Those that are asked for; a run need not have all of them.
    every = [curve for curves in curves_by_run.values() for curve in curves]
    wanted = {curve.name for curve in chosen(every, metrics_filter)}
    shown = {
        run: [curve for curve in curves if curve.name in wanted]
        for run, curves in curves_by_run.items()
    }
    with own_style():
        figure = draw_grid(panels_by_metric(shown), **labels, grid=grid)
        return write_figure(figure, *place)
