"""What is in a backup folder is trusted only if it is this run's, and whole."""

import asyncio
import contextlib
import errno
import json
import multiprocessing
import os
import shutil
import signal
import stat
import threading
import time
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import synalinks
from synalinks.backups import read_run
from synalinks.errors import (
    BackupLockedError,
    BackupMismatchError,
    ConfigurationError,
    DivergenceError,
    FileFormatError,
    SynalinksWarning,
    WriteError,
)
from synalinks.optimizers import RandomFewShot
from tests.fault import killed_run
from tests.fault.killed_run import Judge, Verdict, data
from tests.resumed_runs import DiedError, Dies, Task, bytes_of, die, train

pytestmark = pytest.mark.integration


def run(coroutine):
    return asyncio.run(coroutine)


async def refused(folder, error, match, **changes):
    """Try to train; the error comes before any request, and nothing is touched."""
    before = bytes_of(folder / "backup")
    task = await Task(folder, **changes).make()
    with pytest.raises(error, match=match) as caught:
        await task.fit()
    assert bytes_of(folder / "backup") == before
    assert task.transport.requests == []
    return caught.value


async def other_reward(y_true, y_pred):
    return 1.0


CHANGES = {
    "optimizer.population_size": {
        "optimizer": lambda: RandomFewShot(population_size=3)
    },
    "optimizer.nb_max_examples": {
        "optimizer": lambda: RandomFewShot(nb_max_examples=9)
    },
    "reward.fn": {"reward": lambda: other_reward},
    "metrics": {
        "metrics": lambda: [synalinks.metrics.MeanMetricWrapper(other_reward, name="m")]
    },
    "program.modules.writer.temperature": {"generator": {"temperature": 0.5}},
    "program.modules.writer.instructions": {"generator": {"instructions": "Be brief."}},
    "program.modules.writer.prompt_template": {
        "generator": {"prompt_template": "{{ instructions }} {{ examples }}"}
    },
    "language_models.0.api_base": {"model": {"api_base": "http://localhost:9/v1"}},
    "language_models.0.seed": {"model": {"seed": 4}},
    "data.train": {"n_train": 10},
    "data.validation": {"arguments": {"validation_data": data(100, 2)}},
    "batch_size": {"arguments": {"batch_size": 4}},
    "minibatch_size": {"arguments": {"minibatch_size": 3}},
    "shuffle": {"arguments": {"shuffle": False}},
    "seed": {"seed": 5},
    "steps_per_epoch": {"arguments": {"steps_per_epoch": 2}},
    "validation_freq": {"arguments": {"validation_freq": 2}},
    "validation_batch_size": {"arguments": {"validation_batch_size": 1}},
    "initial_epoch": {"arguments": {"initial_epoch": 1}},
    "max_step_attempts": {"arguments": {"max_step_attempts": 3}},
    "on_sample_error": {"arguments": {"on_sample_error": "raise"}},
    "max_failure_rate": {"arguments": {"max_failure_rate": 0.5}},
    "sanity_batches": {"arguments": {"sanity_batches": 1}},
}
# Some changes come with others: another reward may call other models.
COMPANIONS = {
    "reward.fn": ("reward.", "language_models.", "code."),
    "metrics": ("metrics",),
    "program.modules.writer.instructions": ("initial_variables",),
    "language_models.0.api_base": ("language_models.",),
    "language_models.0.seed": ("language_models.",),
}


def made(changes):
    """Return changes with objects that belong to the session made anew."""
    return {
        key: value() if callable(value) else value for key, value in changes.items()
    }


@pytest.fixture(scope="module")
def dead(tmp_path_factory):
    """Return the folder of a run that died in its second epoch."""
    folder = tmp_path_factory.mktemp("dead")
    synalinks.clear_session()
    run(die(folder, n=6))
    return folder


