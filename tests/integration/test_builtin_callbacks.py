"""Every built-in callback is a good citizen."""

from pathlib import Path

import pytest

from synalinks import callbacks
from synalinks.callbacks import Callback
from synalinks.testing import CallbackSuite, RecordingCallback

pytestmark = pytest.mark.integration

# How to make each of them, with settings that leave the suite's runs as long as they
# are.
MAKERS = {
    "BackupAndRestore": lambda folder: callbacks.BackupAndRestore(folder / "backup"),
    "BudgetStopping": lambda folder: callbacks.BudgetStopping(max_calls=10_000),
    "CSVLogger": lambda folder: callbacks.CSVLogger(folder / "log.csv"),
    "CallbackGroup": lambda folder: callbacks.CallbackGroup(
        callbacks.History(), RecordingCallback()
    ),
    "EarlyStopping": lambda folder: callbacks.EarlyStopping(
        patience=100, restore_best_variables=True
    ),
    "History": lambda folder: callbacks.History(),
    "HyperparameterMonitor": lambda folder: callbacks.HyperparameterMonitor(),
    "HyperparameterScheduler": lambda folder: callbacks.HyperparameterScheduler(
        "sampling_temperature", lambda step: 0.5
    ),
    "LambdaCallback": lambda folder: callbacks.LambdaCallback(),
    "MetricsLogger": lambda folder: callbacks.MetricsLogger(
        sinks=[f"jsonl:{folder / 'log.jsonl'}"]
    ),
    "PredictionWriter": lambda folder: callbacks.PredictionWriter(
        folder / "predictions.jsonl"
    ),
    "Probe": lambda folder: callbacks.Probe({"size": lambda program: 1.0}, every="1ba"),
    "ProgbarLogger": lambda folder: callbacks.ProgbarLogger(),
    "ProgramCheckpoint": lambda folder: callbacks.ProgramCheckpoint(
        folder / "best.program.json", save_best_only=True
    ),
    "ReduceOnPlateau": lambda folder: callbacks.ReduceOnPlateau(
        "sampling_temperature", factor=0.5, patience=1
    ),
    "RejectStep": lambda folder: callbacks.RejectStep(when=lambda proposal: False),
    "SignalCheckpoint": lambda folder: callbacks.SignalCheckpoint(
        folder / "stopped.program.json"
    ),
    "TargetStopping": lambda folder: callbacks.TargetStopping(
        "val_reward", 2.0, every="epoch"
    ),
    "TerminateOnInvalid": lambda folder: callbacks.TerminateOnInvalid(),
    "Timeout": lambda folder: callbacks.Timeout(10_000),
}
TESTS = [name for name in dir(CallbackSuite) if name.startswith("test_")]


def test_every_built_in_is_listed():
    """A new built-in needs a line above."""
    found = {
        name
        for name in callbacks.__all__
        if isinstance(getattr(callbacks, name), type)
        and issubclass(getattr(callbacks, name), Callback)
        and getattr(callbacks, name) is not Callback
        and getattr(callbacks, name).__name__ == name
    }

    assert found == set(MAKERS) | {"Monitor"}  # which is tested with a server


@pytest.mark.filterwarnings("ignore:`BackupAndRestore` is for `fit`")
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("test", TESTS)
def test_the_suite(test, name):
    """The conformance suite holds."""

    class Suite(CallbackSuite):
        def make(self, folder: Path):
            return MAKERS[name](folder)

    getattr(Suite(), test)()


@pytest.mark.parametrize("name", MAKERS)
async def test_it_changes_nothing_of_an_unstopped_run(name, tmp_path):
    """The hooks of a run are the same with it: none is called twice or left out."""
    from traces import FULL, recorded_fit

    run = await recorded_fit(MAKERS[name](tmp_path))

    assert run.error is None
    assert [one for one in run.events if not one.startswith("checkpoint")] == FULL
