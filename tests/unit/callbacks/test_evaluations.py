"""Values of evaluators other than validation, watched and saved as they come."""

import asyncio

import pytest
from scripted_scores import Idle, fit_scripted, make_scripted, prompt_of

from synalinks.callbacks import Callback, EarlyStopping, ProgramCheckpoint
from synalinks.contracts import read_manifest
from synalinks.programs import Program


class Evaluations(Callback):
    """Plays an evaluator named `test` that runs after every second batch."""

    provides = ()
    callback_order = -1

    def __init__(self, rewards):
        self.rewards = iter(rewards)

    def setup(self, stage):
        self.trainer.params["evaluators"] = ["test"]

    async def on_train_batch_end(self, batch, logs=None):
        if batch % 2 == 1:
            step = self.trainer.global_step
            metrics = {"reward": next(self.rewards)}
            await self.trainer.callbacks.dispatch("on_eval", step, "test", metrics)


async def test_patience_counts_the_evaluations():
    """Two evaluations without improvement end training, whatever validation says."""
    task = await make_scripted([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    stopping = EarlyStopping("test_reward", patience=2)
    rewards = [0.5, 0.6, 0.6, 0.55, 0.9, 0.9]

    history = await fit_scripted(
        task, [Evaluations(rewards), stopping], n_epochs=6, batch_size=1
    )

    assert len(history.epoch) == 4
    assert (stopping.best, stopping.best_epoch, stopping.wait) == (0.6, 1, 2)


async def test_the_program_is_saved_as_it_was_evaluated(tmp_path):
    """A peak of an evaluator is saved at once, whatever validation says."""
    folder = tmp_path / "checkpoints"
    task = await make_scripted([0.9, 0.1, 0.1])
    checkpoint = ProgramCheckpoint(
        folder / "best.json", "test_reward", save_best_only=True
    )
    await fit_scripted(
        task, [Evaluations([0.5, 0.6, 0.4]), checkpoint], n_epochs=3, batch_size=1
    )

    rows = await asyncio.to_thread(read_manifest, folder)
    saved = await asyncio.to_thread(Program.load, folder / "best.json", {"Idle": Idle})
    assert [(row.step, row.reason, row.monitor) for row in rows] == [
        (2, "best", "test_reward"),
        (4, "best", "test_reward"),
    ]
    assert checkpoint.best == pytest.approx(0.6)
    assert prompt_of(saved) == "prompt 1"
