"""A run that is killed again and again ends as if it never had been."""

import pytest

from synalinks.backups import read_run
from tests.fault import killing

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

N_KILLS = 10


def test_each_file_operation_may_be_the_last(
    starter, chat_server, undisturbed, tmp_path
):
    """Each process comes two writes, flushes or changes of a name further."""
    arguments = {"optimizer": "few_shot", "save_freq": 1}

    killed = killing.run_to_the_end(
        starter, chat_server, tmp_path / "killed", range(1, 200, 2), **arguments
    )

    assert killing.problems(killed, undisturbed(**arguments)) == []
    assert killed.n_kills > N_KILLS


@pytest.mark.row("SY-23")
@pytest.mark.parametrize(
    ("optimizer", "save_freq"), [("few_shot", "epoch"), ("advised", 1)]
)
def test_kills_leave_no_trace(
    starter, chat_server, undisturbed, tmp_path, optimizer, save_freq
):
    """Program, history, optimizer, usage and files are the same to the last byte.

    MLflow has the same, on a store that processes write to which outlive those killed.
    No request is answered twice but for those in flight at a kill.
    """
    arguments = {"optimizer": optimizer, "save_freq": save_freq, "is_tracked": True}
    whole = undisturbed(**arguments)

    kills = killing.kills(7, optimizer, N_KILLS, max_requests=12)
    killed = killing.run_to_the_end(
        starter, chat_server, tmp_path / "killed", kills, **arguments
    )

    assert killing.problems(killed, whole) == []
    assert killed.n_kills == N_KILLS
    assert killed.n_cut > 0, "nothing was ever in flight"
    changes = read_run(tmp_path / "killed" / "backup").commits
    assert len(changes) > 1, "the program never changed"
    assert changes == read_run(whole.folder / "backup").commits
    runs, numbers = killed.tracked
    assert runs == [("killed_train", "FINISHED")]
    assert len({number[:2] for number in numbers}) == len(numbers) > 100
