"""Pictures of what `evaluate` returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.utils._bars import bars_of, chosen_bars, draw_bars, mean_bars
from synalinks.utils._curves import check_named
from synalinks.utils._style import own_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from synalinks.utils._bars import Bar


def plot_metrics(  # noqa: PLR0917 - the positions are part of the public API
    metrics: Mapping[str, Any],
    to_file: str | Path = "evaluation_metrics.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Metrics",
    ylabel: str = "Scores",
    title: str = "Evaluation metrics",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot reward and metrics of an evaluation as bars.

    What is from 0 to 1 shares a panel; values of other scales, such as cost, have
    panels of their own below it. What is no number is left out.

    Args:
        metrics: What `evaluate` returned.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label of the axis with the metrics, which is the upright one.
        ylabel: Label of the axis with the scores.
        title: Text above the plot.
        grid: Whether to draw a grid.
        metrics_filter: Names to plot. All when None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    bars = {"": bars_of(metrics)}
    return _write(bars, labels, grid, metrics_filter, (to_file, to_folder))


def plot_metrics_with_mean_and_std(  # noqa: PLR0917 - as for `plot_metrics`
    metrics_list: Sequence[Mapping[str, Any]],
    to_file: str | Path = "evaluation_metrics_with_mean_and_std.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Metrics",
    ylabel: str = "Scores",
    title: str = "Evaluation metrics (mean ± standard deviation)",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot the means of several evaluations, with bars of a standard deviation.

    Args:
        metrics_list: What `evaluate` returned, once for each run.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label of the axis with the metrics, which is the upright one.
        ylabel: Label of the axis with the scores.
        title: Text above the plot.
        grid: Whether to draw a grid.
        metrics_filter: Names to plot. All when None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    bars = {"": mean_bars(metrics_list)}
    return _write(bars, labels, grid, metrics_filter, (to_file, to_folder))


def plot_metrics_comparison(  # noqa: PLR0917 - as for `plot_metrics`
    metrics_dict: Mapping[str, Mapping[str, Any]],
    to_file: str | Path = "evaluation_comparison.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Metrics",
    ylabel: str = "Scores",
    title: str = "Evaluation comparison",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot several evaluations side by side.

    Args:
        metrics_dict: What `evaluate` returned, by the name that the legend gives it.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label of the axis with the metrics, which is the upright one.
        ylabel: Label of the axis with the scores.
        title: Text above the plot.
        grid: Whether to draw a grid.
        metrics_filter: Names to plot. All when None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    check_named("metrics_dict", metrics_dict)
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    bars = {run: bars_of(metrics) for run, metrics in metrics_dict.items()}
    return _write(bars, labels, grid, metrics_filter, (to_file, to_folder))


def plot_metrics_comparison_with_mean_and_std(  # noqa: PLR0917 - as for `plot_metrics`
    metrics_dict: Mapping[str, Sequence[Mapping[str, Any]]],
    to_file: str | Path = "evaluation_comparison_with_mean_and_std.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Metrics",
    ylabel: str = "Scores",
    title: str = "Evaluation comparison (mean ± standard deviation)",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot the means of groups of evaluations, with bars of a standard deviation.

    Args:
        metrics_dict: Lists of what `evaluate` returned, by the name of the group.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label of the axis with the metrics, which is the upright one.
        ylabel: Label of the axis with the scores.
        title: Text above the plot.
        grid: Whether to draw a grid.
        metrics_filter: Names to plot. All when None.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: There is nothing to plot, or `metrics_filter` names
            something else.
        WriteError: The file cannot be written.
    """
    check_named("metrics_dict", metrics_dict)
    labels = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
    bars = {run: mean_bars(metrics) for run, metrics in metrics_dict.items()}
    return _write(bars, labels, grid, metrics_filter, (to_file, to_folder))


def _write(
    bars_by_run: Mapping[str, Mapping[str, Bar]],
    labels: Mapping[str, str],
    grid: bool,
    metrics_filter: Iterable[str] | None,
    place: tuple[str | Path, str | Path | None],
) -> Any:
    metrics = chosen_bars(bars_by_run, metrics_filter)
    with own_style():
        figure = draw_bars(bars_by_run, metrics, **labels, grid=grid)
        return write_figure(figure, *place)
