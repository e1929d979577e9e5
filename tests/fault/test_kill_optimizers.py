"""Every optimizer goes on after kills as if there had been none."""

import pytest

from synalinks.testing import ChatServerProcess
from tests.fault import killing
from tests.fault.killed_optimizers import MAKERS

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

N_KILLS = 3


@pytest.fixture(scope="module")
def starter():
    found = killing.Starter("tests.fault.killed_optimizers")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def chat_server():
    function = "tests.fault.killed_optimizers:answer"
    with ChatServerProcess(function=function, latency_s=0.005, jitter_s=0.02) as found:
        yield found


@pytest.mark.parametrize("optimizer", MAKERS)
def test_a_killed_search_goes_on_as_if_it_never_had_been(
    starter, chat_server, tmp_path, optimizer
):
    """The same candidates come in the same order, and nothing is answered twice."""
    arguments = {"optimizer": optimizer, "save_freq": "epoch"}
    whole = killing.run_to_the_end(
        starter, chat_server, tmp_path / "whole", [], **arguments
    )

    # Spread over the run: each process makes new requests before it is killed.
    most = whole.n_requests // N_KILLS
    kills = killing.kills(3, optimizer, N_KILLS, max_requests=most)
    killed = killing.run_to_the_end(
        starter, chat_server, tmp_path / "killed", kills, **arguments
    )

    assert killing.problems(killed, whole) == []
    assert killed.n_kills > 1
    events = {one["event"] for one in whole.result["optimizer"]["log"]["events"]}
    assert "proposed" in events
