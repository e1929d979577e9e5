"""What the README says runs as written."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from synalinks.testing import ChatServer

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


@pytest.mark.timeout(120)
def test_the_demo_runs_on_ones_own_table_and_model(tmp_path):
    """The command of the README works as it stands, over a server of ours."""
    (command,) = re.findall(r"^\.venv/bin/synalinks (.+)$", README, flags=re.M)
    rows = [
        f"where is parcel {i}?,delivery\nbill {i} is wrong,billing" for i in range(9)
    ]
    table = tmp_path / "messages.csv"
    table.write_text("message,topic\n" + "\n".join(rows), encoding="utf-8")

    with ChatServer({"label": "billing"}) as server:
        run = subprocess.run(
            [sys.executable, "-m", "synalinks", *shlex.split(command)],
            cwd=tmp_path,
            env=os.environ | {"OPENAI_API_BASE": server.url, "OPENAI_API_KEY": "test"},
            capture_output=True,
            text=True,
            check=False,
        )
        models = {request.body["model"] for request in server.requests}

    assert run.returncode == 0, run.stderr
    assert "18 texts, 2 labels: billing, delivery" in run.stdout
    assert "training will take about" in run.stdout
    assert models == {"gpt-4o-mini"}


def test_the_commands_exist():
    """The commands named are targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"^make (\w+)$", "\n".join(fences("sh")), flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
