"""Bars: the results of evaluations, side by side."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, cast

from synalinks.errors import ConfigurationError, show
from synalinks.utils._curves import check_runs, checked_filter, spread_of
from synalinks.utils._style import (
    COLOURS,
    GRID,
    clean,
    is_score,
    legend_below,
    new_figure,
    shown_name,
    with_unit,
)

_BAR = 0.8
# Inches: of a bar, of what lies around a panel, and of the whole.
_BAR_HEIGHT, _PANEL_MARGIN, _WIDTH = 0.26, 0.55, 8
_ROOM = 1.12  # for the numbers at the ends of bars
_SCORE_TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A value, and how far the values that it is the mean of lie apart."""

    value: float
    spread: float = 0.0


def bars_of(metrics: Mapping[str, Any]) -> dict[str, Bar]:
    """Return the numbers that an evaluation gave.

    Args:
        metrics: What `evaluate` returned.

    Raises:
        ConfigurationError: It is something else, or has no number in it.
    """
    if not isinstance(cast("object", metrics), Mapping):
        msg = f"`metrics` is what `evaluate` returned, received: {show(metrics)}."
        raise ConfigurationError(msg)
    found = {
        str(name): Bar(value=float(value))
        for name, value in metrics.items()
        if isinstance(value, Real) and math.isfinite(value)
    }
    if not found:
        msg = f"There is nothing to plot: no value is a number in {show(metrics)}."
        raise ConfigurationError(msg)
    return found


def mean_bars(metrics_list: Sequence[Mapping[str, Any]]) -> dict[str, Bar]:
    """Return the means of several evaluations, with standard deviations.

    Args:
        metrics_list: What `evaluate` returned, once for each run.

    Raises:
        ConfigurationError: There is none, or one of them is something else.
    """
    check_runs("metrics_list", metrics_list)
    found: dict[str, list[float]] = {}
    for metrics in metrics_list:
        for name, bar in bars_of(metrics).items():
            found.setdefault(name, []).append(bar.value)
    return {
        name: Bar(value=statistics.fmean(values), spread=spread_of(values))
        for name, values in found.items()
    }


def chosen_bars(
    bars_by_run: Mapping[str, Mapping[str, Bar]], names: Iterable[str] | None
) -> list[str]:
    """Return the metrics that are asked for.

    Args:
        bars_by_run: What there is.
        names: Names of metrics; None for all that tell something.

    Raises:
        ConfigurationError: A name is not known, or nothing is asked for.
    """
    values: dict[str, list[float]] = {}
    for bars in bars_by_run.values():
        for name, bar in bars.items():
            values.setdefault(name, []).append(bar.value)
    if names is not None:
        wanted = checked_filter(names, list(values), "the evaluation")
        return [name for name in values if name in wanted]
    return [name for name in values if name != "failed" or any(values[name])]


def draw_bars(
    bars_by_run: Mapping[str, Mapping[str, Bar]],
    metrics: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    grid: bool,
) -> Any:
    """Return a figure with all scores in one panel, and other scales in their own.

    Bars lie, so that names of any length can be read.

    Args:
        bars_by_run: What is compared; a single run has no legend.
        metrics: Which metrics, in order.
        xlabel: Beside the names of the metrics.
        ylabel: Below the scores.
        title: Above all.
        grid: Whether to draw grids.
    """
    groups = _grouped(bars_by_run, metrics)
    n_runs = len(bars_by_run)
    heights = [
        _PANEL_MARGIN + len(group) * (0.12 + _BAR_HEIGHT * max(n_runs, 1.4))
        for group in groups
    ]
    figure = new_figure(_WIDTH, 1.0 + sum(heights))
    figure.set_layout_engine("constrained")
    column = figure.subplots(len(groups), 1, squeeze=False, height_ratios=heights)
    for group, axes in zip(groups, column[:, 0], strict=True):
        _draw_group(axes, bars_by_run, group)
        clean(axes, grid=False)
        if grid:
            axes.grid(axis="x", **GRID)
    column[0, 0].set_xlabel(ylabel)
    figure.suptitle(title)
    figure.supylabel(xlabel, fontsize=10)
    if n_runs > 1:
        handles, labels = column[0, 0].get_legend_handles_labels()
        legend_below(figure, handles, labels)
    return figure


def _grouped(
    bars_by_run: Mapping[str, Mapping[str, Bar]], metrics: Sequence[str]
) -> list[list[str]]:
    scores: list[str] = []
    others: list[list[str]] = []
    for metric in metrics:
        every = [bars[metric] for bars in bars_by_run.values() if metric in bars]
        if is_score(metric, [bar.value for bar in every]):
            scores.append(metric)
        else:
            others.append([metric])
    return [*([scores] if scores else []), *others]


def _draw_group(
    axes: Any, bars_by_run: Mapping[str, Mapping[str, Bar]], group: Sequence[str]
) -> None:
    height = _BAR / len(bars_by_run)
    for index, (run, bars) in enumerate(bars_by_run.items()):
        offset = (index - (len(bars_by_run) - 1) / 2) * height
        places = [place for place, name in enumerate(group) if name in bars]
        drawn = [bars[group[place]] for place in places]
        spreads = [bar.spread for bar in drawn]
        container = axes.barh(
            [place + offset for place in places],
            [bar.value for bar in drawn],
            height * 0.94,
            xerr=spreads if any(spreads) else None,
            capsize=3,
            color=COLOURS[index % len(COLOURS)],
            ecolor="#333333",
            label=shown_name(run),
            zorder=2,
        )
        numbers = [_number(bar.value) for bar in drawn]
        axes.bar_label(container, numbers, padding=4, fontsize=8)
    axes.set_yticks(range(len(group)), [with_unit(name) for name in group])
    axes.set_ylim(len(group) - 0.45, -0.55)  # the first one is on top
    _set_values(axes, bars_by_run, group)


def _set_values(
    axes: Any, bars_by_run: Mapping[str, Mapping[str, Bar]], group: Sequence[str]
) -> None:
    every = [bars[one] for bars in bars_by_run.values() for one in group if one in bars]
    low = min(0.0, *(bar.value - bar.spread for bar in every))
    high = max(0.0, *(bar.value + bar.spread for bar in every))
    if is_score(group[0], [bar.value for bar in every]):
        axes.set_xlim(0, max(1.0, high) * _ROOM)
        axes.set_xticks(_SCORE_TICKS)
        return
    reach = (high - low or 1.0) * (_ROOM - 1)
    axes.set_xlim(low - (reach if low else 0), high + reach)
    axes.ticklabel_format(axis="x", useOffset=False, style="plain")
    axes.locator_params(axis="x", nbins=6)


def _number(value: float) -> str:
    """Return a number with three or four digits that tell something."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.3f}" if 0.01 <= size < 10 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
