"""A cell of a notebook that is interrupted and run again."""

import json
import os
import time
from functools import partial

import pytest
from jupyter_client.manager import KernelManager

from synalinks.testing import ChatServerProcess
from tests.fault import killing

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # of the kernel's transport
]

MAKE = """
import json
from pathlib import Path
import synalinks
from tests.fault import killed_run
synalinks.clear_session()
folder = Path({folder!r})
program = await killed_run.make_program({url!r}, "advised")
"""
TRAIN = """
x, y = killed_run.data(0, killed_run.N_TRAIN)
history = await program.fit(
    x, y, batch_size=4, minibatch_size=4, epochs=3, verbose=0,
    validation_data=killed_run.data(100, 8),
    callbacks=killed_run.callbacks(folder, "epoch"),
)
values = {one.path: one.get_json() for one in program.variables}
print(json.dumps([history.history, values, history.restored]))
"""


def wait_for_requests(server, n_requests):
    """Wait until the server has had so many requests."""
    while server.summary()["n_requests"] < n_requests:
        time.sleep(0.01)


class Notebook:
    """A kernel, as a notebook has one."""

    def __init__(self, folder):
        self._kernel = KernelManager(kernel_name="python3")
        path = f"{killing.ROOT}:{killing.ROOT / 'tests'}"
        environment = {**os.environ, "PYTHONPATH": path}
        self._kernel.start_kernel(env=environment, cwd=str(folder))
        self._client = self._kernel.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=120)

    def run(self, cell, wait_to_interrupt=None):
        """Run a cell; return what it printed, and the error that it ended with."""
        number = self._client.execute(cell)
        if wait_to_interrupt is not None:
            wait_to_interrupt()
            self._kernel.interrupt_kernel()
        printed, error = "", None
        while True:
            message = self._client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif message["msg_type"] == "error":
                error = content["ename"]
            elif content.get("execution_state") == "idle":
                return printed, error

    def close(self):
        """End the kernel."""
        self._client.stop_channels()
        self._kernel.shutdown_kernel(now=True)
        self._kernel.cleanup_resources()


@pytest.fixture
def notebook(tmp_path):
    found = Notebook(tmp_path)
    yield found
    found.close()


def test_an_interrupted_cell_is_run_again(notebook, tmp_path):
    """It ends as if nobody had interrupted it, and not one request is made twice."""
    with ChatServerProcess(
        function="tests.fault.killed_run:answer", latency_s=0.03
    ) as server:
        results, n_requests = [], []
        for name, stops in (("whole", ()), ("cut", (5, 30, 60))):
            server.clear_log()
            (tmp_path / name).mkdir()
            make = MAKE.format(folder=str(tmp_path / name), url=server.url)
            assert notebook.run(make) == ("", None)
            for n_before in stops:
                wait = partial(wait_for_requests, server, n_before)
                assert notebook.run(TRAIN, wait) == ("", "KeyboardInterrupt")
            printed, error = notebook.run(TRAIN)
            assert error is None
            *result, _ = json.loads(printed)
            results.append(result)
            n_requests.append(server.summary()["n_requests"])

    assert results[0] == results[1]
    assert n_requests[0] == n_requests[1]
