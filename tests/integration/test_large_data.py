"""Data larger than memory go through evaluation, prediction and training."""

import gc
import json

import pytest
from builders import run
from parity import Answer, Query, make_task

from synalinks.callbacks import Callback
from synalinks.datasets import JSONLDataset
from synalinks.errors import ConfigurationError, WriteError
from synalinks.training import _sample_store
from synalinks.training._sample import Sample

pytestmark = pytest.mark.integration

FILLER = " long" * 200
N = 800


def write_rows(path, numbers):
    """Write a file of rows of one kilobyte each."""
    with path.open("w", encoding="utf-8") as file:
        for k in numbers:
            row = {"query": f"n{k}{FILLER}", "answer": "odd" if k % 2 else "even"}
            file.write(json.dumps(row) + "\n")


@pytest.fixture
def rows(tmp_path):
    """A file of 800 samples."""
    path = tmp_path / "rows.jsonl"
    write_rows(path, range(N))
    return JSONLDataset(
        path, input_data_model=Query, output_data_model=Answer, batch_size=16
    )


@pytest.fixture
def _little_memory(monkeypatch):
    monkeypatch.setattr(_sample_store, "_MEMORY_BYTES", 2**16)
    monkeypatch.setattr(_sample_store, "_CHUNK_BYTES", 2**14)


class MostInMemory(Callback):
    """Counts the samples that are in memory, each time a batch is done."""

    most = 0
    run_in_thread = True  # there are many objects to look through

    def __init__(self):
        super().__init__()
        gc.collect()
        self.before = n_samples()  # those that other tests have left

    def on_test_batch_end(self, batch, logs=None):
        self._count(batch)

    def on_predict_batch_end(self, batch, logs=None):
        self._count(batch)

    def _count(self, batch):
        if batch % 25 == 0:
            self.most = max(self.most, n_samples() - self.before)


def n_samples():
    """Return how many samples this process holds."""
    return sum(isinstance(one, Sample) for one in gc.get_objects())


@pytest.mark.usefixtures("_little_memory")
async def test_evaluating_and_predicting_hold_few_samples(rows, tmp_path):
    """However many samples there are, those in memory follow from what is in flight."""
    task = await make_task(answers=lambda _: {"answer": "even"})
    task.program.language_models[0].max_concurrency = 4
    counted = MostInMemory()

    logs = await task.program.evaluate(rows, batch_size=8, callbacks=counted, verbose=0)
    path = await task.program.predict(
        rows,
        batch_size=8,
        to_file=tmp_path / "predictions.jsonl",
        callbacks=counted,
        verbose=0,
    )

    assert logs["reward"] == 0.5
    assert task.n_calls == 2 * N
    assert 0 < counted.most < 200
    with path.open(encoding="utf-8") as file:
        ids = [json.loads(line)["sample_id"] for line in file]
    assert ids == [f"predict:{k}" for k in range(N)]


@pytest.mark.usefixtures("_little_memory")
def test_training_is_the_same_from_a_file(tmp_path):
    """A stream on disk gives the history and the program that lists give."""
    path = tmp_path / "rows.jsonl"
    write_rows(path, range(60))
    rows = JSONLDataset(path, input_data_model=Query, output_data_model=Answer)

    async def train(x, y=None):
        task = await make_task()
        history = await task.program.fit(
            x, y, validation_split=0.25, batch_size=4, epochs=2, verbose=0
        )
        return history.history, task.program.trainable_variables[0].get("examples")

    assert run(train(rows)) == run(train(*rows.materialize()))


async def test_predictions_are_read_from_their_file(tmp_path):
    """Each line has its sample, in order; with a callback of the user's beside it."""
    task = await make_task()
    path = tmp_path / "out" / "predictions.jsonl"

    given = await task.program.predict(
        [Query(query=f"n{k}") for k in range(3)], to_file=path, verbose=0
    )

    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert given == path
    assert [one["output"]["answer"] for one in lines] == ["even", "unknown", "even"]


async def test_a_file_that_cannot_be_written_ends_the_prediction(tmp_path):
    """Nothing is paid for that nobody would keep."""
    task = await make_task()
    (tmp_path / "a").write_text("no folder", encoding="utf-8")

    with pytest.raises(WriteError, match="Cannot write"):
        await task.program.predict(
            [Query(query="n1")], to_file=tmp_path / "a" / "b.jsonl", verbose=0
        )
    with pytest.raises(ConfigurationError, match=r"ends in `\.jsonl`"):
        await task.program.predict([Query(query="n1")], to_file="b.csv", verbose=0)

    assert task.n_calls == 0


async def test_steps_end_an_endless_generator():
    """What is beyond the steps asked for is not read."""

    def endless():
        while True:
            yield ([Query(query="n2")],)

    task = await make_task()

    predicted = await task.program.predict(endless(), batch_size=2, steps=3, verbose=0)

    assert len(predicted) == 6
