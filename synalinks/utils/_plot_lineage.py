"""`plot_lineage`: a picture of what an optimizer has tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from synalinks.callbacks import History
    from synalinks.contracts import CandidateEvent

# Of Okabe and Ito, told apart with any colour vision and on white.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_GREY = "#bbbbbb"


def plot_lineage(
    history: History,
    to_file: str | Path = "lineage.png",
    to_folder: str | Path | None = None,
    title: str = "Candidates",
) -> Any:
    """Plot each candidate by step and mean reward, with lines to its parents.

    Candidates that were taken are coloured by how they were made, the others are grey;
    those that were in use have a ring, and a line that shows which one when.

    Args:
        history: What `fit` returned.
        to_file: File to write; its ending (`.png`, `.svg`, `.pdf`) is the format.
        to_folder: Folder of the file; the working folder when None.
        title: Text above the plot.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: `history` is none, or no candidate was measured.
        WriteError: The file cannot be written.
    """
    events = getattr(history, "candidate_events", None)
    if events is None:
        msg = f"`history` is what `fit` returned, received: {show(history)}."
        raise ConfigurationError(msg)
    return write_figure(_draw(events, title), to_file, to_folder)


def _draw(events: Sequence[CandidateEvent], title: str) -> Any:
    from matplotlib.figure import Figure

    # The last event of a candidate knows most of its reward.
    last = {one.candidate: one for one in events if one.reward is not None}
    if not last:
        msg = "There is nothing to plot: no candidate was measured."
        raise ConfigurationError(msg)
    made = {one.candidate: one.step for one in reversed(events)}
    places = {key: (made[key], one.reward) for key, one in last.items()}
    figure: Any = Figure(figsize=(8, 4.8), facecolor="white")
    axes = figure.add_subplot()
    for key, one in last.items():
        for parent in one.parents:
            if parent in places:
                xs, ys = zip(places[parent], places[key], strict=True)
                axes.plot(xs, ys, color=_GREY, linewidth=0.8, zorder=1)
    _draw_candidates(axes, events, last, places)
    best = [one.candidate for one in events if one.event == "best"]
    rings = [places[key] for key in best if key in places]
    if rings:
        xs, ys = zip(*rings, strict=True)
        axes.scatter(xs, ys, s=110, facecolors="none", edgecolors="black", zorder=3)
        axes.plot(xs, ys, color="black", linewidth=1.2, label="in use", zorder=2)
    axes.set(xlabel="Step", ylabel="Mean reward where measured", title=title)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    return figure


def _draw_candidates(
    axes: Any,
    events: Sequence[CandidateEvent],
    last: dict[str, CandidateEvent],
    places: dict[str, Any],
) -> None:
    taken = {one.candidate for one in events if one.event in {"accepted", "best"}}
    origins = list(dict.fromkeys(one.origin for one in last.values()))
    for index, origin in enumerate(origins):
        for is_taken in (True, False):
            points = [
                places[key]
                for key, one in last.items()
                if one.origin == origin and (key in taken) == is_taken
            ]
            if points:
                xs, ys = zip(*points, strict=True)
                colour = _COLOURS[index % len(_COLOURS)] if is_taken else _GREY
                label = origin if is_taken else None
                axes.scatter(xs, ys, s=28, color=colour, label=label, zorder=2)
