"""`synalinks demo` refuses what cannot work before anything is paid for."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synalinks.cli import app
from synalinks.testing import ChatServer

OWN = ["--data", "own.csv", "--label-column", "topic"]


@pytest.fixture(autouse=True)
def _own_table():
    lines = [f"about {kind} {i},{kind}" for i in range(10) for kind in ("sun", "ball")]
    Path("own.csv").write_text("headline,topic\n" + "\n".join(lines), encoding="utf-8")


def run(*options):
    return CliRunner().invoke(app, ["demo", *options])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--label-column", "topic"],
            "`--label-column topic` names a column of your own",
        ),
        (["--text-column", "topic"], "names a column of your own table: pass"),
        (["--data", "none.csv"], "cannot be read as a CSV file: No such file"),
        (["--data", "own.csv"], "`--label-column` is missing"),
        ([*OWN, "--output", "own.csv"], "Cannot write to the folder `own.csv`"),
        ([*OWN, "--output", "/proc/none"], "Cannot write to the folder `/proc/none`"),
        ([*OWN, "--n-train", "100"], "There are 20 labelled texts"),
        ([*OWN, "--model", "openai/m"], "No key for `openai/m`: set `OPENAI_API_KEY`"),
        (
            [*OWN, "--model", "opnai/m"],
            "Unknown provider 'opnai'. Did you mean `openai`",
        ),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_mistakes_are_one_sentence(options, message):
    """The command ends with code 1 and says what to do; nothing has been run."""
    result = run(*options)

    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert "accuracy" not in result.stdout
    assert not Path("demo_output/history.csv").exists()


@pytest.mark.parametrize(
    "option", ["--epochs", "--n-train", "--n-validation", "--n-test"]
)
def test_counts_begin_at_one(option):
    """Nothing to train on, or for no epoch, is a wrong option."""
    result = run(option, "0")

    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr


async def test_an_unwritable_folder_is_found_before_the_first_paid_call(monkeypatch):
    """A model is not asked anything for a result that cannot be kept."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    async with ChatServer('{"label": "sun"}') as server:
        monkeypatch.setenv("OPENAI_API_BASE", server.url)
        options = [*OWN, "--model", "openai/m", "--epochs", "1"]

        refused = await asyncio.to_thread(run, *options, "--output", "own.csv")
        n_before = len(server.requests)
        done = await asyncio.to_thread(run, *options)

    assert (refused.exit_code, n_before) == (1, 0)
    assert done.exit_code == 0, done.output
    assert "training will take about" in done.stdout
    assert "test accuracy before" in done.stdout
