"""A real MLflow server on this machine, and what it has been told."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

START_S = 120
PYTHON = sys.executable  # a test may put something else in its place


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class MlflowServer:
    """`mlflow server` on a database of its own; it can be killed and started again."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = None

    @property
    def is_running(self):
        """Whether it was started, and not killed since."""
        return self._process is not None

    def start(self):
        """Start the server and wait until it answers."""
        environment = {
            **os.environ,
            "MLFLOW_DISABLE_TELEMETRY": "true",  # it would wait for the network
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        command = [
            PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1",
            "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db",
            "--artifacts-destination", str(self.folder / "artifacts"),
        ]  # fmt: skip
        with (self.folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self):
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError((self.folder / "server.log").read_text()[-2000:])

    def kill(self):
        """End the server and its worker at once, as `kill -9` does."""
        if self._process is not None:
            # The group that it leads, and nothing else.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    # -- what it was told --------------------------------------------------------------

    def client(self):
        """Return MLflow's own client."""
        import mlflow

        return mlflow.MlflowClient(self.url)

    def runs(self, experiment):
        """Return the runs of an experiment, the oldest first."""
        client = self.client()
        found = client.get_experiment_by_name(experiment)
        assert found is not None, experiment
        order = ["attributes.start_time ASC"]
        return list(client.search_runs([found.experiment_id], order_by=order))

    def traces(self, experiment, run=None):
        """Return all traces of an experiment, or those of a run of it."""
        client = self.client()
        found = client.get_experiment_by_name(experiment)
        traces, token = [], None
        while True:
            page = client.search_traces(
                locations=[found.experiment_id],
                run_id=run and run.info.run_id,
                max_results=100,
                page_token=token,
            )
            traces += page
            token = page.token
            if not token:
                return traces

    def history(self, run, metric):
        """Return (step, value) of all points of a metric."""
        points = self.client().get_metric_history(run.info.run_id, metric)
        return [(point.step, point.value) for point in points]
