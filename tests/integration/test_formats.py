"""A run that an earlier release has left can be gone on with."""

import asyncio
import shutil
import warnings
from pathlib import Path

import pytest

from synalinks.backups import read_run
from synalinks.errors import SynalinksWarning
from tests.resumed_runs import train

pytestmark = pytest.mark.integration

# Of each format the folder of a run of two epochs that died at the end of the first.
FORMATS = Path(__file__).parents[1] / "data" / "formats"
N_ANSWERS = 40
EVERYTHING = [
    "library", "initial_variables", "data", "program", "optimizer", "reward",
    "language_models",
]  # fmt: skip


@pytest.fixture(params=sorted(path.name for path in FORMATS.iterdir()))
def folder(request, tmp_path):
    """Return a copy of the run of a format."""
    return shutil.copytree(FORMATS / request.param, tmp_path / "run")


def test_a_run_of_the_format_is_read(folder):
    """What it tells of itself is what it told then."""
    run = read_run(folder / "backup")

    assert (run.status, run.epoch, run.batch) == ("failed", 1, 0)
    assert run.best == pytest.approx(0.94)
    assert run.n_answers == N_ANSWERS
    assert [(one.epoch, one.batch) for one in run.commits] == [(0, 0), (0, 1), (0, 2)]


def test_a_run_of_the_format_goes_on(folder):
    """What it has is taken over; what is asked may be other than it was then."""
    settings = {"allow_changes": EVERYTHING, "on_divergence": "pay"}
    before = (folder / "log.csv").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynalinksWarning)  # of code that has changed
        ended = asyncio.run(train(folder, n_train=4, save_freq=1, settings=settings))

    history = ended.task.program.history
    assert (history.restored, history.epoch) == ([0], [0, 1])
    assert history.history["reward"][0] == pytest.approx(0.7175)
    assert ended.log.startswith(before)
    assert sum(n_calls for n_calls, _ in ended.counters) > N_ANSWERS
    assert ended.n_requests > 0
