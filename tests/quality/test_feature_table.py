"""`docs/callback-features.md` says what the tests prove, and nothing else."""

import pytest
from feature_rows import NOT_OFFERED, PROMISES, TESTS
from feature_table import PAGE, by_row, facts_of, page

# All tests are collected, which takes a busy machine longer than a test should.
pytestmark = pytest.mark.timeout(300)
HINT = "run `python tests/feature_table.py`"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Return the rows that each test is marked with."""
    folder = tmp_path_factory.mktemp("rows")
    return facts_of(folder, "--collect-only")["rows"]


def test_the_page_names_the_tests_that_there_are(rows):
    """Each row has the tests that are marked with it, or is open."""
    written = PAGE.read_text(encoding="utf-8")
    is_open = {line.split()[1] for line in written.splitlines() if "**open**" in line}

    proofs = by_row(rows, lambda test: True)

    proved = {row: tests for row, tests in proofs.items() if row not in is_open}
    assert written == page(proved), HINT


def test_every_named_test_is_there(rows):
    """No row points at a test that was renamed, and no mark at an unknown row."""
    missing = {test for tests in TESTS.values() for test in tests} - rows.keys()
    unknown = {row for proved in rows.values() for row in proved} - PROMISES.keys()

    assert not missing
    assert not unknown


def test_what_is_explained_is_open(rows):
    """A row that has a test needs no excuse."""
    proved = {row for found in rows.values() for row in found}

    assert not proved & NOT_OFFERED.keys()
