"""An experiment that is killed again and again ends as if it never had been."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fault import killing

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
ARMS = "random,broken"


@pytest.fixture(scope="module")
def chat_server():
    with killing.server() as found:
        yield found


def run(folder, chat_server, kills=(), number=signal.SIGKILL):
    """Run the experiment, and end it after so many requests, once for each number."""
    chat_server.clear_log()
    folder.parent.mkdir(exist_ok=True)
    n_kills = 0
    for n_requests in (*kills, None):
        child = start(folder, chat_server)
        n_before = chat_server.summary()["n_requests"]
        while n_requests is not None and child.poll() is None:
            if chat_server.summary()["n_requests"] >= n_before + n_requests:
                os.kill(child.pid, number)
                break
            time.sleep(0.002)
        status = child.wait()
        if status == -number:
            n_kills += 1
        else:
            assert status == 0, f"the experiment ended with {status}"
    requests = killing.settled_requests(chat_server)
    asked = Counter(json.dumps(one["body"], sort_keys=True) for one in requests)
    found = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    return found, asked, n_kills


def start(folder, chat_server):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.experiments", str(folder)]
    return subprocess.Popen(
        [*command, chat_server.url, ARMS], cwd=ROOT, env=environment
    )


@pytest.mark.row("EV-12")
def test_two_kills_change_nothing(chat_server, tmp_path):
    """Two arms, one of which fails, with three replicates: results are the same.

    No answered call is made again, runs that had ended are not begun again, and each
    score is told once.
    """
    whole, asked, _ = run(tmp_path / "whole", chat_server)

    killed, asked_again, n_kills = run(tmp_path / "killed", chat_server, kills=(60, 70))

    assert n_kills == 2
    assert killed["status"] == whole["status"] == "completed"
    assert killed["outcome"] == whole["outcome"]
    statuses = Counter(one["status"] for one in whole["outcome"])
    assert statuses == {"completed": 3, "failed": 3}
    in_flight = chat_server.summary()["max_in_flight"]
    assert (asked_again - asked).total() <= n_kills * in_flight
    assert not asked - asked_again
    notes = (tmp_path / "killed.notes").read_text(encoding="utf-8").splitlines()
    assert sorted(notes) == sorted(
        (tmp_path / "whole.notes").read_text(encoding="utf-8").splitlines()
    )
    assert len(notes) == len(set(notes)) == 3 * 3


def test_ctrl_c_loses_nothing(chat_server, tmp_path):
    """What is in flight in all runs arrives first: no request is made twice."""
    whole, asked, _ = run(tmp_path / "whole", chat_server)

    ended, asked_again, n_signals = run(
        tmp_path / "ended", chat_server, (70,), signal.SIGINT
    )

    assert n_signals == 1
    assert ended["outcome"] == whole["outcome"]
    assert asked_again == asked
