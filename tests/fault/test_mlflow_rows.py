"""MLflow is away, slow, or comes back: training goes on, and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import pytest
from builders import Answer, Query, functional, run, scripted
from mlflow_server import PYTHON, free_port

import synalinks
from synalinks.callbacks import Callback, Monitor
from synalinks.tracking import Outbox
from synalinks.tracking._sender import Sender
from synalinks.tracking._spool import Spool
from tests.fault.warm_senders import WarmSenders

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(400),
    # MLflow's own, when it is imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

X = [Query(query=f"question {number}") for number in range(8)]
Y = [Answer(answer="some answer") for _ in range(8)]


@pytest.fixture(scope="module")
def senders():
    """Processes that send, and need not import MLflow first."""
    found = WarmSenders()
    yield found
    found.stop()


@pytest.fixture
def warm(senders, monkeypatch):
    """What is started as Python in this process is a warm sender."""
    outboxes = {}
    monkeypatch.setattr(sys, "executable", str(senders.executable))
    monkeypatch.setattr("synalinks.tracking._outboxes._outboxes", outboxes)
    yield
    for outbox in outboxes.values():
        outbox.shutdown_timeout_s = 0.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is left is not sent
            outbox.close()


@pytest.fixture
def server(mlflow_server):
    """The server of all tests; one that kills it has it started again."""
    yield mlflow_server
    if not mlflow_server.is_running:
        mlflow_server.start()


async def compiled(name):
    model, transport = scripted()
    program = await functional(model, name=name)
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
    )
    return program, transport


async def fit(program, *callbacks, epochs=3):
    return await program.fit(
        X[:4],
        Y[:4],
        validation_data=(X[4:], Y[4:]),
        batch_size=2,
        epochs=epochs,
        verbose=0,
        callbacks=list(callbacks),
    )


def with_tests_on_the_path():
    """Return an environment in which a child finds what the tests share."""
    tests = Path(__file__).parents[1]
    return {**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}


class AfterEpoch(Callback):
    """Does something after an epoch."""

    run_in_thread = True

    def __init__(self, epoch, work):
        self.epoch, self.work = epoch, work

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            self.work()


@pytest.mark.filterwarnings("ignore:MLflow at .* does not answer")
def test_killed_and_started_again_in_the_middle_of_a_fit(server, warm):
    """The metrics of a run are complete, each once, after its server was killed."""

    async def train():
        program, _ = await compiled("outage")
        monitor = Monitor(tracking_uri=server.url, log_program_model=False)
        first = AfterEpoch(0, lambda: monitor._outbox.wait(100))
        kill = AfterEpoch(1, server.kill)
        start = AfterEpoch(3, server.start)
        history = await fit(program, first, monitor, kill, start, epochs=6)
        assert await monitor.flush(120)
        return history

    history = run(train())

    (found,) = server.runs("outage")
    expected = list(enumerate(history.history["reward"]))
    assert server.history(found, "reward") == expected
    assert server.history(found, "fit_calls")[-1][0] == 5
    assert found.info.status == "FINISHED"


def test_never_there(warm):
    """Without a server training gives what it gives, and one warning tells of it."""
    synalinks.clear_session()

    async def train(*callbacks):
        synalinks.set_seed(1)
        program, transport = await compiled("alone")
        history = await fit(program, *callbacks)
        return history.history, len(transport.requests)

    expected = run(train())
    uri = f"http://127.0.0.1:{free_port()}"
    monitor = Monitor(tracking_uri=uri)
    synalinks.clear_session()
    assert run(train(monitor)) == expected
    outbox = monitor._outbox
    deadline_s = time.monotonic() + 100
    said = []
    while not said and time.monotonic() < deadline_s:
        said = outbox.take_warnings()
        time.sleep(0.1)
    outbox.wait(1.5)  # it tries again and again, and says nothing more
    said += outbox.take_warnings()

    assert len(said) == 1
    assert said[0].startswith(f"MLflow at {uri} does not answer")


def test_what_is_not_sent_is_kept_for_the_next_time(monkeypatch):
    """A program that ends while MLflow is away leaves its entries for the next one."""
    monkeypatch.setattr("synalinks.tracking._sender._LINGER_S", 0.0)
    entries = ['{"op": "tags", "run": "a", "lane": "run", "n": 1, "tags": {}}\n']

    def unreachable(uri):
        raise ConnectionError("nobody there")

    away = Sender("http://nowhere", unreachable)
    away.take(entries)
    away.run()

    back = Spool("http://nowhere")
    assert list(back.read()) == [entries[0].strip()]
    assert list(Spool("http://nowhere").read()) == []  # they are taken
    back.write(['{"op": "end"}'])
    assert list(Spool("http://nowhere").read()) == ['{"op": "end"}']


def test_what_a_dead_sender_had_read_is_kept():
    """Entries of earlier runs stay until they are sent, whoever dies meanwhile."""
    Spool("http://nowhere").write(["{}"])
    dies = Spool("http://nowhere")
    assert list(dies.read()) == ["{}"]
    del dies

    assert list(Spool("http://nowhere").read()) == ["{}"]


def test_frozen_server_does_not_hold_up_the_end(senders):
    """A server that takes connections and never answers delays the end by no more
    than `shutdown_timeout`."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        program = f"""
        import asyncio, sys, time, warnings
        sys.executable = {str(senders.executable)!r}
        warnings.simplefilter("ignore")
        import synalinks
        from builders import functional, scripted, Query, Answer
        async def main():
            synalinks.enable_observability({uri!r}, shutdown_timeout=0.5)
            model, _ = scripted()
            program = await functional(model)
            program.compile(reward="exact_match")
            await program.evaluate([Query(query="a")], [Answer(answer="b")], verbose=0)
        asyncio.run(main())
        outbox = synalinks.hooks.session_hooks()[0].outbox
        began = time.perf_counter()
        waited = outbox.wait(outbox.shutdown_timeout_s)
        print(waited, time.perf_counter() - began >= 0.5, outbox.shutdown_timeout_s)
        """
        done = subprocess.run(
            [PYTHON, "-c", textwrap.dedent(program)],
            env=with_tests_on_the_path(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "True", "0.5"]


def test_a_program_that_is_killed_leaves_a_killed_run(server, senders):
    """After `kill -9` the run is KILLED, with all that was sent before."""
    program = f"""
    import asyncio, sys, synalinks
    sys.executable = {str(senders.executable)!r}
    from builders import functional, scripted, Query, Answer
    from synalinks.callbacks import Monitor, LambdaCallback
    X = [Query(query=str(i)) for i in range(4)]
    Y = [Answer(answer="a")] * 4
    monitor = Monitor(tracking_uri={server.url!r}, log_program_model=False)
    async def stay(epoch, logs):
        if epoch == 1:
            await monitor.flush()
            print("now", flush=True)
            await asyncio.sleep(1000)
    async def main():
        model, _ = scripted()
        program = await functional(model, name="shot")
        program.compile(optimizer=synalinks.optimizers.RandomFewShot(),
                        reward="exact_match")
        await program.fit(X, Y, epochs=5, verbose=0, callbacks=[
            monitor, LambdaCallback(on_epoch_begin=stay)])
    asyncio.run(main())
    """
    child = subprocess.Popen(
        [PYTHON, "-W", "ignore", "-c", textwrap.dedent(program)],
        env=with_tests_on_the_path(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "now\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()

    deadline_s = time.monotonic() + 120
    status = None
    while status != "KILLED" and time.monotonic() < deadline_s:
        time.sleep(0.3)
        client = server.client()
        known = client.get_experiment_by_name("shot")
        runs = client.search_runs([known.experiment_id]) if known else []
        status = runs[0].info.status if runs else None
    assert status == "KILLED"
    assert [step for step, _ in server.history(runs[0], "reward")] == [0]


def test_a_killed_training_goes_on_in_its_run(server, senders, tmp_path):
    """After `kill -9` and a second start there is one run, each step of it once."""
    program = f"""
    import asyncio, os, signal, sys, time
    import synalinks
    sys.executable = {str(senders.executable)!r}
    from builders import functional, scripted, Query, Answer
    from synalinks.callbacks import BackupAndRestore, Callback, Monitor
    X = [Query(query=str(i)) for i in range(4)]
    Y = [Answer(answer="a")] * 4
    class Die(Callback):
        callback_order = 11  # the monitor has told of the epoch, no backup has
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2 and sys.argv[1] == "dies":
                time.sleep(0.3)  # until it is handed over
                os.kill(os.getpid(), signal.SIGKILL)
    async def main():
        model, _ = scripted()
        program = await functional(model, name="crashed")
        program.compile(optimizer=synalinks.optimizers.RandomFewShot(),
                        reward="exact_match")
        monitor = Monitor(tracking_uri={server.url!r}, log_batch_metrics=True,
                          log_program_model=False)
        await program.fit(X, Y, epochs=5, batch_size=2, verbose=0, callbacks=[
            monitor, Die(), BackupAndRestore({str(tmp_path / "backup")!r})])
        assert await monitor.flush(200)
    asyncio.run(main())
    """
    statuses = [
        subprocess.run(
            [PYTHON, "-W", "ignore", "-c", textwrap.dedent(program), how],
            env=with_tests_on_the_path(),
            check=False,
        ).returncode
        for how in ("dies", "goes on")
    ]

    assert statuses == [-signal.SIGKILL, 0]
    (found,) = server.runs("crashed")
    assert found.info.status == "FINISHED"
    for name in ("reward", "epoch_calls", "epoch_duration_s"):
        steps = [step for step, _ in server.history(found, name)]
        assert steps == [0, 1, 2, 3, 4], name
    steps = [step for step, _ in server.history(found, "train_batch_reward")]
    assert steps == [*range(1, 11)]


def test_a_sender_that_is_told_to_end_keeps_what_is_left(monkeypatch):
    """At SIGTERM, as when a machine is shut down, unsent entries go to a file."""

    def never(uri):
        sender.stop()
        raise ConnectionError("nobody there")

    sender = Sender("http://nowhere", never)
    sender.take(['{"op": "trace", "run": null, "lane": "trace", "n": 1}\n'])
    sender.run()

    (line,) = Spool("http://nowhere").read()
    assert '"trace"' in line


def test_a_sender_that_dies_is_started_again(server, warm):
    """What a killed sender did not acknowledge is sent by the next one, once."""
    outbox = Outbox(server.url)
    entry = {"op": "run", "run": "k" * 32, "experiment": "revived", "name": "r"}
    outbox.put({**entry, "tags": {}, "mode": "new", "run_id": None, "parent": None})
    assert outbox.wait(100)
    outbox._process.popen.terminate()  # it kills the one that sends
    outbox._process.popen.wait()
    for step in range(3):
        row = ["reward", 0.5, 1, step]
        outbox.put({"op": "metrics", "run": "k" * 32, "rows": [row]})
        time.sleep(0.2)
    assert outbox.wait(100)
    outbox.close()
    outbox._process.popen.wait(100)

    (found,) = server.runs("revived")
    assert server.history(found, "reward") == [(0, 0.5), (1, 0.5), (2, 0.5)]


def trace_entry(number, run_key, experiment="aside"):
    """Return a trace of one span."""
    span = {
        "id": f"{number + 1:016x}",
        "parent_id": None,
        "name": "sample",
        "started_ns": 1_000_000,
        "ended_ns": 2_000_000,
        "error": None,
        "attributes": {},
    }
    return {
        "op": "trace", "run": run_key, "experiment": experiment,
        "trace_id": f"{number + 1:032x}", "metadata": {}, "spans": [span],
        "assessments": [],
    }  # fmt: skip


def end_at_once(outbox):
    """End the sender of an outbox, once it has sent everything."""
    assert outbox.wait(100)
    outbox.close()
    outbox._process.popen.wait(100)


@pytest.mark.filterwarnings("ignore:.*traces for MLflow were too many")
def test_traces_that_are_too_many_wait_on_disk(server, warm, monkeypatch):
    """What is too much for memory is sent by the next program; the run stays ended."""
    key = "d" * 32
    entry = {"op": "run", "run": key, "experiment": "aside", "name": "r", "tags": {}}
    outbox = Outbox(server.url)
    outbox.put({**entry, "mode": "new", "run_id": None, "parent": None})
    with monkeypatch.context() as patch:
        patch.setattr("synalinks.tracking._outbox._MAX_WAITING_TRACES", 0)
        for number in range(3):
            outbox.put(trace_entry(number, key), lane="trace")
    outbox.put({"op": "end", "run": key, "status": "FINISHED"})
    assert outbox.hand_over(100)
    end_at_once(outbox)
    assert server.traces("aside") == []
    outbox._spool._aside.close()  # as the end of the program does

    later = Outbox(server.url)
    later.put(trace_entry(3, None), lane="trace")
    end_at_once(later)

    assert len(server.traces("aside")) == 4
    (found,) = server.runs("aside")
    assert found.info.status == "FINISHED"


def test_a_run_that_has_ended_stays_so_when_its_sender_dies(server, warm):
    """Traces that a second sender writes do not open their run again."""
    key = "e" * 32
    entry = {"op": "run", "run": key, "experiment": "ended", "name": "r", "tags": {}}
    outbox = Outbox(server.url)
    outbox.put({**entry, "mode": "new", "run_id": None, "parent": None})
    outbox.put({"op": "end", "run": key, "status": "FINISHED"})
    assert outbox.wait(100)
    outbox._process.popen.terminate()  # it kills the one that sends
    outbox._process.popen.wait()
    for number in range(2):  # the first finds out
        outbox.put(trace_entry(number + 50, key, "ended"), lane="trace")
        time.sleep(0.2)
    end_at_once(outbox)

    (found,) = server.runs("ended")
    assert found.info.status == "FINISHED"
    assert len(server.traces("ended")) == 2
