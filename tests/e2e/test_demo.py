"""The main job, as a user runs it."""

import csv
import json
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.e2e


def run_demo(folder, *options):
    """Run `synalinks demo` in a folder, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "synalinks", "demo", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("seed", range(5))
def test_training_gains_test_accuracy_for_every_seed(tmp_path, seed):
    """Accuracy on held-out messages rises by at least 0.08, and the files are there."""
    run = run_demo(tmp_path, "--seed", str(seed))

    assert run.returncode == 0, run.stderr
    before, after = map(
        float, re.search(r"before ([\d.]+), after ([\d.]+)", run.stdout).groups()
    )
    assert after - before >= 0.08
    assert "Epoch 1/" in run.stdout
    with (tmp_path / "demo_output" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == [str(i) for i in range(len(rows))]
    assert float(rows[-1]["val_reward"]) > 0
    program = json.loads((tmp_path / "demo_output" / "program.json").read_text())
    state = program["variables"]["trainable_variables"]["classifier"]
    assert len(state["state_classifier"]["examples"]) >= 10
    picture = (tmp_path / "demo_output" / "history.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_it_runs_on_ones_own_table(tmp_path):
    """A CSV file with other columns trains a classifier of its labels."""
    rows = [("sun and rain", "weather"), ("goal and ball", "sport")] * 20
    with (tmp_path / "own.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["topic", "headline"])
        writer.writerows((label, f"{text} {i}") for i, (text, label) in enumerate(rows))

    run = run_demo(
        tmp_path,
        *["--data", "own.csv", "--label-column", "topic", "--output", "out"],
    )

    assert run.returncode == 0, run.stderr
    assert "40 texts, 2 labels: sport, weather" in run.stdout
    assert (tmp_path / "out" / "program.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "none.csv"], "cannot be read as a CSV file"),
        (["--n-train", "1000"], "There are 360 labelled texts, the options ask for"),
        (["--model", "learner"], "provider/"),
        (["--model", "embeded/learner"], "embedded"),
    ],
    ids=["no file", "too many", "no provider", "unknown provider"],
)
def test_mistakes_are_one_sentence(tmp_path, options, message):
    """A wrong option ends with code 1 and says what to do, without a traceback."""
    run = run_demo(tmp_path, *options)

    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr
