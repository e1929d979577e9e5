"""Panels of curves over epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks.utils._style import (
    COLOURS,
    MARKERS,
    clean,
    is_score,
    legend_below,
    legend_beside,
    new_figure,
    shown_name,
    with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks.utils._curves import Curve

_MAX_MARKERS = 25
_MAX_COLUMNS = 3
_SCORE_LIMITS = (-0.02, 1.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A curve, and how it is drawn."""

    curve: Curve
    label: str
    style: int
    """Lines of one style have one colour and marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Curves that share their axes."""

    label: str
    """Beside it."""
    lines: list[Line] = field(default_factory=list[Line])

    @property
    def is_of_scores(self) -> bool:
        """Whether all its values are from 0 to 1."""
        return all(is_score(one.curve.metric, one.curve.values) for one in self.lines)

    @property
    def is_of_counts(self) -> bool:
        """Whether all its values are whole numbers, as of samples or calls."""
        return all(
            value == int(value) for one in self.lines for value in one.curve.values
        )


def panels_by_scale(curves: Sequence[Curve], label: str) -> list[Panel]:
    """Return one panel for all scores, and one for each metric of another scale.

    Args:
        curves: At least one.
        label: Beside the scores.
    """
    metrics = list(dict.fromkeys(one.metric for one in curves))
    values = {
        metric: [
            value for one in curves if one.metric == metric for value in one.values
        ]
        for metric in metrics
    }
    scores, others = Panel(label=label), dict[str, Panel]()
    for curve in sorted(curves, key=lambda one: metrics.index(one.metric)):
        panel = scores
        if not is_score(curve.metric, values[curve.metric]):
            fresh = Panel(label=with_unit(curve.metric))
            panel = others.setdefault(curve.metric, fresh)
        style = metrics.index(curve.metric)
        panel.lines.append(Line(curve=curve, label=shown_name(curve.name), style=style))
    panels = [*([scores] if scores.lines else []), *others.values()]
    return [Panel(label=label, lines=panels[0].lines)] if len(panels) == 1 else panels


def panels_by_metric(curves_by_run: Mapping[str, Sequence[Curve]]) -> list[Panel]:
    """Return one panel for each metric, with a line for each run.

    Args:
        curves_by_run: What is compared.
    """
    panels: dict[str, Panel] = {}
    for index, (run, curves) in enumerate(curves_by_run.items()):
        for curve in curves:
            fresh = Panel(label=with_unit(curve.metric))
            panel = panels.setdefault(curve.metric, fresh)
            panel.lines.append(Line(curve=curve, label=shown_name(run), style=index))
    return list(panels.values())


def draw_stacked(
    panels: Sequence[Panel], *, xlabel: str, title: str, grid: bool
) -> Any:
    """Return a figure with panels one below the other, each with its legend.

    Args:
        panels: What to draw.
        xlabel: Below the last one.
        title: Above the first one.
        grid: Whether to draw grids.
    """
    n = len(panels)
    figure = new_figure(8, 4.8 + 2.2 * (n - 1))
    # The first panel is twice as high as the others.
    ratios = [2.0, *[1.0] * (n - 1)]
    rows = figure.subplots(n, 1, squeeze=False, sharex=True, height_ratios=ratios)
    for panel, axes in zip(panels, rows[:, 0], strict=True):
        _draw_panel(axes, panel, grid=grid)
        axes.set_ylabel(panel.label)
        legend_beside(axes, handlelength=3.5)
    rows[0, 0].set_title(title, pad=12)
    rows[-1, 0].set_xlabel(xlabel)
    _set_epochs(rows[:, 0], panels)
    figure.align_ylabels()
    return figure


