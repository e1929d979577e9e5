"""What the page on deployment says runs as written."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.e2e


def fences(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("code", fences("python"), ids=["load once", "key"])
def test_the_examples_run(code, tmp_path):
    """Each example is a whole script that works offline."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert ("would not start: No key" in run.stdout) == ("check_key" in code)


def test_the_command_writes_the_service(tmp_path):
    """The command of the page works as it stands."""
    (command,) = (line.strip() for line in fences("sh"))

    subprocess.run(
        [sys.executable, "-m", "synalinks", *shlex.split(command)[1:]],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    assert (tmp_path / "triage" / "triage" / "app.py").exists()


def test_what_the_page_names_is_there():
    """Settings and errors of the page exist in the template and the library."""
    template = ROOT / "synalinks/cli/templates/api/__package__/app.py.jinja"
    text = template.read_text(encoding="utf-8")

    for name in re.findall(r"`([A-Z_]{8,})` of the service", PAGE):
        assert name in text, name
