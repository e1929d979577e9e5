"""What `plot_history` draws, and what it refuses to draw."""

import re
import subprocess
import sys
import types

import pytest

from synalinks.callbacks import History
from synalinks.errors import ConfigurationError, WriteError
from synalinks.utils import plot_history
from synalinks.utils._curves import chosen, curves_of
from synalinks.utils._panels import draw_stacked, panels_by_scale

LOGS = {"reward": [0.25, 0.5], "val_reward": [0.3, 0.4], "f1": [0.1, 0.2]}


def axes_of(logs, names=None):
    """Return the axes that are drawn for logs."""
    return all_axes_of(logs, names)[0]


def all_axes_of(logs, names=None):
    """Return the axes of all panels, the one of scores first."""
    panels = panels_by_scale(chosen(curves_of(logs), names), "Scores")
    figure = draw_stacked(panels, xlabel="Epochs", title="Training", grid=True)
    figure.draw_without_rendering()
    return figure.axes


def points_of(axes):
    return {
        line.get_label(): [*zip(line.get_xdata(), line.get_ydata(), strict=True)]
        for line in axes.lines
    }


def ticks_of(axis):
    low, high = axis.get_view_interval()
    return [tick for tick in axis.get_ticklocs() if low <= tick <= high]


def size_of_png(path):
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    return tuple(int.from_bytes(content[i : i + 4], "big") for i in (16, 20))


def test_the_path_of_the_picture_is_returned(tmp_path):
    """The picture is a PNG of a readable size, at the path that is returned."""
    path = plot_history(LOGS, to_folder=tmp_path / "plots")

    assert path == str(tmp_path / "plots" / "training_history.png")
    width, height = size_of_png(tmp_path / "plots" / "training_history.png")
    assert 1000 < width < 2000
    assert 600 < height < 1000


def test_the_default_is_the_working_folder(tmp_path, monkeypatch):
    """Without a folder the file is written where the process runs."""
    monkeypatch.chdir(tmp_path)

    assert plot_history(LOGS, "a.png", grid=False) == "a.png"
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("name", "beginning"), [("a.svg", b"<?xml"), ("a.pdf", b"%PDF")]
)
def test_the_ending_is_the_format(name, beginning, tmp_path):
    """Other endings give other formats."""
    plot_history(LOGS, name, to_folder=tmp_path)

    assert (tmp_path / name).read_bytes().startswith(beginning)


@pytest.mark.parametrize("name", ["a", "a.csv"])
def test_an_unknown_ending_is_refused(name, tmp_path):
    """An ending that is no format of pictures is named, and nothing is written."""
    message = f"`to_file` ends in a format such as `.png`, received: '{name}'."

    with pytest.raises(ConfigurationError, match=re.escape(message)):
        plot_history(LOGS, name, to_folder=tmp_path)

    assert not (tmp_path / name).exists()


def test_a_path_that_cannot_be_written_is_named(tmp_path):
    """A folder that cannot be made gives an error with the path."""
    (tmp_path / "file").touch()

    with pytest.raises(WriteError, match=r"training_history\.png"):
        plot_history(LOGS, to_folder=tmp_path / "file")


def test_the_texts_are_the_users(tmp_path):
    """Title and labels are in the picture."""
    plot_history(
        LOGS, "a.svg", tmp_path, xlabel="Rounds", ylabel="Points", title="My run"
    )

    content = (tmp_path / "a.svg").read_text()
    assert all(f"<!-- {text} -->" in content for text in ("Rounds", "Points", "My run"))


def test_epochs_count_from_one():
    """A history and its dict give the same curves, from epoch 1."""
    history = History()
    for epoch in range(2):
        history.on_epoch_end(epoch, {name: LOGS[name][epoch] for name in LOGS})

    assert points_of(axes_of(history)) == points_of(axes_of(LOGS))
    assert points_of(axes_of(LOGS))["reward"] == [(1, 0.25), (2, 0.5)]


def test_a_history_that_starts_later_keeps_its_epochs():
    """The epochs of a history are those that ran."""
    history = History()
    history.on_epoch_end(4, {"reward": 0.5})
    history.on_epoch_end(5, {"reward": 0.6})

    assert points_of(axes_of(history)) == {"reward": [(5, 0.5), (6, 0.6)]}


def test_what_is_missing_is_left_out_and_bridged():
    """Values that are missing or no numbers make no gap and no curve."""
    logs = {
        "reward": [0.1, None, float("nan"), 0.4],
        "words": ["a", "b", "c", "d"],
        "lists": [[1], [2], [3], [4]],
    }

    assert points_of(axes_of(logs)) == {"reward": [(1, 0.1), (4, 0.4)]}


def test_numpy_values_are_plotted():
    """Arrays, and numbers of NumPy, are as good as lists of floats."""
    import numpy as np

    logs = {"reward": np.array([0.5, 0.25], dtype=np.float32)}

    assert points_of(axes_of(logs)) == {"reward": [(1, 0.5), (2, 0.25)]}


def test_validation_is_dashed_in_the_colour_of_its_metric():
    """Each metric has one colour; its validation is dashed with hollow markers."""
    lines = {line.get_label(): line for line in axes_of(LOGS).lines}

    assert list(lines) == ["reward", "val_reward", "f1"]
    assert lines["reward"].get_color() == lines["val_reward"].get_color()
    assert lines["reward"].get_color() != lines["f1"].get_color()
    assert lines["reward"].get_marker() != lines["f1"].get_marker()
    assert [line.get_linestyle() for line in lines.values()] == ["-", "--", "-"]
    assert lines["val_reward"].get_markerfacecolor() == "white"


