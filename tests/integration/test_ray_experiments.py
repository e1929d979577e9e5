"""Experiments on the workers of a real Ray cluster of this machine."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

import pytest

import synalinks
from synalinks import config
from synalinks._internal.files import AppendFile
from synalinks.callbacks import BudgetStopping, Callback
from synalinks.errors import ConfigurationError, TrainingError
from synalinks.experiments import Arm, Benchmark, Experiment, RayExecutor
from tests.experiments import (
    CutOffOnce,
    DiesOnce,
    Notes,
    Sees,
    make_experiment,
    outcome,
)
from tests.fault import killing
from tests.fault.killed_run import Answer, Question, data

ROOT = Path(__file__).parents[2]
TWO_RUNS = {"arms": ("random",), "n_repeats": 2}

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    # Ray leaves sockets and threads to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    # Its processes start beside the test, which may stand still for seconds.
    pytest.mark.filterwarnings("ignore:.*held up the event loop"),
]


@pytest.fixture(scope="module")
def executor(tmp_path_factory):
    ray = pytest.importorskip("ray")
    found = RayExecutor(
        init={
            "num_cpus": 2,
            "_node_ip_address": "127.0.0.1",
            "object_store_memory": 80_000_000,
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        # Workers have the environment that Ray is started with.
        patch.setenv("SYNALINKS_HOME", str(tmp_path_factory.mktemp("home")))
        start(found, ray)
    yield found
    ray.shutdown()


def start(executor, ray, n_attempts=3):
    """Start Ray, which gives up after 15 s where a machine is busy."""
    try:
        executor.begin(2, [])
    except Exception:
        ray.shutdown()
        if n_attempts == 1:
            raise
        start(executor, ray, n_attempts - 1)


@pytest.fixture(scope="module")
def chat_server():
    with killing.server() as found:
        yield found


@pytest.fixture(scope="module")
def here(chat_server, tmp_path_factory):
    """The outcome in this process, and what was asked for it."""
    experiment = make_experiment(
        tmp_path_factory.mktemp("here") / "out", chat_server.url, **TWO_RUNS
    )
    chat_server.clear_log()
    return outcome(asyncio.run(experiment.run())), asked(chat_server)


def asked(chat_server):
    """Return how often each request was made."""
    requests = killing.settled_requests(chat_server)
    return Counter(json.dumps(one["body"], sort_keys=True) for one in requests)


def test_workers_give_the_scores_of_this_process(here, executor, chat_server, tmp_path):
    """Two workers, one of which is killed: results equal those of this process.

    Shared callbacks are told of each score here, limits are divided, and the run of the
    worker that died goes on from its folder.
    """
    marker, notes = tmp_path / "died", Notes(tmp_path / "notes")
    chat_server.clear_log()

    experiment = make_experiment(
        tmp_path / "there",
        chat_server.url,
        callbacks=[DiesOnce(marker), notes],
        executor=executor,
        **TWO_RUNS,
    )
    with pytest.warns(match="died: it is started again"):
        there = asyncio.run(experiment.run())

    assert outcome(there) == here[0]
    assert int(marker.read_text(encoding="utf-8")) != os.getpid()
    # Of each of two models eight in flight are allowed, four in each worker.
    assert chat_server.summary()["max_in_flight"] <= 16
    asked_there = asked(chat_server)
    assert not here[1] - asked_there
    assert (asked_there - here[1]).total() <= 16
    lines = (tmp_path / "notes").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 2 * 3


async def test_who_interrupts_loses_nothing(here, executor, chat_server, tmp_path):
    """What is in flight in the workers arrives: nothing is asked twice."""
    await asyncio.to_thread(chat_server.clear_log)

    def start():
        experiment = make_experiment(
            tmp_path / "there", chat_server.url, executor=executor, **TWO_RUNS
        )
        return asyncio.create_task(experiment.run())

    cut = start()
    while not cut.done():
        log = await asyncio.to_thread(chat_server.summary)
        if log["n_requests"] >= 20 and log["n_in_flight"]:
            cut.cancel()
            break
        await asyncio.sleep(0.002)
    with pytest.raises(asyncio.CancelledError):
        await cut
    ended = await start()

    assert outcome(ended) == here[0]
    assert await asyncio.to_thread(asked, chat_server) == here[1]


def _refuse_signal(number, frame):
    msg = "nobody took the signal"
    raise AssertionError(msg)


def test_a_signal_ends_workers_in_good_order(here, executor, chat_server, tmp_path):
    """SIGTERM here ends as without Ray: what is in flight arrives, and nothing is lost.

    The process ends with the same code, and who begins again asks nothing twice.
    """
    chat_server.clear_log()

    def run(is_cut):
        experiment = make_experiment(
            tmp_path / "there", chat_server.url, executor=executor, **TWO_RUNS
        )
        if not is_cut:
            return asyncio.run(experiment.run())
        watching = threading.Thread(target=terminate_at, args=(chat_server, 20))
        watching.start()
        try:
            return asyncio.run(experiment.run())
        finally:
            watching.join()

    before = signal.signal(signal.SIGTERM, _refuse_signal)
    try:
        with pytest.raises(SystemExit) as ended:
            run(is_cut=True)
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
    result = run(is_cut=False)

    assert ended.value.code == 128 + signal.SIGTERM
    assert outcome(result) == here[0]
    assert asked(chat_server) == here[1]


def terminate_at(server, n_requests):
    """Send this process SIGTERM when so many requests were made."""
    while server.summary()["n_requests"] < n_requests:
        time.sleep(0.002)
    os.kill(os.getpid(), signal.SIGTERM)


async def test_a_run_waits_for_a_worker_that_still_has_it(
    here, executor, chat_server, tmp_path
):
    """Two workers never write to one folder, and neither fails for it."""
    await asyncio.to_thread(chat_server.clear_log)
    runs = tmp_path / "there" / "runs"
    held, other = runs / "random__s7", runs / "random__s8"
    await asyncio.to_thread(held.mkdir, parents=True)
    lock = await asyncio.to_thread(AppendFile.lock, held / "worker.lock")
    experiment = make_experiment(
        tmp_path / "there", chat_server.url, executor=executor, **TWO_RUNS
    )

    running = asyncio.create_task(experiment.run())
    while not await asyncio.to_thread((other / "result.json").exists):
        await asyncio.sleep(0.01)
    has_begun = await asyncio.to_thread((held / "backup").exists)
    await asyncio.to_thread(lock.close)

    assert outcome(await running) == here[0]
    assert not has_begun


@pytest.mark.parametrize("what", ["callbacks", "budgets"])
async def test_the_death_of_what_workers_share_is_an_error(
    what, executor, chat_server, tmp_path
):
    """It says what happened, costs no more than the budget, and can be gone on with."""
    await asyncio.to_thread(chat_server.clear_log)
    limit = 150

    def start():
        budget = BudgetStopping(max_calls=limit, scope="experiment")
        experiment = make_experiment(
            tmp_path / "there",
            chat_server.url,
            callbacks=[Sees() if what == "callbacks" else budget],
            executor=executor,
            **TWO_RUNS,
        )
        return asyncio.create_task(experiment.run())

    cut = start()
    while (await asyncio.to_thread(chat_server.summary))["n_requests"] < 20:
        await asyncio.sleep(0.002)
    hooks, budgets = executor._hooks, executor._budgets
    actor = hooks._switchboard if what == "callbacks" else budgets._desks[0].actor
    executor._ray.kill(actor)
    with pytest.raises(TrainingError, match="running the experiment again goes on"):
        await cut
    ended = await start()

    assert [one.error for one in ended.arms] == [None, None]
    # One of two may get to its end with what there is for both.
    statuses = {one.status for one in ended.arms}
    if what == "callbacks":
        assert statuses == {"completed"}
    else:
        assert "stopped" in statuses
    n_asked = len(await asyncio.to_thread(killing.settled_requests, chat_server))
    assert n_asked <= limit or what == "callbacks"


@pytest.mark.parametrize("what", ["callbacks", "budgets"])
def test_a_worker_that_is_cut_off_for_once_is_started_again(
    what, here, executor, chat_server, tmp_path
):
    """It says nothing about the arm: no run has failed, and none pays twice."""
    budget = BudgetStopping(max_calls=10_000, scope="experiment")
    shared = Sees() if what == "callbacks" else budget
    cut = CutOffOnce(tmp_path / "cut", what)
    chat_server.clear_log()
    experiment = make_experiment(
        tmp_path / "there",
        chat_server.url,
        callbacks=[cut, shared],
        executor=executor,
        **TWO_RUNS,
    )

    with pytest.warns(match="was cut off: it is started again"):
        ended = asyncio.run(experiment.run())

    assert [one.status for one in ended.arms] == ["completed", "completed"]
    assert asked(chat_server) == here[1]


def test_one_budget_holds_over_all_workers(executor, chat_server, tmp_path):
    """No more calls are made than it allows, also when a worker is killed.

    What it had been given comes back; who goes on with a larger budget gets to the end,
    and what was spent before counts.
    """
    folder, limit = tmp_path / "there", 100
    chat_server.clear_log()

    def experiment(max_calls, *callbacks):
        budget = BudgetStopping(max_calls=max_calls, scope="experiment")
        options = {**TWO_RUNS, "callbacks": [budget, *callbacks]}
        return budget, make_experiment(
            folder, chat_server.url, executor=executor, **options
        )

    budget, first = experiment(limit, DiesOnce(tmp_path / "died"))
    with pytest.warns(match="died: it is started again"):
        stopped = asyncio.run(first.run())
    n_asked = len(killing.settled_requests(chat_server))
    left = budget.remaining()["calls"]
    budget, rest = experiment(1000)
    ended = asyncio.run(rest.run())
    n_asked_in_all = len(killing.settled_requests(chat_server))

    assert n_asked <= limit
    assert n_asked + left <= limit
    assert left <= limit / 16 + 16  # what may be handed out, and what a batch takes
    assert any(one.can_go_on for one in stopped.arms)
    assert "the budget" in next(
        one.stop_reason for one in stopped.arms if one.can_go_on
    )
    assert [one.status for one in ended.arms] == ["completed", "completed"]
    # What was in flight when the worker died counts, whether it got there or not.
    spent = 1000 - budget.remaining()["calls"]
    assert n_asked_in_all <= spent <= n_asked_in_all + 16


def test_workers_have_what_is_set_for_the_session(executor, tmp_path):
    """Default models come with seed; what cannot be sent is refused before a call."""
    config.set_default_language_model(
        synalinks.LanguageModel("embedded/learner", description="of the session")
    )
    config.set_default_embedding_model("embedded/hash")

    def experiment(name):
        return Experiment(
            "session",
            [Arm(name, make_default_program, config={"seed": 7})],
            output_dir=tmp_path / "there",
            benchmarks=[Benchmark("test", *data(200, 2))],
            fit={"x": data(0, 4)[0], "y": data(0, 4)[1], "batch_size": 4},
            executor=executor,
        )

    result = asyncio.run(experiment("one").run())
    config.set_default_language_model(synalinks.LanguageModel("openai/x", api_key="-"))
    with pytest.raises(ConfigurationError, match="`api_key`"):
        asyncio.run(experiment("two").run())

    assert [(one.status, one.error) for one in result.arms] == [("completed", None)]


async def make_default_program(seed):
    """Return a program that asks the default model of the session."""
    assert config.default_embedding_model() == "embedded/hash"
    inputs = synalinks.Input(data_model=Question)
    outputs = await synalinks.Generator(data_model=Answer)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    assert program.language_models[0].description == "of the session"
    program.compile(optimizer="random_few_shot", reward="exact_match")
    return program


def test_what_models_find_out_is_divided_too(executor, chat_server, tmp_path):
    """Each worker begins with its part, and comes no higher than that.

    Of 256 calls in flight at most, two workers for 32 runs at a time have 16.
    """
    chat_server.clear_log()
    experiment = make_experiment(
        tmp_path / "there",
        chat_server.url,
        arms=("adaptive",),
        n_repeats=2,
        max_concurrency=32,
        executor=executor,
    )

    result = asyncio.run(experiment.run())

    assert {one.status for one in result.arms} == {"completed"}
    assert 1 < chat_server.summary()["max_in_flight"] <= 16


class Steers(Sees):
    """Ends one run early, and fails in another one."""

    def on_epoch_end(self, epoch, logs=None):
        self.note("on_epoch_end", [epoch, logs])
        if self.trainer.ctx.replicate == 0:
            self.program.stop_training = True

    async def on_propose_end(self, step, logs):
        self.note("on_propose_end", [step, logs])
        if self.trainer.ctx.replicate == 1 and step == 2:
            msg = "not this one"
            raise KeyError(msg)
        return self.trainer.step_attempt == 0 and step == 1  # it is made anew

    def on_train_begin(self, logs=None):
        self.note("on_train_begin", [logs])
        variable = self.program.trainable_variables[0]
        variable.update({"instructions": "As a callback says."})


@pytest.mark.parametrize("kind", [Sees, Steers])
def test_shared_callbacks_see_and_steer_runs(kind, executor, chat_server, tmp_path):
    """In each run a shared callback sees the same at each hook, and does the same.

    What it writes into logs, variables and ids gets to the worker; so do votes, a stop,
    and errors, which end their run only.
    """
    pairs = []
    for name, where in (("here", "local"), ("there", executor)):
        seen = kind()
        experiment = make_experiment(
            tmp_path / name,
            chat_server.url,
            callbacks=[seen],
            executor=where,
            **TWO_RUNS,
        )
        pairs.append((seen, outcome(asyncio.run(experiment.run()))))

    (here, ended_here), (there, ended_there) = pairs
    assert ended_there == ended_here
    assert there.seen == here.seen
    assert there.n_batches == here.n_batches > 0
    if kind is Steers:
        first, second = ended_there
        assert first["stop_reason"] == "`stop_training` was set"
        assert second["error"] == "KeyError: 'not this one'"


CUT_OFF = """
import asyncio, sys
from tests.experiments import DiesOnce, Sees, make_experiment
folder, url, notes, marker = sys.argv[1:]
callbacks = [Sees(notes), DiesOnce(marker)]
experiment = make_experiment(folder, url, ("random",), callbacks, n_repeats=1)
asyncio.run(experiment.run())
"""


def test_a_killed_worker_is_seen_as_a_killed_process(executor, chat_server, tmp_path):
    """Shared callbacks see a run that goes on elsewhere as one that is begun again."""
    one_run = {"arms": ("random",), "n_repeats": 1}
    paths = [str(tmp_path / one) for one in ("here", "notes", "marker")]
    folder, notes, marker = paths
    command = [sys.executable, "-c", CUT_OFF, folder, chat_server.url, notes, marker]
    died = subprocess.run(command, check=False, cwd=ROOT).returncode
    here = Sees()
    rest = make_experiment(folder, chat_server.url, callbacks=[here], **one_run)
    ended_here = outcome(asyncio.run(rest.run()))
    there = Sees()
    experiment = make_experiment(
        tmp_path / "there",
        chat_server.url,
        callbacks=[there, DiesOnce(tmp_path / "died")],
        executor=executor,
        **one_run,
    )
    with pytest.warns(match="died: it is started again"):
        ended_there = outcome(asyncio.run(experiment.run()))

    assert died == -signal.SIGKILL
    assert ended_there == ended_here
    lines = Path(notes).read_text(encoding="utf-8").splitlines()
    seen_here = [*map(json.loads, lines), *here.seen["random__s7"]]
    assert there.seen == {"random__s7": seen_here}
    assert [one[0] for one in there.seen["random__s7"]].count("on_run_begin") == 2


async def test_what_cannot_be_sent_is_said_before_a_call(
    executor, chat_server, tmp_path
):
    """A hook here cannot ask models, and nothing gets lost silently."""
    await asyncio.to_thread(chat_server.clear_log)

    class Asks(Callback):
        scope = "experiment"

        async def on_train_begin(self, logs=None):
            """Ask."""
            await self.program(Question(text="?"))

    class Keeps(Callback):
        scope = "experiment"

        def on_run_begin(self, ctx):
            """Leave what no other process can have."""
            ctx.extras["lock"] = threading.Lock()

    errors = []
    for kind in (Asks, Keeps):
        kind.on_hook_error = "raise"
        experiment = make_experiment(
            tmp_path / kind.__name__,
            chat_server.url,
            callbacks=[kind()],
            executor=executor,
            **TWO_RUNS,
        )
        result = await experiment.run()
        errors.append({one.error for one in result.arms})

    assert ["cannot call models" in one for one in errors[0]] == [True], errors
    assert ["`ctx.extras` cannot be sent" in one for one in errors[1]] == [True], errors
    log = await asyncio.to_thread(chat_server.summary)
    assert not log["n_requests"]


async def test_what_an_arm_cannot_share_is_refused(executor, tmp_path):
    """A budget in the arguments of `fit` would be another one in each worker."""
    budget = BudgetStopping(max_calls=9, scope="experiment")
    x, y = data(0, 4)
    experiment = Experiment(
        "arms",
        [
            Arm(
                "one",
                make_default_program,
                config={"seed": 7},
                fit={"callbacks": [budget]},
            )
        ],
        output_dir=tmp_path / "there",
        fit={"x": x, "y": y},
        executor=executor,
    )

    with pytest.raises(ConfigurationError, match="Give it to the `Experiment`"):
        await experiment.run()


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning:mlflow.*")
def test_what_is_tracked_outlives_workers(
    executor, chat_server, mlflow_server, tmp_path
):
    """A worker is killed, and all end with Ray: MLflow has each run once and whole."""
    killed = DiesOnce(tmp_path / "died")
    for name, where, callbacks in (
        ("in_process", "local", []),
        ("on_ray", executor, [killed]),
    ):
        config.enable_observability(mlflow_server.url, name, sampling_rate=0)
        experiment = make_experiment(
            tmp_path / name,
            chat_server.url,
            callbacks=callbacks,
            executor=where,
            **TWO_RUNS,
        )
        with warnings.catch_warnings(action="ignore"):
            asyncio.run(experiment.run())
    executor._ray.shutdown()

    here, there = (tracked(mlflow_server, one) for one in ("in_process", "on_ray"))
    assert Path(killed.marker).exists()
    assert [one[:3] for one in there] == [one[:3] for one in here]
    assert there == here
    assert [one[:2] for one in here] == [
        ("random__s7", "small"),
        ("random__s8", "small"),
        ("small", ""),
        ("task_test", "random__s7"),
        ("task_test", "random__s8"),
    ]


def tracked(server, experiment):
    """Return the runs of an experiment, once all have ended, without times."""
    deadline_s = time.monotonic() + 150
    while time.monotonic() < deadline_s:
        is_there = server.client().get_experiment_by_name(experiment) is not None
        runs = server.runs(experiment) if is_there else []
        if len(runs) >= 5 and all(one.info.status != "RUNNING" for one in runs):
            break
        time.sleep(0.2)
    names = {one.info.run_id: one.info.run_name for one in runs}
    found = []
    for one in runs:
        numbers = {name for name in one.data.metrics if not name.endswith("_s")}
        parent = names.get(one.data.tags.get("mlflow.parentRunId"), "")
        history = {name: server.history(one, name) for name in sorted(numbers)}
        found.append((one.info.run_name, parent, one.info.status, history))
    return sorted(found, key=lambda one: one[:2])
