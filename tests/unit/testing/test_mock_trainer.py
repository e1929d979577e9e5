"""`MockTrainer`: callbacks are tested without a run."""

import pytest

from synalinks.callbacks import Callback, CSVLogger, StopRun
from synalinks.contracts import TrainerState
from synalinks.testing import MockTrainer

row = pytest.mark.row("DT-40")


class Rule(Callback):
    """Logs a value, and stops when the reward is high enough."""

    def on_epoch_end(self, epoch, logs=None):
        self.trainer.log("seen", len(logs))
        self.trainer.log("note", "a text")
        if logs["val_reward"] > 0.9:
            self.trainer.request_stop("good enough")


@row
async def test_what_a_callback_logs_and_asks_for():
    """Logged values and stop requests are there to be compared."""
    trainer = MockTrainer(Rule(), epochs=3)

    await trainer.on_train_begin()
    await trainer.on_epoch_end(0, {"val_reward": 0.5})
    assert not trainer.stop_requested
    await trainer.on_epoch_end(1, {"val_reward": 0.95})

    assert isinstance(trainer, TrainerState)
    assert trainer.logged_metrics == {"val_reward": 0.95, "seen": 1.0}
    assert trainer.stop_reason == "good enough"
    assert trainer.epoch == 1
    assert [one["value"] for one in trainer.records] == ["a text", "a text"]


async def test_stop_run_becomes_a_stop():
    """As in a run, a `StopRun` is a request without validation."""

    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise StopRun("spent", resumable=True)

    trainer = MockTrainer(Stop())
    await trainer.on_train_batch_end(4)

    assert (trainer.stop.reason, trainer.stop.validate) == ("spent", False)
    assert trainer.batch_index == 4


async def test_plain_hooks_may_be_called_by_themselves():
    """Inside `running()` a hook is a method like any other."""
    rule = Rule()
    trainer = MockTrainer(rule)

    with trainer.running():
        rule.on_epoch_end(0, {"val_reward": 0.99})

    assert trainer.stop_requested
    assert rule.params["epochs"] == 1
    assert rule.program is trainer.program


async def test_votes_and_stages():
    """A vote is returned; `setup` and `teardown` get the stage."""
    seen = []

    class Voter(Callback):
        def setup(self, stage):
            seen.append(stage)

        def on_propose_end(self, step, logs):
            return step == 1

        def on_eval(self, step, name, metrics):
            seen.append(name)

    trainer = MockTrainer([Voter()], stage="evaluate")
    await trainer.setup()
    await trainer.on_eval(3, "val", {"reward": 1.0})

    assert await trainer.on_propose_end(1)
    assert not await trainer.on_propose_end(2)
    assert seen == ["evaluate", "val"]
    with pytest.raises(AttributeError, match="on_epochs_end"):
        await trainer.on_epochs_end(0)


async def test_built_in_callbacks_run_over_it(tmp_path):
    """A logger writes the rows that it is given."""
    path = tmp_path / "log.csv"
    trainer = MockTrainer(CSVLogger(path), epochs=2)

    await trainer.setup()
    await trainer.on_train_begin()
    await trainer.on_epoch_end(0, {"reward": 0.5})
    await trainer.on_train_end()
    await trainer.teardown()

    with path.open() as file:
        assert file.read().splitlines()[0].startswith("epoch,reward")
