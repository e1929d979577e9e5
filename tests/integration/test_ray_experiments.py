"""Experiments on the workers of a real Ray cluster of this machine."""

import asyncio
import os

import pytest

from synalinks.callbacks import BudgetStopping, Callback
from synalinks.errors import ConfigurationError
from synalinks.experiments import RayExecutor
from synalinks.testing import ChatServerProcess
from tests.experiments import DiesOnce, Notes, make_experiment, outcome

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    # Ray leaves sockets and threads to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def executor():
    ray = pytest.importorskip("ray")
    found = RayExecutor(
        init={
            "num_cpus": 2,
            "_node_ip_address": "127.0.0.1",
            "object_store_memory": 80_000_000,
        }
    )
    for n_left in (2, 1, 0):
        try:
            found.begin(2, [])
            break
        except Exception:  # Ray gives up after 15 s where a machine is busy
            ray.shutdown()
            if not n_left:
                raise
    yield found
    ray.shutdown()


@pytest.fixture(scope="module")
def chat_server():
    with ChatServerProcess(function="tests.fault.killed_run:answer") as found:
        yield found


def test_workers_give_the_scores_of_this_process(executor, chat_server, tmp_path):
    """Two workers, one of which is killed: results equal those of this process.

    Shared callbacks are told of each score here, limits are divided, and the run of the
    worker that died goes on from its folder.
    """
    marker, notes = tmp_path / "died", Notes(tmp_path / "notes")
    options = {"arms": ("random",), "n_repeats": 2}
    here = asyncio.run(
        make_experiment(tmp_path / "here", chat_server.url, **options).run()
    )
    n_here = chat_server.summary()["n_requests"]
    chat_server.clear_log()

    experiment = make_experiment(
        tmp_path / "there",
        chat_server.url,
        callbacks=[DiesOnce(marker), notes],
        executor=executor,
        **options,
    )
    with pytest.warns(match="died: it is started again"):
        there = asyncio.run(experiment.run())

    assert outcome(there) == outcome(here)
    assert int(marker.read_text(encoding="utf-8")) != os.getpid()
    summary = chat_server.summary()
    # Eight in flight are allowed, four in each worker.
    assert summary["max_in_flight"] <= 8
    assert n_here <= summary["n_requests"] <= n_here + 8
    lines = (tmp_path / "notes").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 2 * 3


@pytest.mark.parametrize("kind", ["within a training", "budget"])
async def test_what_workers_cannot_share_is_refused(kind, executor, tmp_path):
    """Nothing is begun with a callback that could not do its work."""

    class Shared(Callback):
        scope = "experiment"

        def on_epoch_end(self, epoch, logs=None):
            """Never called."""

    callback = BudgetStopping(max_calls=9, scope="experiment")
    given = Shared() if kind != "budget" else callback
    experiment = make_experiment(
        tmp_path / "there",
        "http://127.0.0.1:9/v1",
        callbacks=[given],
        executor=executor,
    )

    with pytest.raises(ConfigurationError, match="scope"):
        await experiment.run()
