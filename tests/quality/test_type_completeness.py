"""What users' editors and type checkers see of the library is complete."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_every_public_name_is_typed_and_documented(tmp_path):
    """No type that users can reach is left to inference, and no docstring is missing.

    The checker reads the package as it is installed: inside of the checkout it would
    take the sources for the user's own project, and find no package.
    """
    pytest.importorskip("basedpyright", reason="the dependency group `lint` has it")
    question = ["--verifytypes", "synalinks", "--ignoreexternal", "--outputjson"]
    # It asks the first `python` on the path where packages are.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    run = subprocess.run(
        [sys.executable, "-m", "basedpyright", *question],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout, run.stderr
    report = json.loads(run.stdout)["typeCompleteness"]
    gaps = [
        f"{symbol['name']}: {gap['message']}"
        for symbol in report["symbols"]
        for gap in symbol["diagnostics"]
    ]
    assert not gaps, "\n".join(gaps)
    assert report["completenessScore"] == 1, "the checker found no package"
