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


@pytest.fixture(scope="module")
def chat_server():
    with killing.server() as found:
        yield found


def run(folder, chat_server, ends=(), number=signal.SIGKILL, **settings):
    """Run the experiment, and end it each time that it is due."""
    chat_server.clear_log()
    folder.parent.mkdir(exist_ok=True)
    n_ends = 0
    for is_due in (*ends, lambda *_: False):
        child = start(folder, chat_server, **settings)
        n_before = chat_server.summary()["n_requests"]
        while child.poll() is None:
            summary = chat_server.summary()
            if is_due(summary["n_requests"] - n_before, summary["n_in_flight"]):
                os.kill(child.pid, number)
                break
            time.sleep(0.002)
        status = child.wait()
        if status == -number:
            n_ends += 1
        else:
            assert status == 0, f"the experiment ended with {status}"
    requests = killing.settled_requests(chat_server)
    asked = Counter(json.dumps(one["body"], sort_keys=True) for one in requests)
    found = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    return found, asked, n_ends


def after(n):
    """Return what is due after so many requests of a process."""
    return lambda n_requests, _: n_requests >= n


def start(folder, chat_server, arms="random,broken", n_trials=0):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.experiments", str(folder)]
    return subprocess.Popen(
        [*command, chat_server.url, arms, str(n_trials)], cwd=ROOT, env=environment
    )


@pytest.mark.row("EV-12")
def test_two_kills_change_nothing(chat_server, tmp_path):
    """Two arms, one of which fails, with three replicates: results are the same.

    No answered call is made again, runs that had ended are not begun again, and each
    score is told once.
    """
    whole, asked, _ = run(tmp_path / "whole", chat_server)

    killed, asked_again, n_kills = run(
        tmp_path / "killed", chat_server, (after(60), after(70))
    )

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


def test_a_killed_search_ends_as_one_that_was_not(chat_server, tmp_path):
    """Trials, scores and the best are the same, and no answered call is made again."""
    settings = {"arms": "random", "n_trials": 3}
    whole, asked, _ = run(tmp_path / "whole", chat_server, **settings)

    killed, asked_again, n_kills = run(
        tmp_path / "killed", chat_server, (after(60),), **settings
    )

    assert n_kills == 1
    assert killed == whole
    assert [one["arm"] for one in whole["outcome"]] == [f"trial00{i}" for i in range(3)]
    assert len({json.dumps(one["config"]) for one in whole["outcome"]}) > 1
    in_flight = chat_server.summary()["max_in_flight"]
    assert (asked_again - asked).total() <= n_kills * in_flight
    assert not asked - asked_again


def test_ctrl_c_loses_nothing(chat_server, tmp_path):
    """In training or on benchmarks, what is in flight arrives: nothing is asked twice.

    Both signals come while answers are awaited.
    """
    whole, asked, _ = run(tmp_path / "whole", chat_server)
    folder, scored = tmp_path / "ended", []

    def on_benchmark(_, n_in_flight):
        if n_in_flight:
            scored[:] = [one.parent for one in folder.rglob("final.variables.json")]
            scored[:] = [one for one in scored if not has_scores(one)]
        return bool(scored)

    ended, asked_again, n_signals = run(
        folder, chat_server, (after(70), on_benchmark), signal.SIGINT
    )

    assert n_signals == 2
    assert ended["outcome"] == whole["outcome"]
    assert asked_again == asked


def has_scores(run_dir):
    """Return whether a run is through with its benchmark."""
    return (run_dir / "predictions" / "test.jsonl").exists()
