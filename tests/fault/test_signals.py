"""A signal ends a run with nothing lost; a second one ends it at once."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from synalinks.testing import ChatServerProcess
from tests.fault import killing

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture(scope="module")
def starter():
    found = killing.Starter()
    yield found
    found.stop()


def serving(**options):
    return ChatServerProcess(function="tests.fault.killed_run:answer", **options)


def order_of(folder, server, **settings):
    folder.mkdir(exist_ok=True)
    return {
        "folder": str(folder),
        "url": server.url,
        "optimizer": "advised",
        "save_freq": "epoch",
        "settings": settings,
    }


def wait_for_requests(server, n_requests):
    """Wait until the server has had so many requests, and some are under way."""
    while True:
        log = server.summary()
        if log["n_requests"] >= n_requests and log["n_in_flight"]:
            return
        time.sleep(0.005)


@pytest.mark.parametrize("number", EXIT_CODES, ids=lambda one: one.name)
def test_a_signal_loses_no_answer(starter, tmp_path, number):
    """What is in flight arrives and is kept: in all, no request is made twice."""
    with serving(latency_s=0.04) as server:
        starter.start(order_of(tmp_path / "whole", server))
        assert starter.wait() == 0
        n_requests = len(killing.settled_requests(server))
        result = (tmp_path / "whole" / "result.json").read_text()
        server.clear_log()

        order = order_of(tmp_path / "run", server)
        for n_before in (3, n_requests // 3, 2 * n_requests // 3):
            child = starter.start(order)
            wait_for_requests(server, n_before)
            os.kill(child, number)
            assert starter.wait() == EXIT_CODES[number]
        starter.start(order)
        assert starter.wait() == 0
        assert len(server.requests()) == n_requests
    assert (tmp_path / "run" / "result.json").read_text() == result


@pytest.mark.parametrize("number", EXIT_CODES, ids=lambda one: one.name)
def test_calls_in_flight_have_some_time_and_no_more(starter, tmp_path, number):
    """A server that does not answer does not keep the process."""
    with serving(latency_s=600) as server:
        child = starter.start(order_of(tmp_path / "run", server, grace_s=0.2))
        wait_for_requests(server, 1)
        os.kill(child, number)

        assert starter.wait() == EXIT_CODES[number]


@pytest.mark.parametrize("number", EXIT_CODES, ids=lambda one: one.name)
def test_a_second_signal_ends_at_once(starter, tmp_path, number):
    """Who does not want to wait need not; what was answered is on disk all the same."""
    with serving(latency_s=600) as server:
        child = starter.start(order_of(tmp_path / "run", server, grace_s=600))
        wait_for_requests(server, 1)
        os.kill(child, number)
        for _ in range(2):
            time.sleep(1)  # two that come before the first is seen are one
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

        assert starter.wait() == -number


SCRIPT = """
import asyncio, sys
from pathlib import Path
from tests.fault import killed_run
asyncio.run(killed_run.fit(Path("."), sys.argv[1], "few_shot", "epoch"))
print("the end")
"""


@pytest.mark.parametrize(
    ("number", "exit_codes"), [(signal.SIGINT, (-2, 130)), (signal.SIGTERM, (143,))]
)
def test_a_script_ends_as_the_shell_expects(tmp_path, number, exit_codes):
    """Python ends with 130 or 143, and the folder tells that the run was stopped."""
    from synalinks.backups import read_run

    with serving(latency_s=0.2) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, server.url],
            env={**os.environ, "PYTHONPATH": str(killing.ROOT)},
            stderr=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        wait_for_requests(server, 5)
        process.send_signal(number)
        output, _ = process.communicate()

        assert process.returncode in exit_codes
        assert output == b""
        n_requests = len(server.requests())
    record = read_run("backup")
    assert (record.status, record.card.reason) == ("stopped", number.name)
    assert record.n_answers == n_requests
