"""What an optimizer does is the same in each process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
# Trains with each optimizer, and prints what was decided.
SCRIPT = """
from tests.unit.optimizers import test_optimizer_suites as suites

for name in sorted(vars(suites)):
    if name.startswith("Test"):
        suite = vars(suites)[name]()
        run = suite._plain_run()
        print(name, run.last)
        print(*run.story, sep="\\n")
"""


def decided(hash_seed):
    """Return what all optimizers decide in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def test_sets_of_texts_decide_nothing():
    """Their order is another in each process: a run would not go on where it died."""
    first, other = decided("1"), decided("2")

    assert "best" in str(first)
    assert other == first
