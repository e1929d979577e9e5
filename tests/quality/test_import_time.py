"""`import synalinks` is quick because it loads no slow package."""

import json
import subprocess
import sys

import pytest

SLOW = {
    "aiohttp", "jinja2", "jsonschema", "litellm", "matplotlib", "mlflow", "numpy",
    "pandas", "rich",
}  # fmt: skip

PROGRAM = """
import json, sys
reached = []
def note(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        reached.append(str(args[-1] if event == "socket.connect" else args[0]))
sys.addaudithook(note)
import synalinks
if "touch" in sys.argv:
    for name in synalinks.__all__:
        getattr(synalinks, name)
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"loaded": loaded, "reached": reached}))
"""


@pytest.mark.parametrize("touch", [[], ["touch"]], ids=["import", "touch every name"])
def test_import_loads_no_slow_package_and_no_network(touch, root):
    """Neither the import nor a public name loads slow packages or connects."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *touch],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert SLOW.isdisjoint(seen["loaded"]), sorted(SLOW & set(seen["loaded"]))
    assert seen["reached"] == []