def draw_grid(
    panels: Sequence[Panel], *, xlabel: str, ylabel: str, title: str, grid: bool
) -> Any:
    """Return a figure with panels side by side and one legend for all of them.

    Args:
        panels: What to draw.
        xlabel: Below the last row.
        ylabel: Beside the scores of the first column.
        title: Above all.
        grid: Whether to draw grids.
    """
    n_columns = min(_MAX_COLUMNS, len(panels))
    n_rows = math.ceil(len(panels) / n_columns)
    figure = new_figure(max(8, 4.2 * n_columns), 1.4 + 3.2 * n_rows)
    figure.set_layout_engine("constrained")
    every = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in every[len(panels) :]:
        axes.remove()
    shown = every[: len(panels)]
    for panel, axes in zip(panels, shown, strict=True):
        _draw_panel(axes, panel, grid=grid)
        axes.set_title(panel.label, fontsize=11)
    _set_epochs(shown, panels)
    figure.suptitle(title)
    for axes in shown[-n_columns:]:  # below these there is no other panel
        axes.set_xlabel(xlabel)
    has_scores = any(panel.is_of_scores for panel in panels)
    for panel, axes in zip(panels[::n_columns], shown[::n_columns], strict=True):
        if panel.is_of_scores or not has_scores:  # dollars are no scores
            axes.set_ylabel(ylabel)
    _add_common_legend(figure, panels)
    return figure


def _draw_panel(axes: Any, panel: Panel, *, grid: bool) -> None:
    for line in panel.lines:
        curve = line.curve
        style = _style(line.style, is_validation=curve.is_validation)
        every = math.ceil(len(curve.epochs) / _MAX_MARKERS)
        axes.plot(
            curve.epochs, curve.values, label=line.label, markevery=every, **style
        )
        if curve.spreads is not None and any(curve.spreads):
            _draw_spread(axes, curve, style["color"])
    if panel.is_of_scores:
        axes.set_ylim(_SCORE_LIMITS)  # rewards: the same scale in every picture
    else:
        axes.margins(y=0.08)
        axes.ticklabel_format(axis="y", useOffset=False, style="plain")
        axes.yaxis.get_major_locator().set_params(integer=panel.is_of_counts)
    clean(axes, grid=grid)


def _draw_spread(axes: Any, curve: Curve, colour: str) -> None:
    pairs = list(zip(curve.values, curve.spreads or (), strict=True))
    low, high = [a - b for a, b in pairs], [a + b for a, b in pairs]
    axes.fill_between(curve.epochs, low, high, color=colour, alpha=0.18, linewidth=0)


def _style(index: int, *, is_validation: bool) -> dict[str, Any]:
    colour = COLOURS[index % len(COLOURS)]
    return {
        "color": colour,
        "linestyle": "--" if is_validation else "-",
        "linewidth": 1.8,
        "marker": MARKERS[index % len(MARKERS)],
        "markersize": 6,
        "markerfacecolor": "white" if is_validation else colour,
        # Markers at 0 and 1 are not cut in half.
        "clip_on": False,
        "zorder": 3,
    }


def _set_epochs(every: Sequence[Any], panels: Sequence[Panel]) -> None:
    from matplotlib.ticker import MaxNLocator

    epochs = [
        epoch for panel in panels for line in panel.lines for epoch in line.curve.epochs
    ]
    first, last = min(epochs), max(epochs)
    margin = min(0.5, 0.05 * (last - first)) or 0.5
    for axes in every:
        axes.set_xlim(first - margin, last + margin)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _add_common_legend(figure: Any, panels: Sequence[Panel]) -> None:
    """Name the runs by colour, and say what is dashed where anything is."""
    from matplotlib.lines import Line2D

    sample: Any = Line2D
    lines = [line for panel in panels for line in panel.lines]
    runs = {line.label: line.style for line in lines}
    handles = [
        sample([], [], label=run, **_style(index, is_validation=False))
        for run, index in runs.items()
    ]
    for is_validation, label in ((False, "training"), (True, "validation")):
        if len({line.curve.is_validation for line in lines}) > 1:
            style = {**_style(0, is_validation=is_validation), "color": "#555555"}
            handles.append(sample([], [], label=label, **{**style, "marker": ""}))
    legend_below(figure, handles, [one.get_label() for one in handles])