@pytest.mark.parametrize("n_epochs", [1, 2, 3, 12, 120])
def test_ticks_are_epochs(n_epochs):
    """Ticks are whole epochs that were run."""
    axes = axes_of({"reward": [0.5] * n_epochs})

    ticks = ticks_of(axes.xaxis)
    assert ticks
    assert all(tick == int(tick) and 1 <= tick <= n_epochs for tick in ticks)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([0.9, 0.91], -0.02, 1.02), ([0.0, 1.0], -0.02, 1.02), ([-3.0, 9.0], -4, 10)],
    ids=["near", "full", "other"],
)
def test_limits(values, low, high):
    """Scores from 0 to 1 always have the same scale; others have room around them."""
    limits = axes_of({"reward": values}).get_ylim()

    assert limits == pytest.approx((low, high), abs=0.1)


def test_the_legend_is_beside_the_curves():
    """The legend covers no data and names every curve as it is."""
    axes = axes_of({**LOGS, "cost_$_and_$": [0.1, 0.2]})

    legend = axes.get_legend()
    assert legend.get_window_extent().x0 > axes.get_window_extent().x1
    assert [text.get_text().replace("\\", "") for text in legend.get_texts()] == [
        *LOGS,
        "cost_$_and_$",
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["reward"], ["reward", "val_reward"]),
        (["val_reward"], ["val_reward"]),
        ("f1", ["f1"]),
        (("f1", "val_reward"), ["val_reward", "f1"]),
    ],
    ids=str,
)
def test_the_filter_selects(names, shown):
    """A metric's name stands for its validation too."""
    assert list(points_of(axes_of(LOGS, names))) == shown


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["rewrd"],
            "`metrics_filter` names `rewrd`, which the history does not have. It has: "
            "`reward`, `val_reward`, `f1`. Did you mean `reward`?",
        ),
        ([], "There is nothing to plot: `metrics_filter` is empty."),
    ],
    ids=["unknown", "empty"],
)
def test_a_wrong_filter_is_refused(names, message, tmp_path):
    """A name that is not in the history is answered with those that are."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        plot_history(LOGS, to_folder=tmp_path, metrics_filter=names)


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "There is nothing to plot: no epoch has a value that is a number."),
        ({"reward": [None]}, "There is nothing to plot"),
        (History(), "There is nothing to plot"),
        ([0.5], "`history` is what `fit` returned, received: [0.5]."),
        ({"reward": 0.5}, "`history` is what `fit` returned, received: {'reward': 0.5"),
    ],
    ids=["empty", "missing", "no epoch", "list", "evaluation"],
)
def test_a_history_without_numbers_is_refused(history, message, tmp_path):
    """What cannot be plotted is said in words."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        plot_history(history, to_folder=tmp_path)


def test_the_users_backend_is_left_alone(tmp_path):
    """Plotting neither loads `pyplot` nor sets a backend."""
    code = (
        "import sys\n"
        "from synalinks.utils import plot_history\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"plot_history({LOGS}, to_folder={str(tmp_path)!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "import matplotlib\n"
        "assert matplotlib.rcParams._get_backend_or_none() is None\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )

    assert run.returncode == 0, run.stderr


class ZMQInteractiveShell:
    """Named like the shell of a notebook's kernel."""


@pytest.mark.parametrize(
    ("name", "is_image"), [("a.png", True), ("a.svg", False)], ids=["png", "svg"]
)
def test_a_notebook_gets_the_picture(name, is_image, tmp_path, monkeypatch):
    """In a notebook a PNG is returned as an image, to be shown by the cell."""
    package = types.ModuleType("IPython")
    package.get_ipython = ZMQInteractiveShell
    package.version_info = (9, 0)  # matplotlib asks for it, once in a process
    display = types.ModuleType("IPython.display")
    display.Image = lambda filename: ("image", filename)
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", display)

    shown = plot_history(LOGS, name, to_folder=tmp_path)

    path = str(tmp_path / name)
    assert shown == (("image", path) if is_image else path)


def test_a_line_of_no_failures_is_not_drawn():
    """The count of failed samples is drawn where there are some, or if asked for."""
    quiet = {**LOGS, "failed": [0.0, 0.0], "val_failed": [0.0, 2.0]}

    scores, failures = all_axes_of(quiet)

    assert "val_failed" not in points_of(scores)
    assert list(points_of(failures)) == ["val_failed"]
    assert failures.get_ylabel() == "failed (samples)"
    assert "failed" in points_of(axes_of(quiet, ["failed"]))


def test_other_scales_have_panels_of_their_own():
    """Dollars do not flatten scores, and each panel names its unit."""
    scores, cost, tokens = all_axes_of(
        {**LOGS, "cost": [0.1, 0.2], "total_tokens": [9000, 12000]}
    )

    assert list(points_of(scores)) == list(LOGS)
    assert (cost.get_ylabel(), tokens.get_ylabel()) == (
        "cost (US dollars)",
        "total_tokens (tokens)",
    )
    assert scores.get_xlim() == cost.get_xlim() == tokens.get_xlim()


def test_counts_have_whole_ticks():
    """Half a sample cannot fail; dollars have parts."""
    _, failed, cost = all_axes_of({**LOGS, "failed": [2, 0], "cost": [2.0, 0.5]})

    assert all(tick == int(tick) for tick in failed.get_yticks())
    assert any(tick != int(tick) for tick in cost.get_yticks())


def test_what_the_user_has_set_neither_shows_nor_changes(tmp_path):
    """The picture is the same in any style, and the style stays."""
    import matplotlib as mpl

    plot_history(LOGS, "a.png", tmp_path)
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30}):
        plot_history(LOGS, "b.png", tmp_path)
        assert mpl.rcParams["font.size"] == 30

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
