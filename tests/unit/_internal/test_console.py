"""What is known of where output goes."""

import sys
import types

import pytest

from synalinks._internal.console import in_notebook


@pytest.mark.parametrize(
    ("shell", "expected"),
    [("ZMQInteractiveShell", True), ("TerminalInteractiveShell", False)],
)
def test_a_notebook_is_told_from_a_terminal(shell, expected, monkeypatch):
    """IPython in a terminal cannot update its output; a notebook's kernel can."""
    instance = type("Own", (type(shell, (), {}),), {})()
    package = types.SimpleNamespace(get_ipython=lambda: instance)
    monkeypatch.setitem(sys.modules, "IPython", package)

    assert in_notebook() is expected


def test_without_ipython_there_is_no_notebook(monkeypatch):
    """IPython is not imported to find out."""
    monkeypatch.delitem(sys.modules, "IPython", raising=False)

    assert not in_notebook()
    assert "IPython" not in sys.modules
