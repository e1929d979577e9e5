"""Values of evaluators other than validation, watched and saved as they come."""

import asyncio

import pytest
from parity import data
from scripted_scores import Idle, fit_scripted, make_scripted, prompt_of, write_prompt

from synalinks import Evaluator
from synalinks.callbacks import (
    BudgetStopping,
    Callback,
    CSVLogger,
    EarlyStopping,
    ProgramCheckpoint,
)
from synalinks.contracts import read_manifest
from synalinks.errors import MonitorError
from synalinks.programs import Program


def evaluator(**options):
    """Return an evaluator named `test` on samples that are scored as validation is."""
    return Evaluator("test", *data(40, 60), **options)


@pytest.mark.row("EV-27")
async def test_patience_counts_the_evaluations():
    """Two evaluations without improvement end training, whatever validation says."""
    task = await make_scripted([0.5, 0.6, 0.6, 0.55, 0.9, 0.9])
    stopping = EarlyStopping("test_reward", patience=2)

    history = await fit_scripted(
        task,
        [stopping],
        n_epochs=6,
        batch_size=1,
        validation_data=data(100, 101),
        evaluators=evaluator(every="2ba"),
    )

    assert len(history.epoch) == 4
    assert (stopping.best, stopping.best_epoch, stopping.wait) == (0.6, 1, 2)
    assert history.history["test_reward"] == [0.5, 0.6, 0.6, 0.55]


async def test_the_best_evaluated_program_is_restored():
    """`restore_best_variables` goes by the evaluator that is monitored."""
    task = await make_scripted([0.5, 0.8, 0.6])
    stopping = EarlyStopping("test_reward", patience=5, restore_best_variables=True)

    await fit_scripted(task, [stopping], n_epochs=3, evaluators=evaluator())

    assert prompt_of(task.program) == "prompt 1"


async def test_the_program_is_saved_as_it_was_evaluated(tmp_path):
    """A peak of an evaluator is saved at once, whatever validation says."""
    folder = tmp_path / "checkpoints"
    task = await make_scripted([0.5, 0.6, 0.4])
    checkpoint = ProgramCheckpoint(
        folder / "best.json", "test_reward", save_best_only=True
    )
    await fit_scripted(
        task,
        [checkpoint],
        n_epochs=3,
        batch_size=1,
        evaluators=evaluator(every="2ba"),
    )

    rows = await asyncio.to_thread(read_manifest, folder)
    saved = await asyncio.to_thread(Program.load, folder / "best.json", {"Idle": Idle})
    assert [(row.step, row.reason, row.monitor) for row in rows] == [
        (2, "best", "test_reward"),
        (4, "best", "test_reward"),
    ]
    assert [row.metrics["test_reward"] for row in rows] == [0.5, 0.6]
    assert checkpoint.best == pytest.approx(0.6)
    assert prompt_of(saved) == "prompt 1"


async def test_scores_of_an_older_program_are_not_in_the_row_of_a_checkpoint(tmp_path):
    """What an evaluator measured a batch ago is no score of the program saved."""
    measured = {}
    for every in ("1ba", "2ba"):
        task = await make_scripted([0.5, 0.6])
        checkpoint = ProgramCheckpoint(tmp_path / every / "{epoch}.json")

        await task.program.fit(
            *data(100, 103),
            validation_data=data(200, 201),
            batch_size=1,
            callbacks=[WritePrompt(), checkpoint],
            evaluators=evaluator(every=every),
            verbose=0,
        )

        rows = await asyncio.to_thread(read_manifest, tmp_path / every)
        measured[every] = [row.metrics.get("test_reward") for row in rows]

    assert measured == {"1ba": [0.6], "2ba": [None]}


class WritePrompt(Callback):
    """Writes another prompt before the last of three batches."""

    mutates = True
    provides = ()

    def on_train_batch_begin(self, batch, logs=None):
        write_prompt(self.program, f"prompt {batch // 2}")


async def test_a_wrong_name_is_found_before_anything_is_paid_for():
    """The names of an evaluator's values are known, and the nearest is named."""
    task = await make_scripted([0.5])

    with pytest.raises(MonitorError, match="Did you mean `test_reward`") as raised:
        await fit_scripted(
            task,
            [EarlyStopping("test/reward")],
            n_epochs=1,
            evaluators=evaluator(),
        )

    assert "`test_failed`" in str(raised.value)
    assert task.n_calls == 0


async def test_columns_of_evaluators_are_there_from_the_start(tmp_path):
    """An evaluator that runs every second epoch has its column in the first row."""
    path = tmp_path / "log.csv"
    task = await make_scripted([0.5, 0.6])

    await fit_scripted(
        task, [CSVLogger(path)], n_epochs=2, evaluators=evaluator(every="2ep")
    )

    header, first, second = (await asyncio.to_thread(path.read_text)).splitlines()
    assert header == "epoch,reward,test_reward,val_reward"
    assert first.split(",")[2] == "NA"
    assert second.split(",")[2] == "0.6"


async def test_a_budget_knows_what_each_evaluator_takes():
    """A dear evaluator is not begun, and does not keep a cheap validation from it."""
    task = await make_scripted([0.5, 0.5])
    budget = BudgetStopping(max_calls=40)

    class Forget(Callback):
        provides = ()

        def on_epoch_begin(self, epoch, logs=None):
            self.trainer.optimizer.ledger.__init__()  # every cell is paid for again

    # An epoch takes 2 of training, 4 of validation and 20 of the evaluator.
    history = await fit_scripted(
        task,
        [budget, Forget()],
        n_epochs=2,
        validation_data=data(0, 4),
        evaluators=evaluator(),
    )

    assert "another run of `test`, the last of which took 20" in history.stop_reason
    assert len(history.history["val_reward"]) == 2
    assert history.history["test_reward"] == [0.5]
    assert task.n_calls == 32


async def test_usage_can_be_monitored():
    """Training stops once an epoch takes no more calls than wanted."""
    task = await make_scripted([0.5, 0.5, 0.5])
    stopping = EarlyStopping("calls", stop_at=10)

    history = await fit_scripted(
        task, [stopping], n_epochs=3, validation_data=data(0, 4)
    )

    assert stopping.best == 6
    assert history.epoch == [0]
    assert "`calls` = 6" in history.stop_reason
