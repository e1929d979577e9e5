"""Each project that `synalinks init` writes runs, and passes its own tests."""

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

# What holds of each is written in its own tests: the service is a process that is asked
# over HTTP, the MCP server is talked to by the official client.
N_TESTS = {"script": 4, "autotrain": 5, "api": 7, "mcp": 5}


@pytest.mark.parametrize("template", N_TESTS)
def test_a_new_project_passes_its_own_tests(template, tmp_path):
    """Written by the command, run as its README says, offline."""
    project = tmp_path / "shop-desk"
    command = [sys.executable, "-m", "synalinks", "init", project, "-t", template]
    subprocess.run(command, check=True, capture_output=True)

    run = subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml"],
            *["-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error"],
        ],
        cwd=project,
        # In a checkout the library is found beside the tests, not where it is run.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{N_TESTS[template]} passed" in run.stdout
