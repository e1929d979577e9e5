"""Every guide runs as written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUIDES = sorted((Path(__file__).parents[2] / "guides").glob("*.py"))

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NEEDS_MLFLOW = {"15_observability"}


def test_there_are_guides():
    """The folder is found."""
    assert GUIDES


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_guide_runs(guide, tmp_path, request):
    """All cells run in a fresh process, offline, and print no warning."""
    environment = dict(os.environ)
    if guide.stem in NEEDS_MLFLOW:
        server = request.getfixturevalue("mlflow_server")
        environment["MLFLOW_TRACKING_URI"] = server.url
    run = subprocess.run(
        [sys.executable, "-W", "error", str(guide)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "Warning" not in run.stderr
