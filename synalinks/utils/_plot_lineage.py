"""`plot_lineage`: a picture of what an optimizer has tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.errors import ConfigurationError, show
from synalinks.utils._style import COLOURS, clean, legend_beside, new_figure, own_style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from synalinks.callbacks import History
    from synalinks.contracts import CandidateEvent

_GREY = "#bbbbbb"
_MANY = 60
_MARGIN = 0.05


def plot_lineage(
    history: History,
    to_file: str | Path = "lineage.png",
    to_folder: str | Path | None = None,
    title: str = "Candidates",
) -> Any:
    """Plot each candidate by step and mean reward, with lines to its parents.

    Candidates that were taken are coloured by how they were made, the others are grey
    and small; a black line shows which one was in use when, and each of these has a
    ring. Rewards of different candidates are means over different samples.

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
    with own_style():
        return write_figure(_draw(events, title), to_file, to_folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A candidate in the picture."""

    step: int
    reward: float
    origin: str
    parents: Sequence[str]
    is_taken: bool


def _points_of(events: Sequence[CandidateEvent]) -> dict[str, _Point]:
    # The last event of a candidate knows most of its reward.
    last = {one.candidate: one for one in events if one.reward is not None}
    made = {one.candidate: one.step for one in reversed(events)}
    taken = {one.candidate for one in events if one.event in {"accepted", "best"}}
    return {
        key: _Point(
            step=made[key],
            reward=one.reward or 0.0,
            origin=one.origin,
            parents=one.parents,
            is_taken=key in taken,
        )
        for key, one in last.items()
    }


def _draw(events: Sequence[CandidateEvent], title: str) -> Any:
    from matplotlib.ticker import MaxNLocator

    points = _points_of(events)
    if not points:
        msg = "There is nothing to plot: no candidate was measured."
        raise ConfigurationError(msg)
    figure = new_figure(8, 4.8)
    axes = figure.add_subplot()
    _draw_descent(axes, points)
    _draw_candidates(axes, points)
    _draw_use(axes, events, points)
    axes.set(xlabel="Step", ylabel="Mean reward where measured", title=title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    steps = [one.step for one in points.values()]
    margin = max(0.5, _MARGIN * (max(steps) - min(steps)))
    axes.set_xlim(min(steps) - margin, max(steps) + margin)
    rewards = [one.reward for one in points.values()]
    if min(rewards) >= 0 and max(rewards) <= 1:
        room = max(0.02, _MARGIN * (max(rewards) - min(rewards)))
        axes.set_ylim(max(-0.02, min(rewards) - room), min(1.02, max(rewards) + room))
    clean(axes, grid=True)
    legend_beside(axes)
    return figure


def _draw_descent(axes: Any, points: dict[str, _Point]) -> None:
    """Draw lines from parents to children, faint ones where there are many."""
    is_crowded = len(points) > _MANY
    for child in points.values():
        for parent in child.parents:
            if parent in points:
                xs = (points[parent].step, child.step)
                ys = (points[parent].reward, child.reward)
                alpha = 0.25 if is_crowded and not child.is_taken else 0.9
                axes.plot(xs, ys, color=_GREY, linewidth=0.8, alpha=alpha, zorder=1)


def _draw_candidates(axes: Any, points: dict[str, _Point]) -> None:
    others = [one for one in points.values() if not one.is_taken]
    if others:
        _scatter(axes, others, s=14, color=_GREY, label="not taken", zorder=2)
    origins = dict.fromkeys(one.origin for one in points.values() if one.is_taken)
    for index, origin in enumerate(origins):
        taken = [
            one for one in points.values() if one.is_taken and one.origin == origin
        ]
        colour = COLOURS[index % (len(COLOURS) - 1)]  # black is what is in use
        _scatter(axes, taken, s=36, color=colour, label=origin, zorder=4)


def _draw_use(
    axes: Any, events: Sequence[CandidateEvent], points: dict[str, _Point]
) -> None:
    """Draw what was in use, from the step of which on to that of the next."""
    best = [one for one in events if one.event == "best" and one.candidate in points]
    if not best:
        return
    used = [points[one.candidate] for one in best]
    _scatter(axes, used, s=110, facecolors="none", edgecolors="black", zorder=5)
    last = max(one.step for one in events)
    axes.step(
        [*(one.step for one in best), last],
        [*(one.reward for one in used), used[-1].reward],
        where="post",
        color="black",
        linewidth=1.4,
        label="in use",
        zorder=3,
    )


def _scatter(axes: Any, points: Sequence[_Point], **style: Any) -> None:
    steps, rewards = [one.step for one in points], [one.reward for one in points]
    axes.scatter(steps, rewards, **style)
