"""Small pictures for pages and notebooks: SVG text that follows dark and light."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COLOURS = (
    "var(--c1, #2f86c9)",
    "var(--c2, #d9730d)",
    "var(--c3, #1a9e77)",
    "var(--c4, #c0639b)",
    "var(--c5, #b8860b)",
)
"""Told apart with any colour vision; a page may set its own for dark and light."""
_FAINT = 'stroke="currentColor" stroke-opacity="0.18"'
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 10, 30
_N_TICKS = 5
_MAX_MARKERS = 30
_LARGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Axes: where values lie on the picture."""

    x: tuple[float, float]
    """Lowest and highest."""
    y: tuple[float, float]
    """Lowest and highest."""
    width: int
    """Of the picture."""
    height: int
    """Of the picture."""

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point.

        Args:
            x: Value along.
            y: Value up.
        """
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return (
            round(_LEFT + across * (self.width - _LEFT - _RIGHT), 1),
            round(self.height - _BOTTOM - up * (self.height - _TOP - _BOTTOM), 1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a chart."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    is_dashed: bool = False


def frame_around(
    points: Iterable[tuple[float, float]], *, width: int, height: int
) -> Frame:
    """Return axes that hold points; those of rewards reach from 0 to 1.

    Args:
        points: At least one.
        width: Of the picture.
        height: Of the picture.
    """
    xs, ys = zip(*points, strict=True)
    low, high = min(ys), max(ys)
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    room = (high - low or abs(high) or 1) * 0.05
    margin = 0.5 if min(xs) == max(xs) else 0
    return Frame(
        x=(min(xs) - margin, max(xs) + margin),
        y=(low - room, high + room),
        width=width,
        height=height,
    )


def chart(
    lines: Sequence[Line], *, label: str, xlabel: str = "epoch", width: int = 360
) -> str:
    """Return curves over whole numbers as SVG, with everything in it escaped.

    Args:
        lines: At least one, each with at least one point.
        label: What those are told who do not see the picture.
        xlabel: What the whole numbers are.
        width: Of the picture, in its own units.
    """
    height = 200
    points = [point for line in lines for point in line.points]
    frame = frame_around(points, width=width, height=height)
    parts = [*axes(frame, xlabel=xlabel)]
    for line in lines:
        places = [frame.at(*point) for point in line.points]
        path = " ".join(f"{x},{y}" for x, y in places)
        dash = ' stroke-dasharray="5 4"' if line.is_dashed else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{line.colour}" '
            f'stroke-width="2"{dash}/>'
        )
        if len(places) <= _MAX_MARKERS:
            parts += [dot(place, 3, fill=line.colour) for place in places]
    return picture(parts, frame, label)


def picture(parts: Iterable[str], frame: Frame, label: str) -> str:
    """Return a whole SVG.

    Args:
        parts: Its elements.
        frame: Its size.
        label: What those are told who do not see it.
    """
    text = escape(label)
    return (
        f'<svg viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-label="{text}" xmlns="http://www.w3.org/2000/svg" '
        f'font-family="sans-serif" font-size="11" fill="currentColor" '
        f'style="width:100%;max-width:{round(frame.width * 1.6)}px;height:auto">'
        f"<title>{text}</title>{''.join(parts)}</svg>"
    )


def dot(place: tuple[float, float], radius: float, **style: object) -> str:
    """Return a circle.

    Args:
        place: Where, as `Frame.at` told.
        radius: How large.
        style: Attributes; `_` stands for `-`.
    """
    given = "".join(
        f' {key.replace("_", "-")}="{escape(str(value))}"'
        for key, value in style.items()
    )
    return f'<circle cx="{place[0]}" cy="{place[1]}" r="{radius}"{given}/>'


def axes(frame: Frame, *, xlabel: str) -> Iterator[str]:
    """Yield grid lines, ticks and their labels.

    Args:
        frame: Where values lie.
        xlabel: Below the picture.
    """
    left, right = frame.at(frame.x[0], 0)[0], frame.at(frame.x[1], 0)[0]
    for tick in _ticks(*frame.y):
        y = frame.at(0, tick)[1]
        yield f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" {_FAINT}/>'
        yield (
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{_number(tick)}</text>'
        )
    base = frame.height - _BOTTOM + 14
    ticks = [tick for tick in _ticks(*frame.x) if tick == int(tick)]
    for tick in ticks:
        x = frame.at(tick, 0)[0]
        yield f'<text x="{x}" y="{base}" text-anchor="middle">{int(tick)}</text>'
    middle = (left + right) / 2
    y = frame.height - 3
    yield f'<text x="{middle}" y="{y}" text-anchor="middle">{escape(xlabel)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two others."""
    rough = (high - low) / _N_TICKS
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * one for one in (1, 2, 2.5, 5, 10) if size * one >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(index * step, 10) for index in range(first, last + 1)]


def _number(value: float) -> str:
    if abs(value) >= _LARGE:
        return f"{value / 1000:g}k"
    return f"{value:g}"


def history_charts(
    history: Mapping[str, Sequence[object]], epochs: Sequence[int]
) -> list[tuple[str, str]]:
    """Return a chart for each metric, with training and validation in it.

    Args:
        history: A value per epoch, by name; what is no number is left out.
        epochs: Indices of the epochs, from 0.

    Returns:
        The name of the metric and its SVG, reward first.
    """
    lines: dict[str, list[Line]] = {}
    for name, values in history.items():
        points = [
            (float(epoch + 1), float(value))
            for epoch, value in zip(epochs, values, strict=False)
            if isinstance(value, (int, float)) and math.isfinite(value)
        ]
        is_held_out = name.startswith("val_")
        if points:
            line = Line(
                name=name,
                points=points,
                colour=COLOURS[is_held_out],
                is_dashed=is_held_out,
            )
            lines.setdefault(name.removeprefix("val_"), []).append(line)
    return [
        (metric, chart(group, label=_told(group)))
        for metric, group in lines.items()
        if metric != "failed" or any(y for line in group for _, y in line.points)
    ]


def _told(lines: Sequence[Line]) -> str:
    """Return curves in words."""
    told = [
        f"{line.name} from {line.points[0][1]:.4g} in epoch {line.points[0][0]:g} "
        f"to {line.points[-1][1]:.4g} in epoch {line.points[-1][0]:g}"
        for line in lines
    ]
    return "; ".join(told)
