"""The shortest path of the start page runs as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import synalinks

PAGE = Path(__file__).parents[2] / "docs" / "index.md"

pytestmark = pytest.mark.e2e


def test_the_shortest_path_leads_to_a_trained_program(tmp_path):
    """The script works offline, and leaves a program that can be loaded."""
    code = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(code[1], encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    program = synalinks.Program.load(tmp_path / "triage.json")
    assert program.trainable_variables[0].get("examples")


def test_each_guide_of_the_table_exists():
    """The links of the start page lead to guides that are there."""
    named = re.findall(r"\(guides/(\w+)\.md\)", PAGE.read_text("utf-8"))

    assert named
    for name in named:
        assert (PAGE.parents[1] / "guides" / f"{name}.py").is_file()
