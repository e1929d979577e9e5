"""What a run's folder tells to people."""

import pytest

from synalinks.backups import read_details
from synalinks.callbacks import Callback
from synalinks.contracts import sample_to_json
from tests.reported_runs import CANARY, EPOCHS, LONG, N_VALIDATION, train


def test_a_folder_tells_what_became_of_a_run(tmp_path):
    """Values, programs, samples, uses, failures and times are those of the run."""
    history = train(tmp_path / "run")

    found = read_details(tmp_path / "run")

    assert found.history == history.history
    assert found.epochs == history.epoch
    assert found.best == history.best.candidate.values
    ((path, first),) = found.first.items()
    assert first["instructions"] == "Answer the question."
    assert "Hint" in found.best[path]["instructions"]
    assert list(found.events) == list(history.candidate_events)
    assert sum(one.counts["calls"] for one in found.usage) == history.usage.calls
    assert found.facts["program"] == "task"
    assert [one.what for one in found.moments] == [
        "begun",
        *["epoch"] * EPOCHS,
        "finished",
    ]


def test_samples_are_those_of_validation_worst_first(tmp_path):
    """Each has what was asked, expected and answered, and how it was before."""
    train(tmp_path / "run")

    samples = read_details(tmp_path / "run").samples

    assert sorted(one.sample_id for one in samples) == [
        f"val:{index}" for index in range(N_VALIDATION)
    ]
    rewards = [one.reward for one in samples]
    assert rewards == sorted(rewards)
    best = samples[-1]
    number = best.inputs["text"].partition("#")[2].split()[0]
    assert best.target == best.output == {"answer": number}
    assert any(one.feedback for one in samples)
    assert any(one.reward_before is not None for one in samples)


def test_failures_are_counted_by_kind(tmp_path):
    """A sample that failed is counted once for each program that was tried on it."""
    train(tmp_path / "run")

    found = read_details(tmp_path / "run")

    (failure,) = found.failures
    assert failure.boundary == "language_model"
    assert failure.error == "InvalidOutputError"
    assert failure.n >= 1
    assert [one.failure for one in found.samples if one.failure]


def test_a_run_that_goes_on_has_each_thing_once(tmp_path):
    """Samples and cells of a crash are not doubled, and both processes are told of."""

    class Dies(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.trainer.epoch == 1:
                raise RuntimeError(CANARY)

    with pytest.raises(RuntimeError):
        train(tmp_path / "run", Dies())
    died = read_details(tmp_path / "run")
    train(tmp_path / "run", Callback(), epochs=EPOCHS)
    found = read_details(tmp_path / "run")
    train(tmp_path / "other")
    whole = read_details(tmp_path / "other")

    assert died.record.status == "failed"
    assert [one.what for one in found.moments][:4] == [
        "begun",
        "epoch",
        "failed",
        "resumed",
    ]
    assert found.samples == whole.samples
    assert found.failures == whole.failures
    assert found.history == whole.history


def test_a_run_is_read_while_it_runs(tmp_path):
    """Before the first epoch is done there is little to tell, and no error."""
    found = []

    class Looks(Callback):
        run_in_thread = True

        def on_train_batch_begin(self, batch, logs=None):
            found.append(read_details(tmp_path / "run"))

    train(tmp_path / "run", Looks())

    assert found[0].record.status == "running"
    assert found[0].history == {}
    assert found[0].samples == []
    assert found[-1].history


def test_what_is_noted_of_a_sample_is_bounded():
    """Long texts, long lists and deep trees are cut, and odd objects are shown."""
    from synalinks.contracts import Rollout

    deep = {"a": {"b": {"c": {"d": {"e": "f"}}}}}
    given = {"text": LONG * 100, "many": list(range(1000)), "deep": deep, "odd": {1}}

    noted = sample_to_json(Rollout(sample_id="val:0", inputs=given))

    inputs = noted["inputs"]
    assert noted["target"] is None
    assert len(inputs["text"]) < 1600
    assert inputs["text"].endswith("(38500 more)")
    assert len(inputs["many"]) == 20
    assert inputs["deep"] == {"a": {"b": {"c": "{'d': {'e': 'f'}}"}}}
    assert inputs["odd"] == "{1}"
