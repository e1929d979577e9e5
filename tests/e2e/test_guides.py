"""Every guide runs as written."""

import subprocess
import sys
from pathlib import Path

import pytest

GUIDES = sorted((Path(__file__).parents[2] / "guides").glob("*.py"))

pytestmark = pytest.mark.e2e


def test_there_are_guides():
    """The folder is found."""
    assert GUIDES


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_guide_runs(guide, tmp_path):
    """All cells run in a fresh process, offline, and print no warning."""
    run = subprocess.run(
        [sys.executable, "-W", "error", str(guide)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "Warning" not in run.stderr
