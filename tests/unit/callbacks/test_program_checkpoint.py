"""`ProgramCheckpoint` in real runs."""

import asyncio
import json
import os

import pytest
from parity import data
from scripted_scores import Idle, fit_scripted, make_scripted, prompt_of, write_prompt

from synalinks.callbacks import Callback, EarlyStopping, ProgramCheckpoint, StopRun
from synalinks.contracts import read_manifest
from synalinks.errors import (
    ConfigurationError,
    MonitorError,
    SynalinksWarning,
    WriteError,
)
from synalinks.programs import Program


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


def files(folder):
    return sorted(one.name for one in folder.iterdir() if one.suffix != ".jsonl")


async def load(path):
    return await asyncio.to_thread(Program.load, path, {"Idle": Idle})


async def saved_prompt(path):
    return prompt_of(await load(path))


async def manifest(folder):
    return await asyncio.to_thread(read_manifest, folder)


async def fit(scores, folder, name="{epoch:02d}.json", *, callbacks=(), **options):
    """Fit with a checkpoint; return the callback and the task."""
    fit_options = {
        key: options.pop(key) for key in ("validation_freq",) if key in options
    }
    checkpoint = ProgramCheckpoint(folder / name, **options)
    task = await make_scripted(scores)
    await fit_scripted(
        task, [checkpoint, *callbacks], n_epochs=len(scores), **fit_options
    )
    return checkpoint, task


async def test_a_file_per_epoch(folder):
    """Each holds the program of its epoch; the manifest lists them."""
    await fit([0.5, 0.9, 0.2], folder)

    assert files(folder) == ["01.json", "02.json", "03.json"]
    assert await saved_prompt(folder / "02.json") == "prompt 1"
    rows = await manifest(folder)
    assert [row.program_path for row in rows] == files(folder)
    assert [row.metrics["val_reward"] for row in rows] == [0.5, 0.9, 0.2]
    assert [(row.epoch, row.step, row.reason) for row in rows] == [
        (0, 1, "epoch"), (1, 2, "epoch"), (2, 3, "epoch"),
    ]  # fmt: skip
    assert rows[0].bytes == (folder / "01.json").stat().st_size
    assert rows[0].created_at.endswith("+00:00")


async def test_only_the_best_is_saved_and_scores_what_was_recorded(folder):
    """The file is the peak, and is worth what the manifest says."""
    checkpoint, _ = await fit([0.5, 0.9, 0.2], folder, "best.json", save_best_only=True)

    assert await saved_prompt(folder / "best.json") == "prompt 1"
    assert (checkpoint.best, checkpoint.best_path) == (0.9, str(folder / "best.json"))
    last_row = (await manifest(folder))[-1]
    task = await make_scripted([0.5, 0.9, 0.2])
    best = await load(folder / "best.json")
    task.program.set_state_tree(best.get_state_tree())
    logs = await task.program.evaluate(*data(0, 20), verbose=0)
    assert logs["reward"] == last_row.metrics["val_reward"] == 0.9


async def test_variables_only(folder):
    """They fit into a program that was built elsewhere."""
    await fit([0.5], folder, "best.variables.json", save_variables_only=True)

    task = await make_scripted([0.5])
    path = folder / "best.variables.json"
    await asyncio.to_thread(task.program.load_variables, path)
    assert prompt_of(task.program) == "prompt 0"
    (row,) = await manifest(folder)
    assert row.variables_path == "best.variables.json"
    assert row.program_path is None


async def test_the_best_three_are_kept(folder):
    """The fourth goes; equal values do not displace older ones."""
    checkpoint, _ = await fit([0.1, 0.5, 0.3, 0.5, 0.7], folder, save_top_k=3)

    assert files(folder) == ["02.json", "04.json", "05.json"]
    assert [value for value, _ in checkpoint.best_k] == [0.7, 0.5, 0.5]


async def test_names_that_are_taken_get_a_number(folder):
    """Without a field that varies, files of the best would replace each other."""
    checkpoint, _ = await fit([0.1, 0.2, 0.3], folder, "best.json", save_top_k=2)

    assert len(files(folder)) == 2
    prompts = [await saved_prompt(path) for _, path in checkpoint.best_k]
    assert prompts == ["prompt 2", "prompt 1"]


async def test_the_old_file_goes_only_when_the_new_one_is_there(folder):
    """At the moment of `on_checkpoint` there is one more, never one less."""
    counts = []

    class Counter(Callback):
        run_in_thread = True

        def on_checkpoint(self, row, logs=None):
            counts.append(len(files(folder)))
            assert (folder / row.program_path).exists()
            assert read_manifest(folder)[-1] == row

    await fit([0.1, 0.2, 0.3, 0.4], folder, callbacks=[Counter()], save_top_k=2)

    assert counts == [1, 2, 3, 3]


