"""What the README says runs as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.e2e


def fences(language):
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("code", fences("python"), ids=lambda code: code[:20])
def test_the_python_code_runs(code, tmp_path):
    """Each example is a whole script that works offline."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] in {"billing", "delivery"}
    assert (tmp_path / "triage.json").exists()


def test_the_commands_exist():
    """The commands named are targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"^make (\w+)$", "\n".join(fences("sh")), flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
