"""What an optimizer has tried."""

import pytest

from synalinks.contracts import CandidateEvent
from synalinks.reports._lineage import lineage_of


def event(kind, step, candidate, reward=None, parents=(), reason=""):
    return CandidateEvent(
        event=kind,
        step=step,
        candidate=candidate,
        origin="mutation",
        parents=parents,
        reward=reward,
        n_samples=0 if reward is None else 4,
        reason=reason,
    )


def test_candidates_are_counted_and_sorted():
    """Those in use come first, then the best; dropped ones are counted by reason."""
    lineage = lineage_of([
        event("proposed", 0, "a"),
        event("accepted", 0, "a", 0.5),
        event("best", 0, "a", 0.5),
        event("proposed", 1, "b", parents=("a",)),
        event("rejected", 1, "b", 0.9, parents=("a",)),
        event("dropped", 2, "a", reason="too long"),
        event("dropped", 3, "a", reason="too long"),
        event("proposed", 4, "c"),
    ])  # fmt: skip

    assert (lineage.n_proposed, lineage.n_taken) == (3, 1)
    assert [one.candidate for one in lineage.best] == ["a", "b"]
    assert [one.in_use_from for one in lineage.best] == [0, None]
    assert lineage.dropped == [("too long", 2)]
    assert "2 candidates" in lineage.svg
    assert lineage.svg.count("<circle") == 3


def test_without_measurements_there_is_no_picture():
    """A run that has proposed nothing yet has nothing to draw."""
    assert lineage_of([]).svg == ""
    assert lineage_of([event("proposed", 0, "a")]).svg == ""


@pytest.mark.parametrize("n", [1, 200])
def test_any_number_of_candidates_is_drawn(n):
    """The table is cut, the picture has all of them."""
    lineage = lineage_of([
        event("rejected", step, f"{step}", step / n) for step in range(n)
    ])  # fmt: skip

    assert lineage.svg.count("<circle") == n
    assert len(lineage.best) + lineage.n_hidden == n
    assert "nan" not in lineage.svg
