"""Where boxes and arrows of a picture lie."""

import pytest

from synalinks.graph import Box, Diagram, draw_diagram
from synalinks.graph._diagram_drawing import _laid_out, _routed


def diagram(levels, arrows):
    boxes = [
        Box(title=f"Module{i}", lines=["name"], is_trainable=False, level=level)
        for i, level in enumerate(levels)
    ]
    return Diagram(boxes=boxes, arrows=arrows)


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@pytest.mark.parametrize("is_wide", [False, True])
def test_no_box_lies_on_another_and_no_arrow_behind_one(is_wide):
    """An arrow over several levels passes each of them beside its boxes."""
    given = diagram([0, 1, 2, 2, 3], [(0, 1), (1, 2), (1, 3), (2, 4), (0, 4)])

    routed, routes = _routed(given)
    places, width, height = _laid_out(routed, is_wide=is_wide)

    assert routes[-1] == [0, 5, 6, 4]
    boxes = [places[index] for index in range(5)]
    assert not any(overlap(a, b) for a in boxes for b in boxes if a is not b)
    for gap in (places[5], places[6]):
        assert not any(overlap(gap, box) for box in boxes)
        assert max(gap.width, gap.height) > 0
    assert all(0 <= one.x <= width and 0 <= one.y <= height for one in boxes)


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_a_picture_is_drawn(rankdir):
    """Also one of a single box."""
    for given in (diagram([0], []), diagram([0, 1, 2], [(0, 1), (1, 2), (0, 2)])):
        picture = draw_diagram(given, rankdir=rankdir, file_format="svg", dpi=50)
        assert picture.startswith(b"<?xml")
