"""What became of candidates, as a frame and as a picture."""

import pytest

from synalinks.callbacks import History
from synalinks.contracts import CandidateEvent
from synalinks.errors import ConfigurationError
from synalinks.utils import _plot_lineage, plot_lineage


def event(kind, step, candidate, *, parents=(), reward=None, n_samples=0, origin="m"):
    return CandidateEvent(
        event=kind,
        step=step,
        candidate=candidate,
        origin=origin,
        parents=parents,
        reward=reward,
        n_samples=n_samples,
    )


def history():
    made = History()
    made.candidate_events = [
        event("proposed", 0, "a"),
        event("accepted", 0, "a", reward=0.5, n_samples=8),
        event("best", 0, "a", reward=0.5, n_samples=8),
        event("dropped", 1, "a"),
        event("proposed", 1, "b", parents=("a",), origin="few_shot"),
        event("rejected", 1, "b", parents=("a",), reward=0.2, n_samples=4),
        event("best", 2, "a", reward=0.6, n_samples=20),
    ]
    return made


def test_the_frame_has_a_row_per_candidate():
    """Reward is where it was measured last; dropped proposals are no candidates."""
    frame = history().candidates

    assert frame.to_dict("records") == [
        {
            "candidate": "a",
            "origin": "m",
            "parents": [],
            "step": 0,
            "reward": 0.6,
            "n_samples": 20,
            "is_accepted": True,
            "in_use_from": 0.0,
        },
        {
            "candidate": "b",
            "origin": "few_shot",
            "parents": ["a"],
            "step": 1,
            "reward": 0.2,
            "n_samples": 4,
            "is_accepted": False,
            "in_use_from": pytest.approx(float("nan"), nan_ok=True),
        },
    ]


def test_a_history_without_candidates_has_an_empty_frame():
    """The columns are there before anything was proposed."""
    frame = History().candidates

    assert len(frame) == 0
    assert "in_use_from" in frame.columns


def test_lines_join_children_to_parents(tmp_path):
    """Each child has a line to its parent, and who was in use has a line of its own."""
    figure = _plot_lineage._draw(history().candidate_events, "Candidates")
    lines = [
        [*zip(line.get_xdata(), line.get_ydata(), strict=True)]
        for line in figure.axes[0].lines
    ]

    assert [(0, 0.6), (1, 0.2)] in lines
    assert [(0, 0.6), (2, 0.6), (2, 0.6)] in lines
    assert plot_lineage(history(), to_folder=tmp_path) == str(tmp_path / "lineage.png")
    assert (tmp_path / "lineage.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (History(), "no candidate was measured"),
        ({}, "`history` is what `fit` returned"),
    ],
)
def test_nothing_to_plot_is_said(given, message):
    """A wrong argument, and a run without candidates, are told apart."""
    with pytest.raises(ConfigurationError, match=message):
        plot_lineage(given)
