"""Runs that are gone on with otherwise than they were begun."""

import asyncio
import os

import pytest

import synalinks
from synalinks.backups import RunFolder, read_run
from synalinks.callbacks import Callback
from synalinks.errors import BackupMismatchError, SynalinksWarning
from synalinks.optimizers import BootstrapFewShot
from synalinks.training import Evaluator
from tests.fault.killed_run import data
from tests.resumed_runs import DiedError, Dies, Task, bytes_of, die, end, train

pytestmark = pytest.mark.integration


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_change_is_accepted_once_for_all(tmp_path):
    """Who dies after it goes on with the same script, or without the permission."""
    change = {"generator": {"temperature": 0.5}}  # asks all of the epoch otherwise
    allowed = {**change, "settings": {"allow_changes": ["program"]}}
    run(die(tmp_path, n=4))
    run(die(tmp_path, n=2, **allowed))
    run(die(tmp_path, n=3, **allowed))

    ended = run(train(tmp_path, **change))

    assert len(ended.history["reward"]) == 2


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("metrics", lambda: {"metrics": [synalinks.metrics.FBetaScore()]}),
        ("optimizer", lambda: {"optimizer": BootstrapFewShot()}),
    ],
)
@pytest.mark.parametrize("n", [3, 6])
def test_parts_that_are_others_begin_anew(tmp_path, name, change, n):
    """The program and all answers are kept, and the user is told."""
    run(die(tmp_path, n=n, save_freq=1))

    with pytest.warns(SynalinksWarning, match=f"another {name}, which begins anew"):
        ended = run(
            train(tmp_path, save_freq=1, settings={"allow_changes": [name]}, **change())
        )

    assert len(ended.history["reward"]) == 2


async def renamed(folder):
    """Return a task whose modules are the same under other names."""
    task = await Task(folder, generator={"name": "writer_1"}, save_freq=1).make()
    task.settings = {"allow_changes": ["program", "initial_variables"]}
    return task


def test_what_cannot_be_taken_over_is_refused(tmp_path):
    """Also if it was allowed; the folder is as it was, and the first script goes on."""
    whole = run(train(tmp_path / "whole"))
    n_paid = run(die(tmp_path / "run", n=6, save_freq=1))
    before = bytes_of(tmp_path / "run" / "backup")

    with pytest.raises(BackupMismatchError, match="cannot be taken over") as caught:
        run(end(run(renamed(tmp_path / "run"))))

    assert "synalinks.clear_session()" in str(caught.value)
    assert bytes_of(tmp_path / "run" / "backup") == before
    resumed = run(train(tmp_path / "run", save_freq=1))
    assert resumed.same() == whole.same()
    assert n_paid + resumed.n_requests == whole.n_requests


def test_other_modules_are_not_told_to_be_the_same(tmp_path):
    """The hint at names is given only where names are all that differs."""
    run(die(tmp_path, n=4, save_freq=1))

    with pytest.raises(BackupMismatchError) as caught:
        run(train(tmp_path, save_freq=1, generator={"name": "author_1"}))

    assert "clear_session" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
@pytest.mark.parametrize("lost", ["snap-*.json", "journal-*.jsonl"])
def test_what_an_attempt_has_left_is_no_beginning(tmp_path, lost):
    """Where no state is left, a program that was trained is not taken for a new one."""
    whole = run(train(tmp_path / "whole"))
    task = run(Task(tmp_path, callbacks=[Dies("on_train_batch_end", 6)]).make())
    task.save_freq = 1
    with pytest.raises(DiedError):
        run(task.fit())
    for path in (tmp_path / "backup").glob(lost):
        path.write_bytes(path.read_bytes()[:100])
    task.callbacks = []

    with pytest.raises(BackupMismatchError, match="make it anew"):
        run(task.fit())

    resumed = run(train(tmp_path, save_freq=1))
    assert resumed.same() == whole.same()


class Moves(Callback):
    """Changes the folder of the process in the middle of a run."""

    def __init__(self, folder):
        super().__init__()
        self._to = folder

    def on_train_batch_end(self, batch, logs=None):
        os.chdir(self._to)


def test_a_process_may_change_its_folder(tmp_path, monkeypatch):
    """A relative `backup_dir` stays where it was, and that of others is left alone."""
    for name in ("a", "b"):
        (tmp_path / name / "run").mkdir(parents=True)
    run(die(tmp_path / "b" / "run", n=6, save_freq=1))
    others = bytes_of(tmp_path / "b" / "run" / "backup")
    monkeypatch.chdir(tmp_path / "a")

    run(die("run", n=4, save_freq=1, callbacks=[Moves(tmp_path / "b")]))
    left = read_run(tmp_path / "a" / "run" / "backup")
    monkeypatch.chdir(tmp_path / "a")
    run(train("run", save_freq=1, callbacks=[Moves(tmp_path / "b")]))

    assert left.status == "failed"
    assert not (tmp_path / "a" / "run" / "backup").exists()
    assert bytes_of(tmp_path / "b" / "run" / "backup") == others


def test_a_removal_that_was_cut_off_is_ended(tmp_path):
    """What is left of a run that has ended is in the way of no other one."""
    run(die(tmp_path, n=6, save_freq=1))
    backup = tmp_path / "backup"
    (backup / "run.json").rename(backup / ".run.json.removed")

    folder = RunFolder(backup)
    folder.open()
    left = sorted(path.name for path in backup.iterdir())
    folder.close()

    assert left == ["lock"]


def asked_of(first, **options):
    """Return arguments of a run with an evaluator."""
    evaluator = Evaluator("test", *data(first, 3), **options)
    return {"arguments": {"evaluators": [evaluator]}}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda: asked_of(300), "data.evaluators.test: 3 samples"),
        (
            lambda: asked_of(200, metrics=[synalinks.metrics.FBetaScore()]),
            r"evaluators.test.metrics: nothing",
        ),
    ],
)
def test_other_evaluations_are_told(tmp_path, change, match):
    """By name, as other validation samples and metrics are."""
    run(die(tmp_path, n=3, save_freq=1, **asked_of(200)))

    with pytest.raises(BackupMismatchError, match=match):
        run(train(tmp_path, save_freq=1, **change()))
