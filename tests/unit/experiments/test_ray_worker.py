"""One worker at a time has a run, even if Ray has started two."""

import _thread
import asyncio
import signal
import threading
import time

import pytest

from synalinks._internal.files import AppendFile
from synalinks.errors import BackupLockedError
from synalinks.experiments import RayExecutor, _ray_worker


def test_a_worker_waits_for_the_one_before(tmp_path):
    """It goes on as soon as that has ended."""
    lock = AppendFile.lock(tmp_path / "worker.lock")
    started = time.monotonic()
    threading.Timer(0.1, lock.close).start()

    with _ray_worker._alone(tmp_path):
        assert time.monotonic() - started >= 0.1
        assert AppendFile.lock(tmp_path / "worker.lock") is None


def test_a_worker_that_never_ends_is_an_error(tmp_path, monkeypatch):
    """Rather than an experiment that stands still for ever."""
    monkeypatch.setattr(_ray_worker, "_WAIT_S", 0.1)
    lock = AppendFile.lock(tmp_path / "worker.lock")

    with (
        pytest.raises(BackupLockedError, match=r"not ended within 0\.1 s"),
        _ray_worker._alone(tmp_path),
    ):
        pytest.fail("Two workers have one run.")
    lock.close()


def test_a_worker_can_be_cancelled_though_its_driver_ignores_interrupts():
    """A shell script has what it starts with `&` ignore them, and Ray inherits that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _ray_worker._be_cancellable()
        with pytest.raises(KeyboardInterrupt):
            _thread.interrupt_main()
            time.sleep(1)
    finally:
        signal.signal(signal.SIGINT, before)


class Cluster:
    """Knows in which thread it was started."""

    def is_initialized(self):
        return False

    def init(self, address, **settings):
        self.thread = threading.current_thread()


def test_a_cluster_does_not_end_with_the_event_loop(monkeypatch):
    """Linux ends what a thread has started with it, and threads of loops end."""
    pytest.importorskip("ray")
    executor, cluster = RayExecutor(), Cluster()
    monkeypatch.setattr(executor, "_ray", cluster)

    async def begin():
        await asyncio.to_thread(executor.begin, 1, [])

    asyncio.run(begin())

    assert cluster.thread.is_alive()


def test_a_cluster_that_cannot_be_started_is_told(monkeypatch):
    """With the error of Ray."""
    pytest.importorskip("ray")
    executor, cluster = RayExecutor(init={"num_cpus": -1}), Cluster()

    def init(address, *, num_cpus, **settings):
        raise ValueError(f"num_cpus: {num_cpus}")

    monkeypatch.setattr(cluster, "init", init, raising=False)
    monkeypatch.setattr(executor, "_ray", cluster)
    with pytest.raises(ValueError, match="num_cpus: -1"):
        executor.begin(1, [])
