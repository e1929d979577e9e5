"""What the page on reports and pictures says runs as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from synalinks import utils

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("code", EXAMPLES, ids=["page", "pictures"])
def test_the_examples_run(code, tmp_path):
    """Each example is a whole script that works offline."""
    script = tmp_path / "example.py"
    script.write_text(code, encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_table_of_pictures_is_complete():
    """Every function that draws is in the table, and what is in it exists."""
    rows = re.findall(r"^\| (`plot.*?) \|", PAGE, flags=re.MULTILINE)
    names: set[str] = set()
    for row in rows:
        first, *more = re.findall(r"`([\w.]+)`", row)
        names |= {first, *(one.replace("...", first) for one in more)}

    assert names == {one for one in utils.__all__ if one.startswith("plot_")}
