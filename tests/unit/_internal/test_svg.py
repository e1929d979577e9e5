"""Small pictures as text."""

import math
from xml.etree import ElementTree as ET

import pytest

from synalinks._internal.svg import COLOURS, Line, chart, history_charts

CANARY = '"><script>alert(1)</script>'


def elements(svg, kind):
    root = ET.fromstring(svg)  # noqa: S314 - of our own making
    return [one for one in root.iter() if one.tag.endswith(f"}}{kind}")]


def texts_of(svg):
    return [one.text for one in elements(svg, "text")]


@pytest.mark.parametrize(
    ("points", "ys"),
    [
        ([(1, 0.2), (2, 0.9)], ["0", "0.25", "0.5", "0.75", "1"]),
        ([(1, 0.5)], ["0", "0.25", "0.5", "0.75", "1"]),
        ([(1, 20_000), (3, 90_000)], ["20k", "40k", "60k", "80k"]),
        ([(1, -3.0), (2, -3.0)], ["-3.1", "-3", "-2.9"]),
        ([(1, 1e-5), (2, 0)], ["0", "0.25", "0.5", "0.75", "1"]),
    ],
    ids=["rewards", "one", "tokens", "constant", "tiny"],
)
def test_axes_have_round_numbers(points, ys):
    """Rewards have the same scale in every picture; epochs are whole numbers."""
    line = Line(name="a", points=points, colour="red")

    *found, _ = texts_of(chart([line], label="a"))

    assert found[: len(ys)] == ys
    assert all(one == f"{int(one)}" for one in found[len(ys) :])
    assert "nan" not in chart([line], label="a")


def test_what_is_in_it_is_escaped():
    """Names of metrics are the user's."""
    ((name, svg),) = history_charts({CANARY: [0.5, 1.0]}, [0, 1])

    assert name == CANARY
    assert "<script" not in svg
    assert elements(svg, "svg")[0].get("aria-label").startswith(CANARY)


def test_training_and_validation_share_a_chart():
    """They have the same two colours everywhere, and validation is dashed."""
    history = {
        "reward": [0.1, 0.2],
        "val_reward": [None, 0.3],
        "failed": [0.0, 0.0],
        "text": ["a", "b"],
        "val_f1": [math.nan, 0.5],
    }

    charts = dict(history_charts(history, [0, 1]))

    assert list(charts) == ["reward", "f1"]
    lines = elements(charts["reward"], "polyline")
    assert [one.get("stroke") for one in lines] == list(COLOURS[:2])
    assert [one.get("stroke-dasharray") for one in lines] == [None, "5 4"]
    assert "val_reward from 0.3 in epoch 2 to 0.3 in epoch 2" in charts["reward"]
