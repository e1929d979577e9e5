"""What `CSVLogger` writes, and what it refuses to write over."""

import os
import re
from pathlib import Path

import pytest

from synalinks.callbacks import CallbackList, CSVLogger
from synalinks.errors import ConfigurationError, FileFormatError, WriteError


async def fit(logger, *epochs, start=0, params=None):
    """Run epochs with the given logs."""
    callbacks = CallbackList(logger)
    callbacks.bind(None, params or {})
    await callbacks.dispatch("on_train_begin", {})
    for epoch, logs in enumerate(epochs, start=start):
        await callbacks.dispatch("on_epoch_begin", epoch, {})
        await callbacks.dispatch("on_epoch_end", epoch, logs)
    await callbacks.dispatch("on_train_end", {})
    await callbacks.dispatch("teardown", "train")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.csv"


async def test_columns_are_sorted_and_the_epoch_comes_first(path):
    """The header is `epoch` and the sorted names; epochs count from 0."""
    await fit(
        CSVLogger(path),
        {"val_reward": 0.5, "reward": 0.25, "f1": 1},
        {"val_reward": 0.75, "reward": 0.5, "f1": 0},
    )

    assert path.read_text() == (
        "epoch,f1,reward,val_reward\n0,1,0.25,0.5\n1,0,0.5,0.75\n"
    )


async def test_columns_of_the_validation_are_there_from_the_start(path):
    """The parameters tell all columns before an epoch has ended; `NA` is missing."""
    params = {"metrics": ["reward", "f1"]}

    await fit(CSVLogger(path), params=params)
    header = path.read_text()
    await fit(CSVLogger(path), {"reward": 0.5, "f1": 1.0}, params=params)

    assert header == "epoch,f1,reward,val_f1,val_reward\n"
    assert path.read_text() == f"{header}0,1.0,0.5,NA,NA\n"


async def test_pandas_reads_numbers(path):
    """pandas reads every column as numbers, with what is missing as NaN."""
    import pandas as pd

    await fit(
        CSVLogger(path), {"reward": 0.1 + 0.2}, {"reward": 1e-9, "val_reward": 0.5}
    )

    frame = pd.read_csv(path)
    assert [kind.kind for kind in frame.dtypes] == ["i", "f", "f"]
    assert frame["reward"].tolist() == [0.1 + 0.2, 1e-9]
    assert frame["val_reward"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ([0.5, 1], '"[0.5, 1]"'),
        ((1,), '"[1]"'),
        ([], '"[]"'),
        (None, "NA"),
        (True, "True"),
        ("plain", "plain"),
        ("with, comma", '"with, comma"'),
        ('with "quotes"', '"with ""quotes"""'),
        ("two\nlines", '"two\nlines"'),
        (float("nan"), "nan"),
    ],
    ids=repr,
)
async def test_cells(value, cell, path):
    """Lists are one quoted cell; text is quoted where it must be."""
    await fit(CSVLogger(path), {"value": value})

    assert path.read_text() == f"epoch,value\n0,{cell}\n"


async def test_numpy_values_are_written_as_numbers(path):
    """Numbers and arrays of NumPy look like those of Python."""
    import numpy as np

    logs = {"a": np.float32(0.5), "b": np.array([1.5, 2.0]), "c": np.array(3)}
    await fit(CSVLogger(path), logs)

    assert path.read_text() == 'epoch,a,b,c\n0,0.5,"[1.5, 2.0]",3\n'


@pytest.mark.parametrize("separator", ["\t", ";"], ids=["tab", "semicolon"])
async def test_separator(separator, path):
    """Another separator works, also when the log is continued."""
    logger = CSVLogger(path, separator=separator, append=True)

    await fit(logger, {"reward": [1, 2]})
    await fit(logger, {"reward": "a,b"})

    lines = ["epoch,reward", '0,"[1, 2]"', "0,a_b"]
    expected = [line.replace(",", separator, 1).replace("_", ",") for line in lines]
    assert path.read_text().splitlines() == expected


@pytest.mark.parametrize("separator", ["", ",,", '"', "\n", "1", ".", "-"], ids=repr)
def test_a_wrong_separator_is_refused(separator):
    """A separator that would break cells is named."""
    with pytest.raises(ConfigurationError, match="`separator` is one character"):
        CSVLogger("log.csv", separator=separator)


