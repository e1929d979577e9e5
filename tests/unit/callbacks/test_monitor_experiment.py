"""`Monitor` in experiments: what each run gets, here and in other processes."""

import pickle

import pytest

from synalinks.callbacks import Monitor


@pytest.fixture
def monitor(tmp_path):
    return Monitor(
        "arms", tracking_uri=f"sqlite:///{tmp_path}/mlflow.db", tags={"a": 1}
    )


def test_a_run_gets_a_monitor_of_its_own_that_sends_the_same_way(monitor):
    """Copies share the process that sends."""
    one = monitor.for_run()

    assert one is not monitor
    assert one._outbox is monitor._outbox
    assert one.experiment_name == "arms"


def test_a_monitor_can_be_sent_to_another_process(monitor):
    """It finds the way to MLflow again."""
    one = pickle.loads(pickle.dumps(monitor))  # noqa: S301 - our own

    assert one._outbox.uri == monitor._outbox.uri
    assert one.tags == {"a": 1}
