"""Every fault of a provider has a test, and no row points at a test that is gone."""

import ast

import pytest
from lm_fault_rows import PROMISES, TESTS


@pytest.mark.parametrize("row", PROMISES)
def test_every_row_has_tests_that_exist(row, root):
    """Each row names at least one test, and the file has a test of that name."""
    assert TESTS.get(row)
    for test in TESTS[row]:
        path, _, name = test.partition("::")
        tree = ast.parse((root / path).read_text(encoding="utf-8"))
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        assert name in {node.name for node in tree.body if isinstance(node, functions)}


def test_no_row_is_unknown():
    """A row that is tested says what it promises."""
    assert TESTS.keys() <= PROMISES.keys()
