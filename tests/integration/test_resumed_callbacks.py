"""What callbacks log, remember and do at the end, in runs that are saved."""

import asyncio
import json

import numpy as np
import pytest

from synalinks._internal.files import append_text
from synalinks.callbacks import Callback, HyperparameterMonitor, MetricsLogger
from synalinks.errors import SavingError
from tests.resumed_runs import DiedError, Task, die, end, train

pytestmark = pytest.mark.integration


def run(coroutine):
    return asyncio.run(coroutine)


# -- the end ---------------------------------------------------------------------------


class Leaves(Callback):
    """Notes whether the folder is there when all is over."""

    def __init__(self, folder, error=None):
        super().__init__()
        self.backup, self.error = folder / "backup", error
        self.seen = []

    async def teardown(self, stage):
        is_there = await asyncio.to_thread((self.backup / "run.json").exists)
        self.seen.append((stage, is_there))
        if self.error is not None:
            raise self.error


def test_what_was_paid_for_is_kept_until_teardown_has_ended(tmp_path):
    """An error there is told like others, and the next attempt pays for nothing."""
    leaves = Leaves(tmp_path, DiedError("upload failed"))
    task = run(Task(tmp_path, callbacks=[leaves]).make())

    with pytest.raises(DiedError) as caught:
        run(task.fit())

    assert leaves.seen == [("train", True)]
    assert any("The run is saved in" in note for note in caught.value.__notes__)
    again = Leaves(tmp_path)
    assert run(train(tmp_path, callbacks=[again])).n_requests == 0
    assert again.seen == [("train", True)]
    assert not again.backup.exists()


def test_teardown_is_called_once_after_an_error(tmp_path):
    """Also in a run that is saved."""
    leaves = Leaves(tmp_path)
    run(die(tmp_path, n=3, callbacks=[leaves]))

    assert leaves.seen == [("train", True)]


# -- numbers and arrays of NumPy -------------------------------------------------------


class Logs(Callback):
    """Logs what JSON does not know by itself."""

    def on_train_batch_end(self, batch, logs=None):
        logs["loss"] = np.float32(0.5)
        self.trainer.log("n_correct", np.int64(batch))
        self.trainer.log("is_best", np.bool_(batch))
        self.trainer.log("nested", {"share": np.float32(0.25), 1: [np.arange(2)]})

    def on_epoch_end(self, epoch, logs=None):
        logs["confusion"] = np.eye(2) * epoch

    def on_train_end(self, logs=None):
        self.records = as_json(self.trainer.records)

    def state_dict(self):
        return {"seen": np.arange(2), "by_class": {np.int64(3): np.float32(0.5)}}


def as_json(value):
    return json.loads(json.dumps(value, default=lambda one: one.tolist()))


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
def test_a_saved_run_takes_the_numbers_of_numpy(tmp_path):
    """It ends as one alone would have, also if it dies in the middle of an epoch."""
    alone, last = Logs(), Logs()
    whole = run(train(tmp_path / "whole", callbacks=[alone]))
    for n in (3, 3):
        run(die(tmp_path / "run", "before_update", n, save_freq=1, callbacks=[Logs()]))
    resumed = run(train(tmp_path / "run", save_freq=1, callbacks=[last]))

    assert resumed.same() == whole.same()
    assert whole.history["n_correct"][0] == 1.5
    assert last.records == alone.records
    assert [one["value"] for one in last.records if one["key"] == "confusion"] == [
        [[0, 0], [0, 0]],
        [[1, 0], [0, 1]],
    ]


class Wrong(Callback):
    """Logs or remembers what is no JSON at all."""

    def __init__(self, place):
        super().__init__()
        self.place = place

    def on_train_batch_end(self, batch, logs=None):
        if self.place == "record":
            self.trainer.log("seen", {batch})

    def on_epoch_end(self, epoch, logs=None):
        if self.place == "epoch":
            logs["seen"] = {epoch}

    def state_dict(self):
        return {"seen": {1}} if self.place == "state" else {}


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("record", "records.seen.value"),
        ("epoch", "records.seen.value"),
        ("state", "callbacks.Wrong.seen"),
    ],
)
def test_what_is_no_json_is_named(tmp_path, place, name):
    """The user is told what to mend; what was paid for is kept."""
    with pytest.raises(SavingError, match=f"`{name}` is no JSON, but {{[01]"):
        run(train(tmp_path, callbacks=[Wrong(place)]))

    assert (tmp_path / "backup" / "run.json").exists()


