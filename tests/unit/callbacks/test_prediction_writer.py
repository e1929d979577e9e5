"""Predictions in a file, as they come."""

import errno
import json
import os
from itertools import count

import pytest
from parity import data, make_task, parity_answer

from synalinks.callbacks import Callback, PredictionWriter
from synalinks.errors import ConfigurationError, SynalinksWarning, WriteError


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_predict_writes_a_line_per_sample_in_order(tmp_path):
    """Each line has the sample, its input and its output."""
    path, task = tmp_path / "a" / "out.jsonl", await make_task()

    outputs = await task.program.predict(
        data(0, 7)[0], batch_size=3, callbacks=PredictionWriter(path), verbose=0
    )

    rows = rows_of(path)
    assert [row["sample_id"] for row in rows] == [f"predict:{i}" for i in range(7)]
    assert [row["input"]["query"] for row in rows] == [f"n{i}" for i in range(7)]
    assert [row["output"] for row in rows] == [one.get_json() for one in outputs]
    assert "expected" not in rows[0]


@pytest.mark.filterwarnings("ignore:1 samples failed")
async def test_evaluate_adds_targets_rewards_and_errors(tmp_path):
    """A sample that failed has a line with the reason."""

    def answers(request):
        is_bad = any("n5" in str(one["content"]) for one in request.messages)
        return "no JSON" if is_bad else parity_answer(request)

    path, task = tmp_path / "out.jsonl", await make_task(answers)

    await task.program.evaluate(
        *data(0, 6), batch_size=4, callbacks=PredictionWriter(path), verbose=0
    )

    rows = rows_of(path)
    assert [row["reward"] for row in rows] == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    assert rows[1]["expected"] == {"answer": "odd"}
    assert rows[5]["output"] is None
    assert rows[5]["error"].startswith("InvalidOutputError: ")


async def test_batches_are_on_disk_before_the_next_one(tmp_path):
    """A run that is killed has written all batches but the last."""
    path, task, sizes = tmp_path / "out.jsonl", await make_task(), []

    class Look(Callback):
        callback_order, run_in_thread = 20, True

        def on_predict_batch_end(self, batch, logs=None):
            sizes.append(len(rows_of(path)))

    await task.program.predict(
        data(0, 6)[0],
        batch_size=2,
        callbacks=[PredictionWriter(path), Look()],
        verbose=0,
    )

    assert sizes == [2, 4, 6]


async def test_a_run_replaces_the_file_and_fit_leaves_it_alone(tmp_path):
    """The file holds one run; validations inside `fit` are none."""
    path, task = tmp_path / "out.jsonl", await make_task()
    writer = PredictionWriter(path)
    for n in (4, 2):
        await task.program.predict(data(0, n)[0], callbacks=writer, verbose=0)
    before = path.read_text()

    await task.program.fit(
        *data(0, 4), validation_data=data(4, 6), callbacks=writer, verbose=0
    )

    assert len(rows_of(path)) == 2
    assert path.read_text() == before


async def test_a_failing_disk_leaves_no_gaps(tmp_path, monkeypatch):
    """There is one warning, the predictions are returned, and writing ends."""
    path, task = tmp_path / "out.jsonl", await make_task()
    write, n_writes = os.write, count(1)

    def second_is_cut_short(descriptor, content):
        if next(n_writes) == 2:
            write(descriptor, content[:7])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", second_is_cut_short)
    with pytest.warns(SynalinksWarning, match="No space left.* not called again"):
        outputs = await task.program.predict(
            data(0, 6)[0], batch_size=2, callbacks=PredictionWriter(path), verbose=0
        )

    assert len(outputs) == 6
    assert len(rows_of(path)) == 2


async def test_a_file_that_cannot_be_written_is_found_before_any_call(tmp_path):
    """It costs nothing to find out."""
    (tmp_path / "folder").write_text("a file")
    task = await make_task()

    with pytest.raises(WriteError, match="Cannot write"):
        await task.program.predict(
            data(0, 2)[0],
            callbacks=PredictionWriter(tmp_path / "folder" / "out.jsonl"),
            verbose=0,
        )

    assert task.n_calls == 0


def test_the_path_is_checked():
    """The ending says what the file is."""
    with pytest.raises(
        ConfigurationError, match=r"ends in `.jsonl`, received: 'a.csv'"
    ):
        PredictionWriter("a.csv")
