"""A line of progress fits wherever it is shown."""

import re
import types

import pytest
from rich.cells import cell_len

from synalinks.callbacks._progress_line import ProgressLine
from synalinks.callbacks._progress_usage import Usage

METRICS = {"reward": "0.3125", "f1": "0.2892", "val_reward": "0.3", "val_f1": "0.2946"}


def finished_line(metrics=METRICS, total=20, label="Epoch 1/4"):
    model = types.SimpleNamespace(cumulated_calls=0, cumulated_cost=0.0)
    usage = Usage(types.SimpleNamespace(language_models=[model]))
    model.cumulated_calls, model.cumulated_cost = 1380, 0.1234
    line = ProgressLine(label, total, usage, show_step=True)
    line.finish(20, metrics)
    return line


def shown(text):
    return re.sub(r"\d+\.\ds", "0.0s", text)


@pytest.mark.parametrize("width", range(40, 161))
@pytest.mark.parametrize("note", ["", "validating 12/40"], ids=["done", "validating"])
def test_a_line_fits_any_width(width, note):
    """From 40 columns on a line is one line, and tells the most important value."""
    line = finished_line()
    line.note = note

    text = line.as_live(width)

    assert len(text) <= width
    assert text.startswith("Epoch 1/4")
    assert note in text
    assert ("val_reward" in text) or note


def test_what_is_left_out_comes_in_order():
    """Bar, cost, calls, metrics other than rewards, `reward`, the bar, the time."""
    line = finished_line()
    bar = "━" * 20
    values = "reward: 0.3125 - f1: 0.2892 - val_reward: 0.3 - val_f1: 0.2946"
    rewards = "reward: 0.3125 - val_reward: 0.3"

    found = {shown(line.as_live(width)) for width in range(20, 200)}

    assert sorted(found, key=len, reverse=True) == [
        f"Epoch 1/4 {bar} 20/20 - 0.0s - {values} - 1380 calls - $0.1234",
        f"Epoch 1/4 {bar[:10]} 20/20 - 0.0s - {values} - 1380 calls - $0.1234",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - {values} - 1380 calls - $0.1234",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - {values} - 1380 calls",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - {values}",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - {values.replace('f1: 0.2892 - ', '')}",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - {rewards}",
        f"Epoch 1/4 {bar[:5]} 20/20 - 0.0s - val_reward: 0.3",
        "Epoch 1/4 20/20 - 0.0s - val_reward: 0.3",
        "Epoch 1/4 20/20 - val_reward: 0.3",
        "Epoch 1/4 20/20",
    ]


def test_wide_letters_count_as_what_they_take():
    """Names in scripts with wide letters do not break the line."""
    line = finished_line({"精度": "0.5", "val_精度": "0.5"}, label="Epoch 1/4")

    assert all(cell_len(line.as_live(w, n_cells=cell_len)) <= w for w in range(40, 120))


def test_a_name_that_fits_nowhere_is_left_out():
    """Not even the last value is worth a second line."""
    line = finished_line({"a" * 100: "0.5"})

    assert shown(line.as_live(60)) == "Epoch 1/4 20/20"


def test_a_log_file_gets_everything():
    """Where nothing is drawn again there is no width to keep."""
    text = shown(finished_line().as_log())

    assert text.startswith("Epoch 1/4 - 0.0s - 20/20 - reward: 0.3125 - f1: 0.2892")
    assert text.endswith("1380 calls - $0.1234")
