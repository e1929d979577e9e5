"""The usual built-ins in any order."""

import asyncio
import itertools
import json

from parity import data
from scripted_scores import Idle, Prompts, make_scripted, prompt_of, write_prompt

import synalinks
from synalinks.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    ProgramCheckpoint,
)

SCORES = [0.5, 0.9, 0.4, 0.3, 0.2]


class Enricher(Callback):
    """Adds a value to the logs of epochs."""

    def on_epoch_end(self, epoch, logs=None):
        logs["twice"] = 2 * logs["val_reward"]


async def run(order, folder):
    """Return what a run leaves behind, with the callbacks in an order."""
    synalinks.clear_session()
    task = await make_scripted(SCORES)
    callbacks = [
        EarlyStopping(patience=2, restore_best_variables=True),
        ProgramCheckpoint(
            folder / "{epoch}-{twice:.2f}.json", save_top_k=2, save_last=True
        ),
        CSVLogger(folder / "log.csv"),
        Enricher(),
    ]
    await task.program.fit(
        *data(100, 102),
        validation_data=data(0, 20),
        epochs=5,
        batch_size=2,
        verbose=0,
        callbacks=[Prompts(), *(callbacks[index] for index in order)],
    )
    return await asyncio.to_thread(read_all, folder), task.program.get_state_tree()


def read_all(folder):
    contents = {}
    for path in sorted(folder.iterdir()):
        text = path.read_text()
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in text.splitlines()]
            text = [{**row, "created_at": None, "run_id": None} for row in rows]
        contents[path.name] = text
    return contents


async def test_all_24_orders_give_the_same_files_and_variables(tmp_path):
    """Tiers, not positions, decide who sees what."""
    results = []
    for number, order in enumerate(itertools.permutations(range(4))):
        folder = tmp_path / f"run{number}"
        results.append(await run(order, folder))

    files, variables = results[0]
    assert len(results) == 24
    assert list(files) == [
        "1-1.00.json",
        "2-1.80.json",
        "checkpoints.jsonl",
        "last.program.json",
        "log.csv",
    ]
    assert "twice" in files["log.csv"]
    assert all(result == (files, variables) for result in results)


async def test_what_is_left_is_the_best_in_memory_and_in_the_last_file(tmp_path):
    """Restored before the final save, and before `on_train_end`."""
    seen = []

    class Last(History):
        def on_train_end(self, logs=None):
            seen.append(prompt_of(self.program))

    task = await make_scripted(SCORES)
    folder = tmp_path / "run"
    await task.program.fit(
        *data(100, 102),
        validation_data=data(0, 20),
        epochs=5,
        verbose=0,
        callbacks=[
            Prompts(),
            Last(),
            ProgramCheckpoint(folder / "{epoch}.json", save_last=True),
            EarlyStopping(patience=2, restore_best_variables=True),
        ],
    )

    path = folder / "last.program.json"
    saved = await asyncio.to_thread(synalinks.Program.load, path, {"Idle": Idle})
    assert seen == [prompt_of(task.program)] == ["prompt 1"]
    assert prompt_of(saved) == "prompt 1"
    assert task.program.history.epoch == [0, 1, 2, 3]


async def test_fit_leaves_the_best_validated_program_after_a_stop(tmp_path):
    """Variables that training wrote later, and nobody validated, do not stay."""

    class Stopper(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.trainer.epoch == 1:
                raise synalinks.callbacks.StopRun("enough")

    class Improver(Idle):
        async def propose(self, step):
            candidate = self.incumbent
            value = {
                path: {**value, "instructions": f"prompt {step.index + 1}"}
                for path, value in candidate.values.items()
            }
            return [synalinks.optimizers.Candidate(values=value)]

    task = await make_scripted([0.1, 0.5, 0.9], optimizer=Improver())
    write_prompt(task.program, "prompt 0")
    await task.program.fit(
        *data(100, 102),
        validation_data=data(0, 20),
        epochs=3,
        batch_size=2,
        verbose=0,
        callbacks=Stopper(),
    )

    assert task.program.optimizer.iterations == 2
    assert prompt_of(task.program) == "prompt 1"
