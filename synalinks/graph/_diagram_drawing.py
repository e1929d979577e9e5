"""A picture of a program, drawn: boxes, arrows, and nothing that needs Graphviz."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from synalinks.graph._diagram import Box, Diagram

_TITLE_PT, _LINE_PT = 11.0, 9.0
# Inches: of a character, of a line, inside a box, and between boxes.
_CHARACTER, _LINE, _MARGIN, _GAP, _RANK_GAP = 0.085, 0.18, 0.14, 0.45, 0.55
_PLAIN, _TRAINABLE, _EDGE = "#EAF2FA", "#FFF1D6", "#35556E"


@dataclass(frozen=True, slots=True)
class _Place:
    """A box on the page, in inches."""

    x: float
    y: float
    width: float
    height: float


def draw(diagram: Diagram, *, rankdir: str, file_format: str, dpi: int) -> bytes:
    """Return the picture as the content of a file.

    Args:
        diagram: What to draw.
        rankdir: `TB` from top to bottom, or `LR` from left to right.
        file_format: Such as `png` or `svg`.
        dpi: Dots per inch of a `png`.
    """
    # A figure of its own: `pyplot` would set a backend and keep the figure in memory.
    from matplotlib.figure import Figure

    is_wide = rankdir == "LR"
    routed, routes = _routed(diagram)
    places, width, height = _laid_out(routed, is_wide=is_wide)
    figure: Any = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    for route in routes:
        _draw_arrow(axes, [places[one] for one in route], is_wide=is_wide)
    for position, box in enumerate(diagram.boxes):
        _draw_box(axes, box, places[position])
    content = io.BytesIO()
    figure.savefig(content, format=file_format, dpi=dpi)
    return content.getvalue()


def _routed(diagram: Diagram) -> tuple[Diagram, list[list[int]]]:
    """Return a diagram with a gap in each level that an arrow passes, and the routes.

    An arrow would run behind the boxes of these levels. Gaps have no title.
    """
    boxes, arrows = list(diagram.boxes), list[tuple[int, int]]()
    routes: list[list[int]] = []
    for source, target in diagram.arrows:
        route = [source]
        for level in range(boxes[source].level + 1, boxes[target].level):
            route.append(len(boxes))
            boxes.append(Box(title="", lines=(), is_trainable=False, level=level))
        routes.append([*route, target])
        arrows += pairwise(routes[-1])
    return Diagram(boxes=boxes, arrows=arrows), routes


def _size_of(box: Box) -> tuple[float, float]:
    if not box.title:
        return 0.0, 0.0
    title_chars = len(box.title) * _TITLE_PT / _LINE_PT
    n_chars = max([title_chars, *(len(line) for line in box.lines)])
    height = _LINE * (1.2 + len(box.lines))
    return n_chars * _CHARACTER + 2 * _MARGIN, height + 2 * _MARGIN


def _laid_out(
    diagram: Diagram, *, is_wide: bool
) -> tuple[dict[int, _Place], float, float]:
    """Return the place of each box, and the size of the page."""
    sizes = {index: _size_of(box) for index, box in enumerate(diagram.boxes)}
    along, across = (0, 1) if is_wide else (1, 0)
    levels = diagram.levels()
    spans = [
        sum(sizes[one][across] for one in level) + _GAP * (len(level) - 1)
        for level in levels
    ]
    breadth = max(spans)
    places: dict[int, _Place] = {}
    depth = _MARGIN
    for level, span in zip(levels, spans, strict=True):
        thickness = max(sizes[one][along] for one in level)
        offset = _MARGIN + (breadth - span) / 2
        for one in level:
            width, height = sizes[one]
            if not diagram.boxes[one].title:  # passed straight
                width, height = (thickness, 0.0) if is_wide else (0.0, thickness)
            inset = depth + (thickness - (width, height)[along]) / 2
            x, y = (inset, offset) if is_wide else (offset, inset)
            places[one] = _Place(x, y, width, height)
            offset += sizes[one][across] + _GAP
        depth += thickness + _RANK_GAP
    length = depth - _RANK_GAP + _MARGIN
    page = breadth + 2 * _MARGIN
    return (places, length, page) if is_wide else (places, page, length)


def _draw_box(axes: Any, box: Box, place: _Place) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (place.x, place.y),
            place.width,
            place.height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=_TRAINABLE if box.is_trainable else _PLAIN,
            edgecolor=_EDGE,
            linewidth=1.2,
        )
    )
    middle = place.x + place.width / 2
    y = place.y + _MARGIN + _LINE * 0.6
    style = {"ha": "center", "va": "center", "parse_math": False}
    axes.text(middle, y, box.title, fontsize=_TITLE_PT, weight="bold", **style)
    for line in box.lines:
        y += _LINE
        axes.text(middle, y, line, fontsize=_LINE_PT, color="#333333", **style)


def _draw_arrow(axes: Any, route: list[_Place], *, is_wide: bool) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    ends = [pair for one in route for pair in _ends_of(one, is_wide=is_wide)]
    # From where the first box is left to where the last one is entered.
    axes.add_patch(
        FancyArrowPatch(
            path=Path(ends[1:-1]),
            arrowstyle="-|>",
            mutation_scale=12,
            joinstyle="round",
            shrinkA=0,
            shrinkB=0,
            color=_EDGE,
            linewidth=1.2,
        )
    )


def _ends_of(
    place: _Place, *, is_wide: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where arrows enter a box, and where they leave it."""
    if is_wide:
        y = place.y + place.height / 2
        return (place.x, y), (place.x + place.width, y)
    x = place.x + place.width / 2
    return (x, place.y), (x, place.y + place.height)
