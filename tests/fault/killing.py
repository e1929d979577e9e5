"""Runs that are killed again and again until they end, and what must hold then."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import synalinks
from synalinks._internal.journal import JOURNAL_PREFIX
from synalinks._internal.store import read_records
from synalinks.testing import ChatServerProcess
from tests.fault import killed_run
from tests.fault.warm_senders import WarmSenders

ROOT = Path(__file__).parents[2]
_KINDS = frozenset({"sent", "call", "failed"})


@dataclass
class Outcome:
    """How a run ended, and what it took."""

    folder: Path
    result: dict
    files: dict
    rows: list
    tracked: tuple | None
    asked: Counter
    n_requests: int
    n_keys: int
    n_kills: int = 0
    n_cut: int = 0
    max_in_flight: int = 0
    repeated: list = field(default_factory=list)


class Starter:
    """A process that has imported what a run needs, and forks one for each order."""

    def __init__(self, module="tests.fault.killed_run"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._senders = None

    def tracking(self):
        """Return what the settings of a run are that MLflow is told of."""
        self._senders = self._senders or WarmSenders()
        names = ("executable", "store")
        return {name: str(getattr(self._senders, name)) for name in names}

    def start(self, order):
        """Start a run; return the number of its process."""
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def wait(self):
        """Wait for the end of the run, and return how it ended."""
        return int(self._process.stdout.readline())

    def run(self, order, chat_server, kill=None):
        """Start a run, and kill it somewhere; return how it ended.

        With a number for `kill`, it dies by itself before so many file operations; with
        a pair, at a moment and so many times that it comes.
        """
        if isinstance(kill, int | tuple):
            name = "dies_before" if isinstance(kill, int) else "dies_at"
            self.start({**order, name: kill})
            return self.wait()
        n_before = chat_server.summary()["n_requests"]
        child = self.start(order)
        if kill is not None:
            # By requests, not by time alone: each comes some way, on any machine.
            n_requests = n_before + kill.n_requests
            while chat_server.summary()["n_requests"] < n_requests and is_alive(child):
                time.sleep(0.001)
            time.sleep(kill.delay_s)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return self.wait()

    def stop(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        if self._senders is not None:
            self._senders.stop()


@dataclass(frozen=True)
class Kill:
    """When a process is killed."""

    n_requests: int  # after so many requests of its own
    delay_s: float  # and so many seconds


def is_alive(child):
    """Return whether a process has not ended yet."""
    try:
        state = Path(f"/proc/{child}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def server():
    """Return the server of the runs: its answers come in another order each time."""
    return ChatServerProcess(
        function="tests.fault.killed_run:answer", latency_s=0.01, jitter_s=0.03
    )


def run_to_the_end(
    starter,
    chat_server,
    folder,
    kills,
    *,
    optimizer,
    save_freq,
    is_tracked=False,
    without=None,
):
    """Run, kill one process after the other, and let the last come to the end.

    All of them may be without one of the protections of `unprotected`.
    """
    folder.mkdir(parents=True)
    chat_server.clear_log()
    order = {
        "folder": str(folder),
        "url": chat_server.url,
        "optimizer": optimizer,
        "save_freq": save_freq,
        "without": without,
        "settings": {"tracking": starter.tracking() if is_tracked else None},
    }
    n_kills = 0
    for kill in (*kills, None):
        status = starter.run(order, chat_server, kill)
        if status == -signal.SIGKILL:
            n_kills += 1
            continue
        assert status == 0, f"the run ended with {status}"
        if (folder / "result.json").exists():
            break
    requests = settled_requests(chat_server)
    wait_for_processes_in(folder)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    n_cut, repeated = calls_in(folder / "backup")
    return Outcome(
        folder=folder,
        result=result,
        files=killed_run.files_of(folder),
        rows=killed_run.rows_of(folder),
        tracked=killed_run.tracked_in(folder),
        asked=Counter(json.dumps(one["body"], sort_keys=True) for one in requests),
        n_requests=len(requests),
        n_keys=len({one["headers"]["idempotency-key"] for one in requests}),
        n_kills=n_kills,
        n_cut=n_cut,
        max_in_flight=chat_server.summary()["max_in_flight"],
        repeated=repeated,
    )


def wait_for_processes_in(folder):
    """Wait for those that outlive a run: what talks to MLflow sends what is left."""
    while any(
        place == folder for place in map(working_folder, Path("/proc").iterdir())
    ):
        time.sleep(0.05)


def working_folder(entry):
    """Return where a process works; None if it is none, or has ended."""
    with contextlib.suppress(OSError):
        return (entry / "cwd").readlink()
    return None


def settled_requests(chat_server):
    """Return the log of the server once it has nothing to do any more."""
    while chat_server.summary()["n_in_flight"]:
        time.sleep(0.01)
    return chat_server.requests()


def calls_in(backup):
    """Return how many calls were cut off, and which were made again after an answer."""
    n_sent, answered, repeated = 0, set(), []
    for kind, key, _ in read_records(backup, JOURNAL_PREFIX, _KINDS):
        if kind == "sent":
            n_sent += 1
            if key in answered:
                repeated.append(key)
        else:
            answered.add(key)
    return n_sent - len(answered), repeated


def problems(outcome, whole):
    """Return in what a run that was killed differs from one that was not."""
    found = [
        f"result.{name}"
        for name, value in whole.result.items()
        if outcome.result[name] != value
    ]
    found += [
        f"file {name}"
        for name in whole.files.keys() | outcome.files.keys()
        if whole.files.get(name) != outcome.files.get(name)
    ]
    if outcome.rows != whole.rows:
        found.append("checkpoints.jsonl")
    if outcome.tracked != whole.tracked:
        found.append("what MLflow has")
    n_again = (outcome.asked - whole.asked).total()
    # A call is in flight until its answer is durable: longer than the server sees it,
    # yet never for so long that as many others have come and gone. What the journal
    # says of calls that were cut off is no bound: notes of the last ten milliseconds
    # before a kill may be missing.
    most = 2 * outcome.n_kills * outcome.max_in_flight
    if n_again > most:
        found.append(f"{n_again} requests again, {most} in flight at most")
    if (whole.asked - outcome.asked).total():
        found.append("requests that were never made")
    if outcome.n_requests - n_again != outcome.n_keys:
        found.append("requests made again without the key that they had before")
    if outcome.repeated:
        found.append(f"answered calls made again: {outcome.repeated}")
    return found


def kills(seed, purpose, n, *, max_requests):
    """Return when processes are killed, at random."""
    stream = synalinks._internal.rng.stream(seed, purpose)
    return [
        Kill(stream.randint(0, max_requests), stream.uniform(0, 0.06)) for _ in range(n)
    ]
