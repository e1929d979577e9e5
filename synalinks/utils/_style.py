"""What all pictures have in common: colours, names and units."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Those of Okabe and Ito, told apart with any colour vision and on white."""
MARKERS = ("o", "s", "^", "D", "v")
GRID = {"color": "#dddddd", "linewidth": 0.8}
_LEGEND = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "frameon": False}
_UNITS = {
    "cost": "US dollars",
    "tokens": "tokens",
    "calls": "calls",
    "failed": "samples",
    "latency": "seconds",
    "elapsed_time": "seconds",
    "time_to_first_token": "seconds",
    "time_to_last_token": "seconds",
    "per_second": "per second",
}
_MAX_NAME_CHARS = 36
_SCORES = (0.0, 1.0)


@contextlib.contextmanager
def own_style() -> Generator[None]:
    """Draw in matplotlib's default style inside a `with` block.

    What the user has set stays as it is, and does not change the picture.

    Yields:
        Nothing.
    """
    import matplotlib

    mpl: Any = matplotlib  # its types are unknown in parts
    with mpl.rc_context():
        mpl.rcdefaults()
        yield


def new_figure(width: float, height: float) -> Any:
    """Return a figure of its own: `pyplot` would set a backend and keep it in memory.

    Args:
        width: Inches.
        height: Inches.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white")


def clean(axes: Any, *, grid: bool) -> None:
    """Take away what says nothing.

    Args:
        axes: Of matplotlib.
        grid: Whether to draw a grid.
    """
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if grid:
        axes.grid(**GRID)


def legend_beside(axes: Any, **options: Any) -> None:
    """Put the legend where it covers nothing.

    Args:
        axes: Of matplotlib.
        options: For the legend.
    """
    axes.legend(**_LEGEND, **options)


def legend_below(figure: Any, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """Put one legend for all panels below them.

    Args:
        figure: Of matplotlib, in its constrained layout.
        handles: What is drawn in the legend.
        labels: What each of it is.
    """
    longest = max(map(len, labels))
    n_columns = max(
        1, min(len(labels), int(figure.get_figwidth() / (0.7 + 0.09 * longest)))
    )
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=n_columns,
        frameon=False,
        handlelength=3.5,
    )


def shown_name(name: str) -> str:
    """Return a name as it is drawn: as it is, but for the middle of a long one.

    Args:
        name: Any text.
    """
    if len(name) > _MAX_NAME_CHARS:
        half = _MAX_NAME_CHARS // 2
        name = f"{name[:half]}…{name[1 - half :]}"
    return name.replace("$", r"\$")


def with_unit(metric: str) -> str:
    """Return the name of a metric, with its unit if it has one.

    Args:
        metric: Its name in the logs, without `val_`.
    """
    unit = _unit_of(metric)
    label = shown_name(metric)
    return label if unit in {"", metric} else f"{label} ({unit})"


def _unit_of(metric: str) -> str:
    return next((unit for end, unit in _UNITS.items() if metric.endswith(end)), "")


def is_score(metric: str, values: Sequence[float]) -> bool:
    """Return whether values share the scale from 0 to 1.

    Args:
        metric: Their name.
        values: At least one.
    """
    low, high = _SCORES
    return not _unit_of(metric) and min(values) >= low and max(values) <= high
