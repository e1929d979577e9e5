"""Processes that talk to MLflow, there in milliseconds: forked from one that knows it.

To import MLflow takes seconds, and so does to make a store of it. A run that is killed
twenty times starts twenty processes that send; all else about them is as it always is:
they are started as `sys.executable`, have the pipes, the folder and the environment of
the run, and outlive it.

As a program it is the one that forks: its argument is the folder where it works.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORE, STARTER, SOCKET = "mlflow.db", "sender", "socket"
MAX_BYTES = 2**20
# It hands on what it was started with, and lives as long as the one that sends. A
# SIGTERM of it is a SIGKILL of that one, for who knows the starter only.
STARTER_SCRIPT = """#!{python} -IS
import json, os, signal, socket
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sender:
    sender.connect({socket!r})
    told = json.dumps([os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(sender, [told], [0, 1, 2])
    for pipe in (0, 1, 2):
        os.close(pipe)
    child = int(sender.recv(16))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    sender.recv(1)
"""


class WarmSenders:
    """The process that forks them.

    Attributes:
        executable: What to start instead of Python.
        store: A store of MLflow that nothing was written to, to be copied.
    """

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self.executable = folder / STARTER
        self.store = folder / STORE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.warm_senders", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout.readline() == b"ready\n"

    def stop(self):
        """End the process; those that send end by themselves."""
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()


def make_ready(folder):
    """Import what is needed, make a store, and say how to be reached."""
    from mlflow.tracking import MlflowClient

    import synalinks.tracking.__main__ as tracking

    MlflowClient(f"sqlite:///{folder / STORE}").search_experiments()
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(str(folder / SOCKET))
    server.listen(64)
    script = STARTER_SCRIPT.format(python=sys.executable, socket=str(folder / SOCKET))
    (folder / STARTER).write_text(script, encoding="utf-8")
    (folder / STARTER).chmod(0o700)
    return server, tracking.main


def serve(folder):
    """Fork a process that sends for each that asks for it."""
    server, send = make_ready(folder)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    print("ready", flush=True)  # noqa: T201 - that is how it answers
    while True:
        asking, _ = server.accept()
        told, pipes, *_ = socket.recv_fds(asking, MAX_BYTES, 3)
        child = os.fork()
        if child == 0:
            server.close()
            work_for(json.loads(told), pipes, send)
        asking.send(str(child).encode())
        for pipe in pipes:
            os.close(pipe)
        asking.close()


def work_for(told, pipes, send):
    """Be the process that was asked for."""
    folder, environment = told
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    try:
        send()
        sys.stdout.flush()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
