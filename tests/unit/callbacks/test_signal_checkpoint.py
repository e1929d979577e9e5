"""Ending a run in good order when the machine asks for it."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from parity import data, make_task

import synalinks
from synalinks.callbacks import Callback, SignalCheckpoint
from synalinks.errors import ConfigurationError, SynalinksWarning
from synalinks.testing import RecordingCallback

TESTS = Path(__file__).parents[2]
ROOT = TESTS.parent

CHILD = """
import asyncio, sys
from parity import data, make_task, parity_answer
from synalinks.callbacks import SignalCheckpoint

async def main():
    async def answers(request):
        print("asked", flush=True)
        await asyncio.sleep(0.05)
        return parity_answer(request)

    task = await make_task(answers)
    history = await task.program.fit(
        *data(0, 400), validation_data=data(400, 404), batch_size=4, epochs=9,
        callbacks=SignalCheckpoint(sys.argv[1]), verbose=0,
    )
    rows = history.history
    print("reason:", history.stop_reason, flush=True)
    print("validated:", "val_reward" in rows, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_a_signal_ends_a_process_in_good_order(tmp_path, name):
    """The batch is finished, the program is saved, and the process ends by itself."""
    path = tmp_path / "saved.json"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{TESTS}"}
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        for _ in range(6):
            assert process.stdout.readline() == "asked\n"
        process.send_signal(getattr(signal, name))
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()

    assert process.returncode == 0, errors
    assert output.splitlines()[-2:] == [
        f"reason: stopped by {name}",
        "validated: False",
    ]
    assert output.count("asked") < 400  # of 3,600
    assert isinstance(synalinks.Program.load(path), synalinks.Program)


class Signals(Callback):
    """Sends a signal to this process in a batch."""

    def __init__(self, at=1):
        self.at = at

    def on_train_batch_begin(self, batch, logs=None):
        if batch == self.at:
            signal.raise_signal(signal.SIGUSR1)


async def fit(callbacks, task=None, **options):
    task = task or await make_task()
    history = await task.program.fit(
        *data(0, 8),
        validation_data=data(8, 10),
        **{"epochs": 2, "batch_size": 2, "verbose": 0, **options},
        callbacks=callbacks,
    )
    return task, history


async def test_the_batch_is_finished_and_the_program_saved(tmp_path):
    """The stop can be resumed, and `on_checkpoint` tells of the file."""
    recorder, stops = RecordingCallback(), []

    class Seen(Callback):
        def on_train_end(self, logs=None):
            stops.append(self.trainer.stop)

    path = tmp_path / "a" / "saved.variables.json"
    checkpoint = SignalCheckpoint(path)
    task, history = await fit([Signals(), checkpoint, recorder, Seen()])

    assert recorder.hooks().count("on_train_batch_end") == 2
    assert recorder.logs_of("on_train_batch_end")[1]["update_applied"] == 1.0
    assert "on_test_begin" not in recorder.hooks()
    assert recorder.hooks().count("on_checkpoint") == 1
    assert history.stop_reason == "stopped by SIGUSR1"
    assert (stops[0].resumable, stops[0].validate) == (True, False)
    assert checkpoint.received == "SIGUSR1"
    before = task.program.get_state_tree()
    await asyncio.to_thread(task.program.load_variables, path)
    assert task.program.get_state_tree() == before


async def test_handlers_are_chained_and_put_back(tmp_path):
    """The handler that was there is called as well, and is there again afterwards."""
    seen = []

    def handler(number, frame):
        seen.append(number)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        checkpoint = SignalCheckpoint(tmp_path / "saved.json", [signal.SIGUSR1])
        await fit([Signals(), checkpoint])
        assert signal.getsignal(signal.SIGUSR1) is handler

        class Fail(Callback):
            def on_epoch_begin(self, epoch, logs=None):
                raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            await fit([Fail(), checkpoint])
        assert signal.getsignal(signal.SIGUSR1) is handler
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert seen == [signal.SIGUSR1]


async def test_a_file_stops_the_run_once(tmp_path):
    """`STOP` beside the program ends the run, and is gone for the next one."""
    stop_file = tmp_path / "STOP"

    class Touch(Callback):
        run_in_thread = True

        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                stop_file.touch()

    checkpoint = SignalCheckpoint(tmp_path / "saved.json")
    _, history = await fit([Touch(), checkpoint])

    assert history.stop_reason == f"stopped by the file {stop_file}"
    assert not stop_file.exists()
    _, history = await fit(checkpoint)
    assert history.stop_reason is None
    assert checkpoint.received is None


async def test_a_signal_in_a_validation_ends_it(tmp_path):
    """The validation is cut short, and its score is not used."""

    class InValidation(Callback):
        def on_test_batch_begin(self, batch, logs=None):
            signal.raise_signal(signal.SIGUSR1)

    path = tmp_path / "saved.json"
    _, history = await fit(
        [InValidation(), SignalCheckpoint(path)], validation_batch_size=1
    )

    assert history.stop_reason == "stopped by SIGUSR1"
    assert "val_reward" not in history.history
    assert path.exists()


@pytest.mark.parametrize("method", ["evaluate", "predict"])
async def test_evaluate_and_predict_finish_the_batch(tmp_path, method):
    """Nothing is saved: nothing has changed."""
    task, path = await make_task(), tmp_path / "saved.json"

    class Now(Callback):
        def on_test_begin(self, logs=None):
            signal.raise_signal(signal.SIGUSR1)

        on_predict_begin = on_test_begin

    given = data(0, 8)[: 1 if method == "predict" else 2]
    with pytest.warns(SynalinksWarning, match="ended after 1 of 4 batches"):
        await getattr(task.program, method)(
            *given, batch_size=2, callbacks=[Now(), SignalCheckpoint(path)], verbose=0
        )

    assert not path.exists()


def test_other_threads_look_for_the_file_only(tmp_path):
    """Handlers belong to the main thread; elsewhere they are left alone."""
    before, found = signal.getsignal(signal.SIGUSR1), []

    class Look(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            found.append(signal.getsignal(signal.SIGUSR1))

    def run():
        asyncio.run(fit([Look(), SignalCheckpoint(tmp_path / "saved.json")], epochs=1))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert found == [before]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("saved.pkl",), r"ends in `.json`, or in `.variables.json`"),
        (("saved.json", [signal.SIGKILL]), "can be caught, received: .*SIGKILL"),
        (("saved.json", ["SIGTERM"]), "can be caught, received: 'SIGTERM'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """What cannot work is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match=message):
        SignalCheckpoint(*arguments)
