"""What happened to a run, in order."""

from dataclasses import replace
from itertools import pairwise

from synalinks.backups import Commit, read_details
from synalinks.reports._timeline import place_of, timeline_of
from tests.reported_runs import EPOCHS, train


def test_rows_are_in_order_and_tell_what_happened(tmp_path):
    """Epochs have their values and candidates; changes between them are one row."""
    history = train(tmp_path / "run")

    rows, n_hidden = timeline_of(read_details(tmp_path / "run"))

    assert n_hidden == 0
    kinds = [row.kind for row in rows]
    assert kinds[0] == "begun"
    assert kinds[-1] == "finished"
    assert kinds.count("epoch") == EPOCHS
    assert all(a != b or a != "change" for a, b in pairwise(kinds))
    last = [row.text for row in rows if row.kind == "epoch"][-1]
    assert f"val_reward {history.history['val_reward'][-1]:.4f}" in last
    told = " ".join(row.text for row in rows)
    n_proposed = sum(one.event == "proposed" for one in history.candidate_events)
    counts = [part.split()[-1] for part in told.split(" proposed")[:-1]]
    assert sum(map(int, counts)) == n_proposed
    assert rows[0].since == "0:00.0"


def test_a_killed_process_is_told_of(tmp_path):
    """No process can write that it was killed: the next one, or the reader, sees it."""
    train(tmp_path / "run")
    details = read_details(tmp_path / "run")
    begun = [one for one in details.moments if one.what == "begun"]
    resumed = replace(begun[0], what="resumed", facts={"in_flight": 3})
    record = replace(details.record, status="interrupted")
    killed = replace(details, moments=[*begun, resumed], record=record)

    texts = [row.text for row in timeline_of(killed)[0] if row.kind != "change"]

    assert texts[1:3] == [
        "The process before had been killed.",
        "Another process went on with it; 3 calls were in flight, and are made again.",
    ]
    assert texts[-1] == "The process was killed: it has not written how it ended."


def test_places_are_told_as_people_count():
    """Epochs count from 1, and what is chosen at the end of one belongs to it."""
    commit = Commit(epoch=1, batch=3, score=None, values={})

    assert place_of(commit) == "epoch 2, batch 3"
    assert place_of(replace(commit, batch=0)) == "end of epoch 1"
