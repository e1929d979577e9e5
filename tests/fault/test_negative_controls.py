"""With one protection taken away, what the other tests look at goes wrong.

A test that never failed proves nothing. Here each of the protections is removed in the
process that is killed, and in the one that goes on; the comparison that other tests
make with a run that nobody kills has to see it.
"""

import pytest

from synalinks._internal.records import decode
from synalinks._internal.store import Store
from tests.fault import killing

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

# By protection: when the process dies, and whether MLflow has to be asked. Chosen, not
# drawn: a kill at these moments shows that the protection is missing, whoever is slow.
WITHIN_A_SNAPSHOT = "snapshot", 3
IN_THE_FIRST_EPOCH = "on_train_batch_end", 3
IN_THE_SECOND_EPOCH = "on_train_batch_end", 4


@pytest.fixture
def problems_of(starter, chat_server, undisturbed, tmp_path):
    """Return a function that kills a run, and compares what it came to."""

    def find(kill, *, is_tracked=False, without=None):
        arguments = {"optimizer": "few_shot", "save_freq": "epoch"}
        arguments["is_tracked"] = is_tracked
        killed = killing.run_to_the_end(
            starter, chat_server, tmp_path / "killed", [kill], without=without,
            **arguments,
        )  # fmt: skip
        assert killed.n_kills == 1
        return killing.problems(killed, undisturbed(**arguments))

    return find


@pytest.mark.parametrize(
    "kill", [WITHIN_A_SNAPSHOT, IN_THE_FIRST_EPOCH, IN_THE_SECOND_EPOCH]
)
def test_the_protections_hold(problems_of, kill):
    """With all of them in place, the same kills leave nothing to be seen."""
    assert problems_of(kill) == []


def test_a_snapshot_that_is_written_in_place(problems_of):
    """What was chosen once is lost with the snapshot before: MLflow has a second run.

    All else comes out the same even so: the answers are in the journal, and the run is
    worked through again from its first batch.
    """
    found = problems_of(
        WITHIN_A_SNAPSHOT, is_tracked=True, without="write_snapshots_in_place"
    )

    assert found == ["what MLflow has"]


def test_answers_that_are_used_before_they_are_durable(problems_of):
    """Three batches went on with answers that are lost: they are all paid for again."""
    (found,) = problems_of(
        IN_THE_FIRST_EPOCH, without="use_answers_before_they_are_durable"
    )

    assert "requests again" in found


def test_a_snapshot_before_the_callbacks_of_the_epoch(problems_of):
    """What they did at the end of the epoch is lost: the log lacks a row."""
    found = problems_of(
        IN_THE_SECOND_EPOCH, without="save_before_the_callbacks_of_an_epoch"
    )

    assert {"result.history", "file log.csv", "checkpoints.jsonl"} <= {*found}


def test_arrival_as_identity(problems_of):
    """Answers reach other questions than those that they were given to."""
    found = problems_of(IN_THE_FIRST_EPOCH, without="know_answers_by_their_arrival")

    assert {"result.history", "result.variables"} <= {*found}


def test_records_without_a_checksum(tmp_path, monkeypatch):
    """One changed letter would be believed."""
    store = Store(tmp_path)
    store.put("key", {"answer": "yes"})
    store.close()
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"yes", b"yep"))
    line = path.read_bytes()

    assert decode(line) is None
    monkeypatch.setattr(
        "synalinks._internal.records.crc32", lambda _: int(line[:8], 16)
    )
    assert decode(line) == {"answer": "yep"}
