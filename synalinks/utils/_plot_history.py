"""`plot_history`: a picture of what `fit` returned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal.figure_file import write_figure
from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from pathlib import Path

    from synalinks.callbacks import History

_VALIDATION = "val_"
# Colours of Okabe and Ito that are told apart with any colour vision and on white.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v")
_MAX_MARKERS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """The values of one name."""

    name: str
    epochs: list[int]
    values: list[float]

    @property
    def metric(self) -> str:
        return self.name.removeprefix(_VALIDATION)

    @property
    def is_validation(self) -> bool:
        return self.name.startswith(_VALIDATION)


def plot_history(  # noqa: PLR0917 - the positions are part of the public API
    history: History | Mapping[str, Sequence[Any]],
    to_file: str | Path = "training_history.png",
    to_folder: str | Path | None = None,
    xlabel: str = "Epochs",
    ylabel: str = "Scores",
    title: str = "Training history",
    grid: bool = True,
    metrics_filter: Iterable[str] | None = None,
) -> Any:
    """Plot reward and metrics over the epochs.

    Each metric has a colour and a marker; values of the validation are dashed. Epochs
    count from 1, as in the progress shown by `fit`. What is no number is left out.

    Args:
        history: What `fit` returned, or its `history` dict.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        xlabel: Label under the plot.
        ylabel: Label beside the plot.
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
    curves = _choose(_curves_of(history), metrics_filter)
    figure = _draw(curves)
    axes = figure.axes[0]
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_title(title, pad=12)
    if grid:
        axes.grid(color="#dddddd", linewidth=0.8)
    return write_figure(figure, to_file, to_folder)


def _curves_of(history: History | Mapping[str, Sequence[Any]]) -> list[_Curve]:
    values_by_name: Any = getattr(history, "history", history)
    if not isinstance(values_by_name, Mapping) or not all(
        hasattr(values, "__len__") for values in cast("Any", values_by_name).values()
    ):
        msg = f"`history` is what `fit` returned, received: {show(history)}."
        raise ConfigurationError(msg)
    indices: Any = getattr(history, "epoch", None)
    curves: list[_Curve] = []
    for name, values in cast("Mapping[Any, Sequence[Any]]", values_by_name).items():
        # A value may be missing where validation is not done after every epoch.
        points = [
            (epoch + 1, float(value))
            for epoch, value in zip(indices or range(len(values)), values, strict=False)
            if isinstance(value, Real) and math.isfinite(value)
        ]
        if points:
            epochs, numbers = zip(*points, strict=True)
            curve = _Curve(name=str(name), epochs=list(epochs), values=list(numbers))
            curves.append(curve)
    if not curves:
        msg = "There is nothing to plot: no epoch has a value that is a number."
        raise ConfigurationError(msg)
    return curves


def _choose(curves: list[_Curve], names: Iterable[str] | None) -> list[_Curve]:
    if names is None:
        # A line of zeros for the samples that failed is no news; scores are.
        return [one for one in curves if one.metric != "failed" or any(one.values)]
    wanted = [names] if isinstance(names, str) else list(names)
    known = {name: None for one in curves for name in (one.metric, one.name)}
    for name in wanted:
        if name not in known:
            msg = (
                f"`metrics_filter` names `{name}`, which the history does not have. It "
                f"has: {', '.join(f'`{one}`' for one in known)}."
                f"{did_you_mean(name, known)}"
            )
            raise ConfigurationError(msg)
    chosen = [one for one in curves if one.name in wanted or one.metric in wanted]
    if not chosen:
        msg = "There is nothing to plot: `metrics_filter` is empty."
        raise ConfigurationError(msg)
    return chosen


def _draw(curves: Sequence[_Curve]) -> Any:
    # A figure of its own: `pyplot` would set a backend and keep the figure in memory.
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure: Any = Figure(figsize=(8, 4.8), facecolor="white")
    axes = figure.add_subplot()
    metrics = list(dict.fromkeys(one.metric for one in curves))
    for curve in sorted(curves, key=lambda one: metrics.index(one.metric)):
        style = _style(metrics.index(curve.metric), is_validation=curve.is_validation)
        axes.plot(
            curve.epochs,
            curve.values,
            label=curve.name.replace("$", r"\$"),
            markevery=math.ceil(len(curve.epochs) / _MAX_MARKERS),
            **style,
        )
    _set_limits(axes, curves)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, handlelength=3.5
    )
    return figure


def _style(index: int, *, is_validation: bool) -> dict[str, Any]:
    colour = _COLOURS[index % len(_COLOURS)]
    return {
        "color": colour,
        "linestyle": "--" if is_validation else "-",
        "linewidth": 1.8,
        "marker": _MARKERS[index % len(_MARKERS)],
        "markersize": 6,
        "markerfacecolor": "white" if is_validation else colour,
        # Markers at 0 and 1 are not cut in half.
        "clip_on": False,
        "zorder": 3,
    }


def _set_limits(axes: Any, curves: Sequence[_Curve]) -> None:
    values = [value for one in curves for value in one.values]
    if min(values) >= 0 and max(values) <= 1:
        axes.set_ylim(-0.02, 1.02)  # rewards: the same scale in every picture
    else:
        axes.margins(y=0.08)
    epochs = [epoch for one in curves for epoch in one.epochs]
    first, last = min(epochs), max(epochs)
    margin = min(0.5, 0.05 * (last - first)) or 0.5
    axes.set_xlim(first - margin, last + margin)