@pytest.fixture
def folder(dead, tmp_path):
    """Return a copy of it."""
    shutil.copytree(dead, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.row("SY-24")
@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_named(folder, name):
    """Each part of a run alone is told from that of the run in the folder."""
    error = run(
        refused(folder, BackupMismatchError, f"  {name}", **made(CHANGES[name]))
    )

    others = COMPANIONS.get(name, ())
    strange = [
        other
        for other in error.differences
        if other != name and not other.startswith(others or "\0")
    ]
    assert not strange, error
    before, now = error.differences[name]
    assert f"{name}: {before} → {now}" in str(error)
    assert before != now


@pytest.mark.parametrize(
    "changes",
    [
        {"model": {"timeout": 5}},
        {"model": {"retry": 7}},
        {"model": {"max_concurrency": 3}},
        {"arguments": {"epochs": 3}},
        {"arguments": {"verbose": 2}},
    ],
    ids=str,
)
def test_how_calls_are_made_may_differ(folder, changes):
    """What changes no answer is not part of a run."""
    run(train(folder, **changes))


def test_other_variables_are_another_run(folder):
    """A program that was trained before is not the one with which the run began."""

    async def with_other_prompt():
        task = await Task(folder).make()
        task.program.trainable_variables[0].update({"instructions": "Guess."})
        with pytest.raises(BackupMismatchError, match="initial_variables"):
            await task.fit()
        return len(task.transport.requests)

    assert run(with_other_prompt()) == 0


def test_changes_can_be_allowed(folder):
    """By its name, or the first part of it, a difference is accepted."""
    changes = {"optimizer": RandomFewShot(population_size=3)}

    ended = run(train(folder, settings={"allow_changes": ["optimizer"]}, **changes))

    assert ended.task.program.optimizer.population_size == 10, "the saved state wins"


def test_other_data_are_measured_anew(folder):
    """With other data allowed, what was measured on the old ones is not used."""
    settings = {"allow_changes": ["data"]}

    ended = run(train(folder, n_train=6, settings=settings))

    assert len(ended.history["reward"]) == 2


def test_rewards_of_other_data_are_not_taken_over(tmp_path):
    """Samples have their places for names: those of the new data are others."""

    def answer(request):
        text = str(request.messages[-1]["content"])
        if "judge" in request.model:
            target, _, given = text.removesuffix("?").partition(" or ")
            return {"score": float(target == given)}
        number = int("".join(filter(str.isdigit, text)))
        return {"answer": "wrong" if number >= 500 else str(number % 3)}

    run(die(tmp_path, n=6, save_freq=1, answer=answer))
    changes = {"answer": answer, "arguments": {"validation_data": data(500, 4)}}
    settings = {"allow_changes": ["data"]}

    ended = run(train(tmp_path, save_freq=1, settings=settings, **changes))

    assert ended.history["val_reward"] == [1.0, 0.0]


def test_what_may_differ_is_checked(folder):
    """A name that is no part of a run would allow nothing."""
    run(
        refused(
            folder,
            ConfigurationError,
            "`allow_changes` names 'optimiser', which is no part of a run. Known: ",
            settings={"allow_changes": ["optimiser"]},
        )
    )


def test_a_changed_function_is_told(folder, monkeypatch):
    """Whitespace is changed often: other source code is a warning."""
    path = folder / "backup" / "run.json"
    card = json.loads(path.read_text())
    code = next(name for name in card["fingerprint"] if name.startswith("code."))
    card["fingerprint"][code] = "0"
    path.write_text(json.dumps(card))

    with pytest.warns(SynalinksWarning, match="source code of .*Judge.* has changed"):
        run(train(folder))


# -- one run at a time -----------------------------------------------------------------


def hold(folder, is_held, may_end):
    from synalinks.backups import RunFolder

    held = RunFolder(folder)
    held.open()
    held.sign()
    is_held.set()
    may_end.wait()


@pytest.mark.row("SY-46")
def test_a_folder_serves_one_run_at_a_time(folder):
    """A second process is refused at once; the first one's death frees the folder."""
    context = multiprocessing.get_context("spawn")
    is_held, may_end = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(folder / "backup", is_held, may_end))
    holder.start()
    is_held.wait()
    pattern = f'Another run is using .*"pid": {holder.pid}'
    run(refused(folder, BackupLockedError, pattern))

    holder.kill()
    holder.join()

    run(train(folder))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_does_not_keep_the_folder(tmp_path):
    """A process that the holder has forked lives on without the lock."""
    from synalinks.backups import RunFolder

    held = RunFolder(tmp_path / "backup")
    held.open()
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writes, b"!")
        signal.pause()
    os.read(reads, 1)
    held.close()

    other = RunFolder(tmp_path / "backup")
    other.open()
    other.close()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reads)
    os.close(writes)


