"""`synalinks runs` and `synalinks show` tell what a run has left."""

import asyncio

import pytest
from parity import data, make_task
from typer.testing import CliRunner

from synalinks.backups import find_runs, read_run
from synalinks.callbacks import Callback
from synalinks.cli import app
from synalinks.experiments import Arm, Experiment
from tests.resumed_runs import DiedError, die, train


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def call(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_runs_are_listed_with_what_became_of_them(tmp_path):
    """Killed, failed and finished ones are told apart, and what they have come to."""
    keeps = {"settings": {"delete_checkpoint": False}}
    asyncio.run(train(tmp_path / "done", **keeps))
    asyncio.run(die(tmp_path / "broken", "on_epoch_end", 2))

    result = call("runs", tmp_path)

    assert result.exit_code == 0, result.output
    rows = {
        line.split("│")[1].strip(): [cell.strip() for cell in line.split("│")[2:-1]]
        for line in result.output.splitlines()
        if "backup" in line
    }
    assert rows["done/backup"][:2] == ["finished", "2 of 2"]
    assert rows["broken/backup"][:2] == ["failed", "1 of 2"]
    assert float(rows["done/backup"][2]) > 0


def test_experiments_are_listed_before_their_runs(tmp_path):
    """They are told with their arms, how far they have come, and the best."""

    async def make_and_run():
        task = await make_task()
        x, y = data(0, 8)
        await Experiment(
            "arms",
            [Arm("few", task.program), Arm("bad", lambda: 3)],
            output_dir=tmp_path / "arms",
            fit={"x": x, "y": y, "batch_size": 4},
        ).run()

    asyncio.run(make_and_run())

    result = call("runs", tmp_path)

    assert result.exit_code == 0, result.output
    cells = next(
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in result.output.splitlines()
        if "│ arms " in line
    )
    assert cells[:4] == ["arms", "completed", "2", "2 of 2"]
    assert cells[4].startswith("few: ")
    assert "arms/runs/few__s0/backup" in result.output


def test_a_run_under_way_is_seen(tmp_path):
    """While a process holds the folder, the run is running."""
    outputs = []

    class Looks(Callback):
        def on_propose_end(self, step, logs):
            if not outputs:
                (folder,) = find_runs(tmp_path)
                outputs.append(read_run(folder).status)

    Looks.run_in_thread = True
    asyncio.run(train(tmp_path, callbacks=[Looks()]))

    assert outputs == ["running"]


def test_a_run_is_shown_with_its_prompts(tmp_path):
    """Each change of the program is shown as a difference, with its reward."""
    asyncio.run(die(tmp_path, "before_train_end", error=DiedError))

    result = call("show", tmp_path / "backup")

    assert result.exit_code == 0, result.output
    assert "failed: DiedError()" in result.output
    assert "2 of 2, batch 0" in result.output
    changes = result.output.split("\nepoch ")[1:]
    assert len(changes) > 1
    assert "writer/state_writer/instructions" in changes[0]
    assert "\n  -[]\n" in changes[1]
    assert '\n  +  "inputs": {\n' in changes[1]
    assert ", reward 0." in changes[1]


def test_mistakes_are_one_line(tmp_path):
    """A folder that is none, or none of a run, is said to be."""
    assert "no folder of a run" in call("show", tmp_path).output
    result = call("runs", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "There is no folder" in result.output


def test_a_card_that_cannot_be_read_is_told_of(tmp_path):
    """The others are listed all the same."""
    asyncio.run(die(tmp_path / "good"))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.json").write_text("{")

    result = call("runs", tmp_path)

    assert result.exit_code == 0
    assert "good/backup" in result.output
    assert "run.json` cannot be read" in result.output


def test_a_page_about_a_run_is_written(tmp_path):
    """It lies where asked for, or beside the folder, and its path is printed."""
    asyncio.run(die(tmp_path, "before_train_end", error=DiedError))

    beside = call("show", tmp_path / "backup", "--html")
    named = call("show", tmp_path / "backup", "--html", tmp_path / "page.html")
    refused = call("show", tmp_path / "backup", tmp_path / "page.html")

    assert beside.output.strip() == str(tmp_path / "backup.report.html")
    assert named.output.strip() == str(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Failed: DiedError()" in page
    assert refused.exit_code == 2
    assert "with `--html` only" in refused.output
