"""Write `docs/callback-features.md` from what the tests prove.

    python tests/feature_table.py

Run as a script, it runs the tests of all rows. As a plugin of pytest, it picks these
tests, and leaves what became of them as JSON in the file named by `FEATURE_OUTCOMES`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from feature_rows import NOT_OFFERED, PROMISES, TESTS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "callback-features.md"
HEAD = """# What callbacks promise

This page is made by the tests: `python tests/feature_table.py` runs every test named
here, and the test suite fails if the page says anything else. A row without a passing
test is open. Rows are numbered after where their idea comes from: `NK` the run loop of
NetKet, `DT` the callback collection of Dream Trainer, `EV` the loop of EvSys, `SY` the
callbacks of Keras and Synalinks.

| Row | Promise | Proved by |
|---|---|---|
"""


# -- as a plugin of pytest -------------------------------------------------------------

_outcomes: dict[str, str] = {}
_rows: dict[str, list[str]] = {}


def test_of(nodeid: str) -> str:
    """Return the test that an id is of, without its parameters."""
    return nodeid.partition("[")[0]


def pytest_collection_modifyitems(config, items):
    """Keep the tests of rows, and note which rows they prove."""
    named: dict[str, list[str]] = {}
    for row, tests in TESTS.items():
        for test in tests:
            named.setdefault(test, []).append(row)
    kept = []
    for item in items:
        test = test_of(item.nodeid)
        marked = [mark.args[0] for mark in item.iter_markers("row")]
        rows = sorted({*marked, *named.get(test, ())})
        if rows:
            _rows[test] = rows
            kept.append(item)
    config.hook.pytest_deselected(items=[one for one in items if one not in kept])
    items[:] = kept


def pytest_runtest_logreport(report):
    """Note whether a case has passed and none failed: skipping proves nothing."""
    test = test_of(report.nodeid)
    if report.outcome == "failed":
        _outcomes[test] = "failed"
    elif report.when == "call" and report.outcome == "passed":
        is_failed = _outcomes.get(test) == "failed"
        _outcomes[test] = "failed" if is_failed else "passed"
    else:
        _outcomes.setdefault(test, report.outcome if report.skipped else "not run")


def pytest_sessionfinish(session):
    """Leave the outcomes for who has asked for them."""
    if not hasattr(session.config, "workerinput"):
        facts = {"rows": _rows, "outcomes": _outcomes}
        Path(os.environ["FEATURE_OUTCOMES"]).write_text(
            json.dumps(facts), encoding="utf-8"
        )


# -- the page --------------------------------------------------------------------------


def facts_of(folder: Path, *options: str) -> dict[str, dict[str, str]]:
    """Run pytest over the tests of all rows, in a process of its own.

    Args:
        folder: Where the outcomes are left.
        options: Further options of pytest.

    Returns:
        Rows by test, and what became of each test.
    """
    path = folder / "outcomes.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "feature_table"),
            *("-p", "no:cacheprovider", *options),
            *("tests/unit", "tests/integration", "tests/fault"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "FEATURE_OUTCOMES": str(path),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        },
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return json.loads(path.read_text(encoding="utf-8"))


def page(proofs: dict[str, list[str]]) -> str:
    """Return the text of the page.

    Args:
        proofs: Passing tests by row.
    """
    lines = []
    for row, promise in PROMISES.items():
        tests = proofs.get(row)
        if tests:
            proof = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)
        else:
            proof = f"**open**: {NOT_OFFERED.get(row, 'no test yet')}"
        lines.append(f"| {row} | {promise} | {proof} |\n")
    n_open = sum(not proofs.get(row) for row in PROMISES)
    tail = f"\n{len(PROMISES) - n_open} of {len(PROMISES)} rows are proved.\n"
    return HEAD + "".join(lines) + tail


def by_row(rows: dict[str, list[str]], passing) -> dict[str, list[str]]:
    """Return passing tests by row.

    Args:
        rows: Rows by test.
        passing: Tells whether a test passes.
    """
    proofs: dict[str, list[str]] = {}
    for test, proved in sorted(rows.items()):
        for row in proved:
            if passing(test):
                proofs.setdefault(row, []).append(test)
    return proofs


def main() -> None:
    """Run the tests and write the page."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(Path(folder))
    proofs = by_row(facts["rows"], lambda test: facts["outcomes"].get(test) == "passed")
    PAGE.write_text(page(proofs), encoding="utf-8")
    failed = [test for test, one in facts["outcomes"].items() if one != "passed"]
    n_open = sum(row not in proofs for row in PROMISES)
    sys.stdout.write(f"{n_open} rows are open. Not passing: {failed}\n")


if __name__ == "__main__":
    main()
