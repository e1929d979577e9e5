"""What the page on testing says runs as written."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from synalinks.testing import FAULTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.e2e


def fences(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def title(code):
    """Return the heading that an example stands under."""
    return re.findall(r"^## (.*)$", PAGE[: PAGE.index(code)], flags=re.MULTILINE)[-1]


@pytest.mark.parametrize("code", fences("python"), ids=title)
def test_the_examples_run(code, tmp_path):
    """Each example is a whole script, or a file of tests, that works offline."""
    script = tmp_path / "test_example.py"
    script.write_text(code, encoding="utf-8")
    options = ["-W", "error"]
    if "pytest" in code:
        scope = "asyncio_default_fixture_loop_scope=function"
        options += ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", scope]
    run = subprocess.run(
        [sys.executable, *options, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_table_of_faults_is_complete():
    """Every name is explained, and every name that is explained exists."""
    rows = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([\w]+)`", row)}

    assert names - {"ScriptedTransport", "ChatServer", "ChatServerProcess"} == {*FAULTS}


def test_the_command_starts():
    """The options in the shell example exist."""
    from synalinks.testing.chat_server import _parser

    (command,) = fences("sh")
    arguments = shlex.split(command.replace("\\\n", " "))[3:]

    options = _parser().parse_args(arguments)

    assert (options.latency_s, options.max_in_flight) == (0.2, 32)
    assert options.fault == ["503:0.05", "hang@3,7-9", "html~banana"]