# -- what callbacks remember -----------------------------------------------------------


def test_an_epoch_has_its_hyperparameters_after_a_death(tmp_path):
    """Those of its last batch, which another process has worked on."""

    def options():
        return {"save_freq": 1, "callbacks": [HyperparameterMonitor()]}

    whole = run(train(tmp_path / "whole", **options()))
    run(die(tmp_path / "run", "on_test_begin", 2, **options()))
    resumed = run(train(tmp_path / "run", **options()))

    assert "opt_sampling_temperature" in whole.history
    assert resumed.same() == whole.same()


class Notes(Callback):
    """Logs a text per step."""

    def on_train_batch_end(self, batch, logs=None):
        self.trainer.log("note", f"step {self.trainer.global_step}")


def lines_of(folder):
    rows = map(json.loads, (folder / "m.jsonl").read_text().splitlines())
    names = ("kind", "step", "epoch", "value", "reward", "val_reward")
    return [[sorted(row), *map(row.get, names)] for row in rows]


async def logged(folder, n_steps, deaths):
    """Train with deaths in between; return the lines, and the steps of a sink."""
    folder.mkdir()
    (folder / "m.jsonl").write_text('{"kind": "old"}\n')

    def options():
        logger = MetricsLogger([f"jsonl:{folder}/m.jsonl"], n_steps)
        return {"save_freq": 1, "callbacks": [Notes(), logger]}

    for hook, n in deaths:
        await die(folder, hook, n, **options())
    await end(await Task(folder, **options()).make())
    return lines_of(folder)


@pytest.mark.parametrize("n_steps", [1, 3])
@pytest.mark.parametrize(
    "deaths",
    [
        [("before_update", 3), ("before_update", 2)],
        [("on_train_begin", 1), ("on_epoch_end", 1)],
        [("on_train_batch_end", 6), ("teardown", 1)],
    ],
)
def test_a_logger_has_the_lines_of_one_run(tmp_path, n_steps, deaths):
    """None twice, none missing, and what the file had before is kept."""
    whole = run(logged(tmp_path / "whole", n_steps, []))

    assert run(logged(tmp_path / "run", n_steps, deaths)) == whole
    assert whole[0][1] == "old"


class Appends(Callback):
    """Writes to a file that is not its own."""

    def __init__(self, folder):
        super().__init__()
        self.path = folder / "m.jsonl"

    async def on_train_batch_end(self, batch, logs=None):
        line = f'{{"kind": "other", "step": {self.trainer.global_step}}}\n'
        await asyncio.to_thread(append_text, self.path, line)


def test_what_others_have_written_is_kept(tmp_path):
    """A file that several write to is not cut."""

    def options():
        logger = MetricsLogger(f"jsonl:{tmp_path}/m.jsonl", 1)
        return {"save_freq": 1, "callbacks": [logger, Appends(tmp_path)]}

    run(die(tmp_path, "before_update", 4, **options()))
    run(train(tmp_path, **options()))

    lines = lines_of(tmp_path)
    assert [row[2] for row in lines if row[1] == "other"] == [*range(1, 9)]


def test_two_loggers_of_one_file_lose_no_line(tmp_path):
    """Neither cuts what the other one has written."""

    def options():
        loggers = [MetricsLogger(f"jsonl:{tmp_path}/m.jsonl", n) for n in (1, 2)]
        return {"callbacks": loggers}

    run(die(tmp_path, "before_update", 2, **options()))
    run(train(tmp_path, **options()))

    steps = [row[2] for row in lines_of(tmp_path)]
    assert {one: steps.count(one) for one in (2, 3)} == {2: 2, 3: 1}


@pytest.mark.parametrize(
    "text", ["", "{}\n", '{"kind": "of another run", "step": 1}\n']
)
def test_another_file_of_that_name_is_left_alone(tmp_path, text):
    """Where no line ended when the run was saved, the file is not that of the run."""

    def options():
        logger = MetricsLogger(f"jsonl:{tmp_path}/m.jsonl", 1)
        return {"save_freq": 1, "callbacks": [logger]}

    path = tmp_path / "m.jsonl"
    path.write_text('{"a": 1}\n')
    run(die(tmp_path, "on_train_batch_begin", 1, **options()))
    path.write_text(text)

    run(train(tmp_path, **options()))

    assert path.read_text().startswith(text)


def test_states_of_earlier_releases_are_taken():
    """They had less in them."""
    MetricsLogger().load_state_dict({"digests": {}})
    HyperparameterMonitor().load_state_dict({})