def test_two_runs_of_one_process_are_told_apart(tmp_path):
    """The lock is not that of the process."""

    refusals = []

    class Other(synalinks.callbacks.Callback):
        async def on_propose_end(self, step, logs):
            if not refusals:
                second = await Task(tmp_path).make()
                with pytest.raises(BackupLockedError) as caught:
                    await second.fit()
                refusals.append(caught.value)

    run(train(tmp_path, callbacks=[Other()]))

    assert len(refusals) == 1


# -- files that are none of ours -------------------------------------------------------


@pytest.mark.row("SY-26")
def test_files_of_others_are_left_alone(folder):
    """A folder with other files is refused; those hidden by the system are not."""
    (folder / "backup" / ".DS_Store").write_text("x")
    (folder / "backup" / "paper.txt").write_text("x")
    run(refused(folder, ConfigurationError, r"has others in it: \['paper.txt'\]"))
    (folder / "backup" / "paper.txt").unlink()

    run(train(folder))

    assert [path.name for path in (folder / "backup").iterdir()] == [".DS_Store"]


def test_a_file_in_the_place_of_the_folder(tmp_path):
    """It is said to be one."""
    (tmp_path / "backup").write_text("x")

    with pytest.raises(ConfigurationError, match=r"is a folder, .* is a file"):
        run(train(tmp_path))


def test_a_moved_folder_is_the_same_run(folder, tmp_path):
    """Nothing in it says where it is."""
    (folder / "backup").rename(tmp_path / "backup")
    (folder / "log.csv").rename(tmp_path / "log.csv")

    whole = run(train(tmp_path / "whole_run"))
    moved = run(train(tmp_path))

    assert moved.same() == whole.same()


def test_a_copy_of_a_run_under_way_can_be_gone_on_with(tmp_path):
    """What is copied while a process writes is a state that it has had.

    A snapshot that is removed meanwhile is passed over, as `cp` and `rsync` do.
    """
    copies = []

    class Copier(synalinks.callbacks.Callback):
        run_in_thread = True

        def on_propose_end(self, step, logs):
            copies.append(tmp_path / f"copy{step}")
            with contextlib.suppress(shutil.Error):
                shutil.copytree(tmp_path / "run", copies[-1])

    whole = run(train(tmp_path / "run", callbacks=[Copier()]))
    requests = [run(train(copy)) for copy in copies]

    assert [one.same() for one in requests] == [whole.same()] * len(copies)


def test_only_the_owner_may_read(folder):
    """Answers and data of the run are in the folder."""
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [folder / "backup", *(folder / "backup").iterdir()]
    }

    assert modes.pop("backup") == 0o700
    assert set(modes.values()) == {0o600}


def test_a_snapshot_does_not_grow_with_the_data(tmp_path):
    """What was predicted, and kept as an example, is in the journal, and there once."""
    sizes, parts = [], []
    for n_batches in (12, 19):
        folder = tmp_path / str(n_batches)
        run(die(folder, n=n_batches, n_train=40, save_freq=1))
        latest = max((folder / "backup").glob("snap-*.json"))
        state = json.loads(latest.read_bytes())["state"]
        parts.append({address[-1]: n for address, n in state["parts"]})
        # Which of the last hundred samples failed is there, too.
        sizes.append(latest.stat().st_size - len(str(state["core"]["policy"])))

    assert [one["predictions"] for one in parts] == [22, 36]
    assert sizes[1] < sizes[0] + 100


