"""A run that is killed again and again ends as if it never had been."""

import pytest

from synalinks.backups import read_run
from tests.fault import killing

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

N_KILLS = 10


@pytest.fixture(scope="module")
def starter():
    found = killing.Starter()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def chat_server():
    with killing.server() as found:
        yield found


@pytest.mark.row("SY-23")
@pytest.mark.parametrize(
    ("optimizer", "save_freq"), [("few_shot", "epoch"), ("advised", 1)]
)
def test_kills_leave_no_trace(starter, chat_server, tmp_path, optimizer, save_freq):
    """Program, history, optimizer, usage and files are the same to the last byte.

    No request is answered twice but for those in flight at a kill.
    """
    arguments = {"optimizer": optimizer, "save_freq": save_freq}
    whole = killing.run_to_the_end(
        starter, chat_server, tmp_path / "whole", [], **arguments
    )

    kills = killing.kills(7, optimizer, N_KILLS, max_requests=12)
    killed = killing.run_to_the_end(
        starter, chat_server, tmp_path / "killed", kills, **arguments
    )

    assert killing.problems(killed, whole) == []
    assert killed.n_kills == N_KILLS
    assert killed.n_cut > 0, "nothing was ever in flight"
    changes = read_run(tmp_path / "killed" / "backup").commits
    assert len(changes) > 1, "the program never changed"
    assert changes == read_run(tmp_path / "whole" / "backup").commits