async def test_a_value_that_first_appears_late_gets_a_column(path):
    """The header always has every column, and each row is as wide as the header."""
    await fit(CSVLogger(path), {"reward": 0.25}, {"reward": 0.5, "a_late_one": 1})

    assert path.read_text() == "epoch,a_late_one,reward\n0,NA,0.25\n1,1,0.5\n"


async def test_the_file_is_complete_after_each_epoch(path):
    """While the run goes on, the file has a row for each epoch that ended."""
    callbacks = CallbackList(CSVLogger(path))
    contents = []

    await callbacks.dispatch("on_train_begin", {})
    for epoch in range(2):
        await callbacks.dispatch("on_epoch_begin", epoch, {})
        contents.append(path.read_text())
        await callbacks.dispatch("on_epoch_end", epoch, {"reward": epoch})
        contents.append(path.read_text())

    first, second = "epoch,reward\n0,0\n", "epoch,reward\n0,0\n1,1\n"
    assert contents == ["epoch\n", first, first, second]
    assert [one.name for one in path.parent.glob("*.csv*")] == ["log.csv"]


async def test_a_second_run_starts_a_new_file(path):
    """Without `append`, a run replaces the log of the one before, columns included."""
    logger = CSVLogger(path)

    await fit(logger, {"reward": 0.25, "old": 1})
    await fit(logger, {"reward": 0.5})

    assert path.read_text() == "epoch,reward\n0,0.5\n"


async def test_append_keeps_one_header_and_extends_it(path):
    """With `append`, rows are added under one header that grows with new values."""
    await fit(CSVLogger(path), {"reward": 0.25})

    logger = CSVLogger(path, append=True)
    await fit(logger, {"reward": 0.5})
    await fit(logger, {"f1": 1.0, "reward": 0.75})

    assert path.read_text() == ("epoch,f1,reward\n0,NA,0.25\n0,NA,0.5\n0,1.0,0.75\n")


@pytest.mark.parametrize("content", [None, "", "\n"], ids=["absent", "empty", "blank"])
async def test_append_to_nothing(content, path):
    """With `append`, a file that is absent or empty is begun."""
    if content is not None:
        path.write_text(content)

    await fit(CSVLogger(path, append=True), {"reward": 1})

    assert path.read_text() == "epoch,reward\n0,1\n"


async def test_a_log_saved_by_a_spreadsheet_is_continued(path):
    """A byte order mark and other line ends do no harm."""
    path.write_bytes(b'\xef\xbb\xbf"epoch","reward"\r\n"0","0.5"\r\n')

    await fit(CSVLogger(path, append=True), {"reward": 1})

    assert path.read_text() == "epoch,reward\n0,0.5\n0,1\n"


@pytest.mark.parametrize("append", [False, True])
async def test_a_run_that_starts_later_continues_the_file(append, path):
    """Rows of epochs that are run again go, the others stay: each epoch once."""
    await fit(CSVLogger(path), {"reward": 0}, {"reward": 1}, {"reward": 2})

    await fit(CSVLogger(path, append=append), {"reward": 10}, {"reward": 20}, start=1)

    assert path.read_text() == "epoch,reward\n0,0\n1,10\n2,20\n"


async def test_a_run_that_starts_later_keeps_the_runs_before(path):
    """Only rows of the last run in the file can be those of epochs run again."""
    logger = CSVLogger(path, append=True)
    await fit(logger, {"reward": 0}, {"reward": 1})
    await fit(logger, {"reward": 2}, {"reward": 3})

    await fit(logger, {"reward": 30}, start=1)

    assert path.read_text() == "epoch,reward\n0,0\n1,1\n0,2\n1,30\n"


async def test_an_interrupted_run_does_no_harm_to_the_next(path):
    """The same logger can be used again after a run that never ended."""
    logger = CSVLogger(path)
    callbacks = CallbackList(logger)
    await callbacks.dispatch("on_train_begin", {})
    await callbacks.dispatch("on_epoch_end", 0, {"reward": 0.1})

    await fit(logger, {"reward": 0.5})

    assert path.read_text() == "epoch,reward\n0,0.5\n"