# -- damaged files ---------------------------------------------------------------------

DAMAGES = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "foreign": lambda content: b'{"hello": "world"}\n',
    "no text": lambda content: b"\xff\xfe" + content,
    "newer": lambda content: content.replace(b'"format":2', b'"format":3', 1),
    "changed": lambda content: content.replace(b'"epoch":', b'"epxch":', 1),
}


def snapshots(folder):
    return sorted((folder / "backup").glob("snap-*.json"))


@pytest.mark.row("SY-27")
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("n_damaged", [1, 2])
def test_a_damaged_snapshot_costs_nothing(folder, damage, n_damaged, tmp_path):
    """The one before it is used, or the journal alone; either way it is told."""
    whole = run(train(tmp_path / "whole"))
    for path in snapshots(folder)[-n_damaged:]:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))

    with pytest.warns(SynalinksWarning, match="snap-0000000.*json"):
        resumed = run(train(folder))

    assert resumed.same() == whole.same()


@pytest.mark.parametrize("damage", ["truncated", "empty", "no text"])
def test_a_damaged_card_is_refused(folder, damage):
    """Whose run it is cannot be guessed."""
    path = folder / "backup" / "run.json"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))

    run(refused(folder, FileFormatError, "run.json` cannot be read: .* Nothing was"))


def test_a_card_of_a_newer_release_is_refused(folder):
    """The message says what to do."""
    path = folder / "backup" / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))

    run(refused(folder, FileFormatError, "of format 2, and this release reads 1"))