async def test_a_save_that_fails_loses_nothing(folder, monkeypatch):
    """The best files before it are still there."""
    checkpoint = ProgramCheckpoint(folder / "{epoch}.json", save_top_k=1)
    task = await make_scripted([0.1, 0.2])

    class Breaker(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:

                def refuse(path):
                    raise OSError(28, "No space left on device")

                monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(WriteError, match="No space left"):
        await fit_scripted(task, [Breaker(), checkpoint], n_epochs=2)

    assert files(folder) == ["1.json"]


@pytest.mark.parametrize("save_last", [True, "link"])
async def test_last_is_the_program_that_is_left(folder, save_last):
    """After EarlyStopping has restored the best, too."""
    stopping = EarlyStopping(patience=2, restore_best_variables=True)
    checkpoint, task = await fit(
        [0.5, 0.9, 0.4, 0.3, 0.2], folder, callbacks=[stopping], save_last=save_last
    )

    assert prompt_of(task.program) == "prompt 1"
    assert await saved_prompt(checkpoint.last_path) == "prompt 1"


async def test_last_may_be_a_link(folder):
    """It leads to the latest file, and is never left dangling."""
    checkpoint, _ = await fit([0.1, 0.2, 0.3], folder, save_top_k=1, save_last="link")

    assert (folder / "last.program.json").is_symlink()
    assert os.readlink(checkpoint.last_path) == "03.json"  # noqa: PTH115
    assert await saved_prompt(checkpoint.last_path) == "prompt 2"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"every_n_epochs": 2}, ["02.json", "04.json"]),
        ({"every": "2ep"}, ["02.json", "04.json"]),
        ({"every": "2ba"}, ["02.json", "04.json"]),
        ({"save_freq": 3}, ["03.json"]),
        ({"every_n_epochs": 0, "save_last": True}, ["last.program.json"]),
        (
            {"every_n_epochs": 2, "save_last": True},
            ["02.json", "04.json", "last.program.json"],
        ),
        ({"save_top_k": 0}, []),
        ({"save_top_k": -1}, [f"0{n}.json" for n in range(1, 6)]),
        (
            {"save_best_only": True, "initial_value_threshold": 0.35},
            ["04.json", "05.json"],
        ),
    ],
)
async def test_how_often(folder, options, expected):
    """Five epochs of one batch each."""
    await fit([0.1, 0.2, 0.3, 0.4, 0.5], folder, **options)

    assert files(folder) == expected


async def test_files_between_epochs_hold_the_digest_of_their_row(folder):
    """Cadences of batches save in the middle of epochs."""
    checkpoint = ProgramCheckpoint(folder / "{step}.json", every="2ba")
    task = await make_scripted([0.5])
    await fit_scripted(task, [checkpoint], n_epochs=1, batch_size=1)

    (row,) = await manifest(folder)
    program = await load(folder / "2.json")
    assert (row.reason, row.step, row.name) == ("batch", 2, "2.json")
    from synalinks.contracts import present_candidate, trainable_by_path

    assert present_candidate(trainable_by_path(program)).digest == row.digest


async def test_epochs_without_validation_are_passed_over(folder):
    """A peak, or a name, needs the value."""
    await fit(
        [0.1, 0.2, 0.3, 0.4],
        folder,
        "{epoch}-{val_reward:.2f}.json",
        validation_freq=2,
    )

    assert files(folder) == ["2-0.20.json", "4-0.40.json"]


async def test_a_program_that_was_changed_after_validation_has_no_score(folder):
    """It is no peak, and its row does not claim the score."""

    class Writer(Callback):
        provides = ()

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                write_prompt(self.program, "unmeasured")

    best = ProgramCheckpoint(folder / "best.json", save_best_only=True)
    each = ProgramCheckpoint(folder / "{epoch}.json")
    task = await make_scripted([0.5, 0.9])
    with pytest.warns(SynalinksWarning, match="no checkpoint goes by it"):
        await fit_scripted(task, [Writer(), best, each], n_epochs=2)

    assert best.best == 0.5
    rows = {row.name: row for row in await manifest(folder)}
    assert "val_reward" in rows["1.json"].metrics
    assert "val_reward" not in rows["2.json"].metrics
    assert await saved_prompt(folder / "2.json") == "unmeasured"