async def test_a_value_named_epoch_does_not_replace_the_epoch(path):
    """The first column is the index of the epoch, whatever the logs say."""
    await fit(CSVLogger(path), {"epoch": 17, "reward": 1})

    assert path.read_text() == "epoch,reward\n0,1\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name,age\nann,7\n", "its first column is not `epoch`"),
        (b"epoch;reward\n0;1\n", "its first column is not `epoch`"),
        (b"epoch,a,a\n0,1,2\n", "two columns have the same name"),
        (
            b"epoch,a\n0,1\n1,2,3\n",
            "a row has 3 values under a header of 2: ['1', '2', '3']",
        ),
        (
            b"epoch,a\nfirst,1\n",
            "a row does not begin with an epoch: ['first', '1']",
        ),
        (b"\x89PNG\r\n\x1a\n", "it cannot be read ("),
        (b'epoch,"' + b"x" * 200_000, "it cannot be read ("),
    ],
    ids=["foreign", "separator", "twice", "width", "epoch", "binary", "long"],
)
async def test_append_to_a_foreign_file_is_refused(content, reason, path):
    """With `append`, a file that is no log of ours is named and left as it is."""
    path.write_bytes(content)

    with pytest.raises(FileFormatError, match=re.escape(f"`{path}`: {reason}")):
        await fit(CSVLogger(path, append=True), {"reward": 1})

    assert path.read_bytes() == content


async def test_a_foreign_file_is_replaced_without_append(path):
    """Without `append`, whatever file is there makes way."""
    path.write_text("name,age\nann,7\n")

    await fit(CSVLogger(path), {"reward": 1})

    assert path.read_text() == "epoch,reward\n0,1\n"


async def test_a_path_that_cannot_be_written_is_named_before_training(tmp_path):
    """The error comes when training begins, before any call is paid for."""
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "log.csv"
    logger = CSVLogger(path)
    callbacks = CallbackList(logger)

    with pytest.raises(WriteError, match=re.escape(f"Cannot write `{path}`: ")):
        await callbacks.dispatch("on_train_begin", {})


async def test_a_folder_is_no_file(tmp_path):
    """A folder, or anything but a regular file, is not replaced."""
    message = f"Cannot write `{tmp_path}`: it is not a regular file."

    with pytest.raises(WriteError, match=re.escape(message)):
        await fit(CSVLogger(tmp_path, append=True))


async def test_a_device_is_not_replaced(tmp_path):
    """A pipe at the path stays one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(WriteError, match="is not a regular file"):
        await fit(CSVLogger(pipe))

    assert pipe.is_fifo()


async def test_a_read_only_file_is_not_replaced(path, monkeypatch):
    """A file that its owner protects is left alone."""
    path.write_text("epoch\n")
    # Not by its mode: an administrator may write any file.
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(WriteError, match=re.escape(f"`{path}`: it is read-only.")):
        await fit(CSVLogger(path))


async def test_a_file_that_cannot_be_read_is_not_appended_to(path, monkeypatch):
    """A failure to read what is there is told apart from a foreign file."""
    path.write_text("epoch\n")

    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", fail)

    with pytest.raises(WriteError, match=r"Cannot read .* Permission denied"):
        await fit(CSVLogger(path, append=True))


async def test_folders_are_made(tmp_path):
    """Folders that the path names are made."""
    path = tmp_path / "a" / "b" / "log.csv"

    await fit(CSVLogger(str(path)), {"reward": 1})

    assert path.exists()


def test_hooks_called_by_hand_write_at_once(path):
    """Without an event loop there is nothing to await."""
    logger = CSVLogger(path)

    assert logger.on_train_begin({}) is None
    assert logger.on_epoch_begin(0, {}) is None
    assert logger.on_epoch_end(0, {"reward": 1}) is None
    assert logger.on_epoch_begin(1, {}) is None

    assert path.read_text() == "epoch,reward\n0,1\n"


async def test_a_subclass_need_not_await(path):
    """A plain override that calls `super()` and drops the result still writes."""
    import asyncio

    class Doubled(CSVLogger):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, {"reward": logs["reward"] * 2})

    await fit(Doubled(path), {"reward": 2})

    await asyncio.to_thread(lambda: None)
    for _ in range(100):
        if path.read_text() != "epoch\n":
            break
        await asyncio.sleep(0.01)
    assert path.read_text() == "epoch,reward\n0,4\n"