def test_a_damaged_record_costs_one_call(tmp_path):
    """Of the journal no more than the damaged line is lost, and that is kept aside."""
    whole = run(train(tmp_path / "whole"))
    run(die(tmp_path / "run", "before_train_end"))
    for path in snapshots(tmp_path / "run"):
        path.unlink()
    (journal,) = (tmp_path / "run" / "backup").glob("journal-*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    calls = [index for index, line in enumerate(lines) if b'"call"' in line[:40]]
    broken = calls[len(calls) // 2]
    lines[broken] = lines[broken].replace(b"calls", b"callz", 1)
    journal.write_bytes(b"".join(lines) + b"half a li")

    with (
        pytest.warns(SynalinksWarning, match=r"bytes are damaged; they are kept in"),
        pytest.warns(SynalinksWarning, match="twice: at most 1 calls, about .* tokens"),
    ):
        resumed = run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert resumed.n_requests == 1


@pytest.mark.filterwarnings("ignore:Of this run")  # some now stand before their call
def test_the_order_of_records_does_not_matter(tmp_path):
    """Answers are found by where they belong, not by where in a file they are."""
    whole = run(train(tmp_path / "whole"))
    run(die(tmp_path / "run", "before_train_end"))
    for path in snapshots(tmp_path / "run"):
        path.unlink()
    (journal,) = (tmp_path / "run" / "backup").glob("journal-*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    calls = [index for index, line in enumerate(lines) if b'"call"' in line[:40]]
    for one, other in zip(calls, calls[:0:-1], strict=False):
        lines[one], lines[other] = lines[other], lines[one]
    assert b"".join(lines) != journal.read_bytes()
    journal.write_bytes(b"".join(lines))

    resumed = run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert resumed.n_requests == 0


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_changes_nothing(tmp_path, monkeypatch, hours):
    """Set forward or back while a run goes on, and again before it is gone on with."""
    whole = run(train(tmp_path / "whole"))
    n_looks = count()

    class Jumping(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + next(n_looks) * timedelta(hours=hours)

    real = time.time  # noqa: TID251 - it is what jumps
    monkeypatch.setattr(time, "time", lambda: real() + 3600 * hours * next(n_looks))
    for module in ("training._run_notes", "training._opening", "backups._run_folder"):
        monkeypatch.setattr(f"synalinks.{module}.datetime", Jumping)
    paid = run(die(tmp_path / "run", n=5, save_freq=1))
    resumed = run(train(tmp_path / "run", save_freq=1))

    assert next(n_looks) > 1
    assert resumed.same() == whole.same()
    assert paid + resumed.n_requests == whole.n_requests


@pytest.mark.parametrize("n_lost", [1, 3, 5])
def test_a_lost_part_of_the_journal_costs_its_calls(tmp_path, monkeypatch, n_lost):
    """A snapshot that is newer than its journal is told of, and not believed."""
    monkeypatch.setattr("synalinks._internal.store._SEGMENT_BYTES", 8_000)
    whole = run(train(tmp_path / "whole"))
    paid = run(die(tmp_path / "run", "before_train_end", save_freq=1))
    journals = sorted((tmp_path / "run" / "backup").glob("journal-*.jsonl"))
    # What is lost is needed: a piece of the state, and answers.
    first = next(
        index
        for index, one in enumerate(journals)
        if index and all(kind in one.read_bytes() for kind in (b'"grown",', b'"call",'))
    )
    assert len(journals) > first + n_lost
    lost = journals[first : first + n_lost]
    n_answers = sum(one.read_bytes().count(b'"call",') for one in lost)
    for one in lost:
        one.unlink()

    with pytest.warns(SynalinksWarning) as told:
        resumed = run(train(tmp_path / "run"))

    assert any("worked through again" in str(one.message) for one in told)
    assert resumed.same() == whole.same()
    assert paid == whole.n_requests
    assert resumed.n_requests == n_answers > 0


# -- folders that cannot be written to -------------------------------------------------


def test_a_folder_that_cannot_be_made(tmp_path):
    """It is told before anything is paid for."""
    (tmp_path / "backup_is_below").write_text("x")
    with pytest.raises(WriteError, match="Cannot make the folder"):
        run(train(tmp_path / "backup_is_below"))


def fill_the_disk(monkeypatch, n_snapshots):
    """Let the system find no room for snapshots after so many."""
    replace, names = os.replace, []

    def call(source, target):
        if Path(target).name.startswith("snap-"):
            names.append(target)
            if len(names) > n_snapshots:
                raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", call)


async def test_a_run_that_cannot_begin_pays_nothing(tmp_path, monkeypatch):
    """Whether the folder can be written to shows with the first snapshot."""
    fill_the_disk(monkeypatch, 0)
    task = await Task(tmp_path).make()

    with pytest.raises(WriteError):
        await task.fit()

    assert task.transport.requests == []


def test_a_snapshot_that_fails_later_is_a_warning(tmp_path, monkeypatch):
    """The journal has all that was paid for: the run goes on, and can be resumed."""
    whole = run(train(tmp_path / "whole"))
    with monkeypatch.context() as full:
        fill_the_disk(full, 2)
        with pytest.warns(SynalinksWarning, match="saved in its journal only"):
            paid = run(die(tmp_path / "run", "before_train_end"))
    resumed = run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert (paid, resumed.n_requests) == (whole.n_requests, 0)


# Calls may have been in flight, and the next process says so.
@pytest.mark.filterwarnings("ignore:Of this run")
def test_a_run_that_is_cancelled_twice_is_closed_all_the_same(tmp_path, monkeypatch):
    """Who interrupts a cell again while the run ends can run the cell again."""
    whole = run(train(tmp_path / "whole"))
    replace, writing = os.replace, threading.Event()

    def slow(source, target):
        if Path(target).name == "snap-00000004.json":
            writing.set()
            time.sleep(0.3)
        replace(source, target)

    async def answer(request):
        await asyncio.sleep(0.05)
        return killed_run.answer(request)

    async def cancelled_twice():
        task = await Task(tmp_path / "run", save_freq=1, answer=answer).make()
        fitting = asyncio.create_task(task.fit())
        await asyncio.to_thread(writing.wait)
        for _ in range(2):
            fitting.cancel()
            await asyncio.sleep(0.05)
        with pytest.raises(asyncio.CancelledError):
            await fitting

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", slow)
        run(cancelled_twice())
    ended = read_run(tmp_path / "run" / "backup").status
    resumed = run(train(tmp_path / "run", save_freq=1))

    assert resumed.same() == whole.same()
    assert ended == "failed"


# -- settings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"save_freq": 0}, "`save_freq` is 'epoch' or a number of batches"),
        ({"save_freq": True}, "`save_freq` is 'epoch' or a number of batches"),
        ({"save_freq": "batch"}, "`save_freq` is 'epoch' or a number of batches"),
        ({"backup_dir": " "}, "`backup_dir` names a folder"),
        ({"allow_changes": "data"}, "`allow_changes` is a list of names"),
        ({"on_divergence": "ask"}, "`on_divergence` is one of"),
        ({"grace_s": -1}, "`grace_s`"),
    ],
)
def test_settings_are_checked(settings, match):
    """What cannot work is said where it is written."""
    with pytest.raises(ConfigurationError, match=match):
        synalinks.callbacks.BackupAndRestore(**{"backup_dir": "b", **settings})


def test_one_generation_can_do(tmp_path):
    """`double_checkpoint=False` keeps the latest snapshot only."""
    run(die(tmp_path, n=3, save_freq=1, settings={"double_checkpoint": False}))

    assert len(snapshots(tmp_path)) == 1


# -- questions that change -------------------------------------------------------------


class Clocked(Judge):
    """A judge that is told the time, as it should not be."""

    now = "noon"

    async def call(self, y_true, y_pred):
        """Ask the judge."""
        text = f"{y_true.get('answer')} or {y_pred.get('answer')}?"
        verdict = await self.language_model.complete(
            [
                {"role": "system", "content": f"Be fair.\nIt is {self.now}."},
                {"role": "user", "content": text},
            ],
            schema=Verdict.get_schema(),
        )
        return verdict.value["score"]


async def clocked_task(folder, now, **changes):
    task = await Task(folder, **changes).make()
    reward = Clocked(task.program.reward.language_model)
    reward.now = now
    task.program.compile(optimizer=RandomFewShot(), reward=reward)
    return task


async def die_at_noon(folder):
    task = await clocked_task(folder, "noon", callbacks=[Dies("on_train_batch_end", 3)])
    with pytest.raises(DiedError):
        await task.fit()


def test_a_run_that_asks_something_else_is_shown_the_difference(tmp_path):
    """A prompt that depends on the time is a difference to be read, not a bill."""
    run(die_at_noon(tmp_path))

    async def go_on():
        task = await clocked_task(tmp_path, "midnight")
        with pytest.raises(DivergenceError) as caught:
            await task.fit()
        return str(caught.value), task

    message, task = run(go_on())

    assert "messages[0], line 2 is now 'It is midnight.'" in message
    assert "messages[0]: 1 lines are not there any more" in message
    assert "/train:" in message
    assert task.transport.requests == []


def test_a_difference_can_be_paid_for(tmp_path):
    """Who accepts new answers gets them."""
    run(die_at_noon(tmp_path))

    async def go_on():
        settings = {"on_divergence": "pay"}
        task = await clocked_task(tmp_path, "midnight", settings=settings)
        await task.fit()
        return task

    assert run(go_on()).transport.requests


async def test_what_is_not_saved_is_told(tmp_path):
    """A backup beside `evaluate` or `predict` would let users rely on it."""
    task = await Task(tmp_path).make()
    callbacks = [synalinks.callbacks.BackupAndRestore(tmp_path / "backup")]
    x, y = data(0, 2)

    with pytest.warns(SynalinksWarning, match="not of use to `evaluate`, which"):
        await task.program.evaluate(x, y, verbose=0, callbacks=callbacks)
    with pytest.warns(SynalinksWarning, match="not of use to `predict`"):
        await task.program.predict(x, verbose=0, callbacks=callbacks)