async def test_a_failing_run_can_be_saved(folder):
    """What there is, under a name that says so."""

    class Broken(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.trainer.epoch == 1:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fit([0.5, 0.9], folder, callbacks=[Broken()], save_on_error=True)

    assert files(folder) == ["01.json", "error.program.json"]
    assert (await manifest(folder))[-1].reason == "error"


async def test_a_callback_can_ask_for_a_checkpoint(folder):
    """By a request, which runs right after the hook, or at once."""
    seen = []

    class Asker(Callback):
        async def on_train_batch_end(self, batch, logs=None):
            self.trainer.request_checkpoint(folder / "asked.json")
            self.trainer.request_checkpoint()
            await self.trainer.save_checkpoint(folder / "now.variables.json")

        def on_epoch_end(self, epoch, logs=None):
            self.trainer.request_checkpoint(folder / "end.json")
            seen.append("end of epoch")

        def on_checkpoint(self, row, logs=None):
            seen.append(row.name)

    await fit([0.5], folder, callbacks=[Asker()], every_n_epochs=0)

    assert seen == [
        "now.variables.json",
        "asked.json",
        "step-1.program.json",
        "end of epoch",
        "end.json",
    ]


async def test_a_request_needs_a_place():
    """Without a checkpoint callback a path is needed."""

    class Asker(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.trainer.request_checkpoint()

    with pytest.raises(ConfigurationError, match="does not know where to save"):
        await fit_scripted(await make_scripted([0.5]), [Asker()], n_epochs=1)


async def test_stopping_from_the_hook_ends_the_run(folder):
    """`on_checkpoint` is a hook as any other."""

    class Stopper(Callback):
        def on_checkpoint(self, row, logs=None):
            raise StopRun("saved enough")

    _, task = await fit([0.5, 0.6], folder, callbacks=[Stopper()])

    assert files(folder) == ["01.json"]
    assert task.program.history.stop_reason == "saved enough"


async def test_two_and_two_epochs_are_four(folder):
    """The best of the first part is not overwritten by a worse one."""
    scores = [0.5, 0.9, 0.6, 0.7]
    options = {"save_top_k": 2}
    whole, _ = await fit(scores, folder / "whole", **options)
    first, task = await fit(scores[:2], folder / "parts", **options)
    saved = json.loads(json.dumps(first.state_dict()))
    second = ProgramCheckpoint(folder / "parts" / "{epoch:02d}.json", **options)

    class Loader(Callback):
        callback_order = 99

        def on_train_begin(self, logs=None):
            second.load_state_dict(saved)

    task = await make_scripted(scores)
    await fit_scripted(task, [second, Loader()], n_epochs=4, initial_epoch=2)

    assert files(folder / "parts") == files(folder / "whole")
    assert [value for value, _ in second.best_k] == [value for value, _ in whole.best_k]


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("{val_rewrd}.json", {}, ConfigurationError, "Did you mean `val_reward`"),
        (
            "a.json",
            {"save_best_only": True, "monitor": "val_f1"},
            MonitorError,
            "no such value",
        ),
        (
            "a.json",
            {"save_best_only": True, "save_freq": 2},
            ConfigurationError,
            "there is no validation yet",
        ),
        (
            "{val_reward}.json",
            {"every": "1ba"},
            ConfigurationError,
            "is none of: epoch, batch, step, calls, cost, failed, reward, tokens",
        ),
    ],
)
async def test_mistakes_are_found_before_anything_is_paid_for(
    folder, name, options, error, message
):
    """No call is made, and no file."""
    task = await make_scripted([0.5])

    with pytest.raises(error, match=message):
        await fit_scripted(
            task, [ProgramCheckpoint(folder / name, **options)], n_epochs=1
        )

    assert task.n_calls == 0
    assert files(folder) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("file/a.json", "Cannot make the folder"),
        ("folder.json", "`filepath` is a folder: .* such as"),
    ],
)
async def test_a_place_that_cannot_be_written_to(folder, name, message):
    """It is found before anything is paid for."""
    (folder / "file").write_text("")
    (folder / "folder.json").mkdir()
    task = await make_scripted([0.5])

    with pytest.raises(WriteError, match=message):
        await fit_scripted(task, [ProgramCheckpoint(folder / name)], n_epochs=1)

    assert task.n_calls == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"save_best_only": True, "save_top_k": 1}, "`save_best_only` or `save_top_k`"),
        ({"save_top_k": -2}, "`save_top_k` is an integer of at least -1"),
        ({"save_last": "copy"}, "`save_last` is True, False or 'link', received"),
        ({"save_freq": False}, "`save_freq` is an integer of at least 1"),
        ({"save_freq": 2, "every": "1ep"}, "Give one of `every` and `save_freq`"),
        ({"save_freq": 2, "every_n_epochs": 2}, "Give one of `save_freq` and `every_n"),
        ({"every": "often"}, "`every` is a text such as"),
        ({"mode": "up"}, "`mode` is one of"),
    ],
)
def test_arguments_are_checked_at_once(options, message):
    """What cannot work is refused before any run."""
    with pytest.raises(ConfigurationError, match=message):
        ProgramCheckpoint("a.json", **options)


async def test_it_prints_what_it_saves(folder, capsys):
    """With `verbose=1`, a line per file."""
    checkpoint, _ = await fit([0.5], folder, verbose=1)

    assert capsys.readouterr().out == (
        f"ProgramCheckpoint: saved `{folder / '01.json'}` (epoch)\n"
    )
    assert checkpoint.state_key == f"ProgramCheckpoint({folder / '{epoch:02d}.json'})"
